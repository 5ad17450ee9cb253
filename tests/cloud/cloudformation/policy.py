"""Stack policies: what an update may do to which resource
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html)."""

import json
from fnmatch import fnmatchcase

from wire import Failure


def parsed(text):
    """The policy of this text."""
    try:
        policy = json.loads(text)
        statements = policy["Statement"]
    except (ValueError, KeyError, TypeError):
        raise Failure("ValidationError", "Error validating stack policy: Invalid stack policy") from None
    for statement in statements:
        if statement.get("Effect") not in ("Allow", "Deny") or statement.get("Principal") != "*":
            raise Failure("ValidationError", "Error validating stack policy: Invalid stack policy")
    return policy


def listed(value):
    return value if isinstance(value, list) else [value]


def any_matches(patterns, text):
    return any(fnmatchcase(text, pattern) for pattern in listed(patterns))


def speaks_of(statement, action, resource):
    """Whether a statement is about this action on this resource."""
    name = f"LogicalResourceId/{resource.logical}"
    if "Action" in statement and not any_matches(statement["Action"], action):
        return False
    if "NotAction" in statement and any_matches(statement["NotAction"], action):
        return False
    if "Resource" in statement and not any_matches(statement["Resource"], name):
        return False
    if "NotResource" in statement and any_matches(statement["NotResource"], name):
        return False
    conditions = statement.get("Condition", {})
    return all(any_matches(keys["ResourceType"], resource.type) for keys in conditions.values())


def refusal(policy, action, resource):
    """Why the policy does not let the action be done to the resource; None where it does. Without a policy everything may be done."""
    if policy is None:
        return None
    numbered = [(number, each) for number, each in enumerate(policy["Statement"], 1) if speaks_of(each, action, resource)]
    denials = [number for number, statement in numbered if statement["Effect"] == "Deny"]
    if numbered and not denials:
        return None
    number = denials[0] if denials else 1
    what = f"[{action}] for resource [LogicalResourceId/{resource.logical}]"
    return f"Action denied by stack policy: Statement [#{number}] does not allow {what};"
