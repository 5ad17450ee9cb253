"""What a caller may, by IAM policies, as moto's evaluator judges it. Of moto's enforcing mode it is only this: the mode is one for the
whole process, wants real signatures, and takes an operation's name for its IAM action."""

import json
import re

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from wire import Failure

# The characters of a managed policy, white space not counted (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
SIZE = 6144

# The elements of a statement that are patterns.
ACTIONS = ("Action", "NotAction")
PATTERNS = (*ACTIONS, "Resource")


def policy(document):
    """The managed policy of a JSON object. A Failure where IAM takes no such policy, and where moto's evaluator would judge it otherwise than IAM."""
    text = json.dumps(document, ensure_ascii=False)
    try:
        IAMPolicyDocumentValidator(text).validate()
    except MalformedPolicyDocument as malformed:
        raise Failure(malformed.code, malformed.message) from None
    if len("".join(text.split())) > SIZE:
        raise Failure("LimitExceeded", f"Cannot exceed quota for PolicySize: {SIZE}")
    statements = listed(document["Statement"])
    for statement in statements:
        refuse_what_iam_refuses(statement)
        refuse_what_moto_misjudges(statement)
    return IAMPolicy(json.dumps({"Statement": [patterns(statement) for statement in statements]}))


def listed(value):
    return value if isinstance(value, list) else [value]


def refuse_what_iam_refuses(statement):
    """moto's validator lets pass a principal
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html) and any Sid
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html)."""
    if "Principal" in statement or "NotPrincipal" in statement:
        raise Failure("MalformedPolicyDocument", "Policy document should not specify a principal.")
    if not re.fullmatch("[0-9A-Za-z]*", statement.get("Sid", "")):
        rule = "Check that your input satisfies the regular expression [0-9A-Za-z]*"
        raise Failure("MalformedPolicyDocument", f"Statement IDs (SID) must be alpha-numeric. {rule}")


def refuse_what_moto_misjudges(statement):
    """moto takes a statement with a NotResource for a permission, even where it denies, and every condition of an unknown value for met.
    A denial of some resources would deny nothing, as `resource` knows only roles."""
    for element in ("Condition", "NotResource"):
        if element in statement:
            raise Failure("Unjudged", f"moto does not judge the element {element} as IAM does")
    resources, actions = listed(statement["Resource"]), listed(statement.get("Action"))
    if statement["Effect"] == "Deny" and "*" not in resources and actions != ["sts:AssumeRole"]:
        raise Failure("Unjudged", f"the resources of calls are not known, so that a denial of {resources} would deny nothing")


def patterns(statement):
    """The statement with patterns that say to moto what they say to IAM, where actions have no case and `*` and `?` are wildcards
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html): moto knows case, and takes for a
    regular expression all but the `*`."""

    def pattern(element, text):
        text = text.lower() if element in ACTIONS else text
        return re.escape(text).replace(r"\*", "*").replace(r"\?", ".")

    return statement | {
        element: [pattern(element, text) for text in listed(statement[element])] for element in PATTERNS if element in statement
    }


def resource(call):
    """What the call is about: the role that is to be assumed, else `*`, which only the pattern `*` matches. An audit reads whatever is
    there, so that a policy of some resources only is not enough for it, and the listings of AWS know no other resource."""
    return call.parameters().get("RoleArn", "*") if call.action == "sts:AssumeRole" else "*"


def permit(policies, call):
    """Whether the policies allow the call, and none denies it. Who one is may always be asked
    (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html)."""
    if call.action == "sts:GetCallerIdentity":
        return True
    results = {each.is_action_permitted(call.action.lower(), resource(call)) for each in policies}
    return PermissionResult.PERMITTED in results and PermissionResult.DENIED not in results
