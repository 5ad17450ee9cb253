"""The values of a template: parameters, conditions and functions, for one account, Region and stack."""

import base64
import ipaddress
import json
import re
from functools import cache

from botocore.exceptions import ClientError

from cloudformation import loopback
from cloudformation.provider import Failed
from cloudformation.template import VARIABLE, substitution
from cloudformation.values import HIDDEN, LATER, later, plain

# What AWS::NoValue gives.
NOTHING = object()
DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}")


@cache
def zones(address, account, region):
    """The names of the zones of a Region."""
    found = loopback.client(address, account, region, "ec2").describe_availability_zones()["AvailabilityZones"]
    return sorted(zone["ZoneName"] for zone in found)


class Evaluation:
    """`resource(logical)` and `attribute(logical, name)` give what Ref and Fn::GetAtt give of resources; `exports` are those of the
    Region, by name. `imports` notes the exports that were used. `blind`: whether NoEcho parameters are hidden."""

    def __init__(self, template, place, parameters, resource, attribute, exports, blind=False):
        self.template = template
        self.place = place
        self.resource = resource
        self.attribute = attribute
        self.exports = exports
        self.imports = set()
        self.decided = {}
        self.parameters = {}
        for name, value in parameters.items():
            value = resolved_parameter(template.parameters[name], value, place)
            self.parameters[name] = HIDDEN if blind and name in template.hidden else value

    def holds(self, name):
        """Whether a condition holds; none always does."""
        if name is None:
            return True
        if name not in self.decided:
            self.decided[name] = self.value(self.template.conditions[name])
        return self.decided[name]

    def present(self):
        """The names of the resources whose conditions hold, in the order of the template."""
        return [logical for logical, each in self.template.resources.items() if self.holds(each.get("Condition"))]

    def demand_rules(self):
        """A Failed where an assertion of the template's rules is not met
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html)."""
        for name, rule in self.template.rules.items():
            if not self.value(rule.get("RuleCondition", True)):
                continue
            for assertion in rule["Assertions"]:
                if not self.value(assertion["Assert"]):
                    described = assertion.get("AssertDescription", "")
                    raise Failed(f"Template validation error: Rule {name} failed to satisfy its assertion: {described}")

    def value(self, declared):
        """A declared value with every function resolved."""
        if isinstance(declared, list):
            return [each for each in map(self.value, declared) if each is not NOTHING]
        if not isinstance(declared, dict):
            return declared
        if len(declared) == 1:
            ((name, given),) = declared.items()
            if name == "Ref":
                return self.ref(given)
            if name == "Condition" and isinstance(given, str) and given in self.template.conditions:
                return self.holds(given)
            if name.startswith("Fn::"):
                return self.call(name.removeprefix("Fn::"), given)
        values = {name: self.value(each) for name, each in declared.items()}
        return {name: each for name, each in values.items() if each is not NOTHING}

    def ref(self, name):
        if name in self.parameters:
            return self.parameters[name]
        if name.startswith("AWS::"):
            return self.pseudo(name.removeprefix("AWS::"))
        return self.resource(self.present_resource(name))

    def present_resource(self, logical):
        """The name of a resource, which the stack has to have."""
        if not self.holds(self.template.resources[logical].get("Condition")):
            raise Failed(f"Template format error: Unresolved resource dependencies [{logical}] in the Resources block of the template")
        return logical

    def pseudo(self, name):
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html"""
        match name:
            case "AccountId":
                return self.place.account
            case "NoValue":
                return NOTHING
            case "NotificationARNs":
                return []
            case "Partition":
                return "aws"
            case "Region":
                return self.place.region
            case "StackId":
                return self.place.stack_id
            case "StackName":
                return self.place.stack_name
            case "URLSuffix":
                return "amazonaws.com"
        raise Failed(f"Template error: no pseudo parameter AWS::{name}")

    def call(self, name, given):
        function = getattr(self, f"fn_{name.lower()}", None)
        if function is None:
            raise Failed(f"Template error: the function Fn::{name} is not supported")
        if name in ("GetAtt", "If", "Sub"):
            return function(given)
        given = self.value(given)
        return LATER if later(given) else function(given)

    def fn_getatt(self, given):
        resource, attribute = given.split(".", 1) if isinstance(given, str) else given
        return self.attribute(self.present_resource(resource), self.value(attribute))

    def fn_if(self, given):
        condition, then, otherwise = given
        return self.value(then if self.holds(condition) else otherwise)

    def fn_sub(self, given):
        text, variables = substitution(given)
        variables = {name: self.value(value) for name, value in variables.items()}

        def variable(match):
            name = match[1].strip()
            if name in variables:
                return plain(variables[name])
            resource, _, attribute = name.partition(".")
            return plain(self.attribute(self.present_resource(resource), attribute) if attribute else self.ref(name))

        result = VARIABLE.sub(variable, text)
        return LATER if later(result) else result.replace("${!", "${")

    def fn_join(self, given):
        separator, values = given
        return separator.join(map(plain, values))

    def fn_split(self, given):
        separator, text = given
        return text.split(separator)

    def fn_select(self, given):
        index, values = int(given[0]), given[1]
        if not 0 <= index < len(values):
            raise Failed(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
        return values[index]

    def fn_findinmap(self, given):
        name, first, second = given[:3]
        try:
            return self.template.mappings[name][plain(first)][plain(second)]
        except KeyError:
            if len(given) == 4:
                return given[3]["DefaultValue"]
            raise Failed(f"Template error: Unable to get mapping for {name}::{first}::{second}") from None

    def fn_base64(self, given):
        return base64.b64encode(given.encode()).decode()

    def fn_cidr(self, given):
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html"""
        block = ipaddress.ip_network(given[0])
        count, bits = int(given[1]), int(given[2]) if len(given) == 3 else 8
        prefix = block.max_prefixlen - bits
        if prefix < block.prefixlen or count > 2 ** (prefix - block.prefixlen):
            raise Failed(f"Template error: Fn::Cidr cannot make {count} blocks of {bits} bits of {block}")
        blocks = block.subnets(new_prefix=prefix)
        return [str(next(blocks)) for _ in range(count)]

    def fn_getazs(self, given):
        return list(zones(self.place.address, self.place.account, given or self.place.region))

    def fn_importvalue(self, given):
        if given not in self.exports:
            raise Failed(f"No export named {given} found.")
        self.imports.add(given)
        return self.exports[given]

    def fn_length(self, given):
        return len(given)

    def fn_tojsonstring(self, given):
        return json.dumps(given, separators=(",", ":"), ensure_ascii=False)

    def fn_contains(self, given):
        return given[1] in given[0]

    def fn_eachmemberequals(self, given):
        return all(each == given[1] for each in given[0])

    def fn_eachmemberin(self, given):
        return set(given[0]) <= set(given[1])

    def fn_equals(self, given):
        return plain(given[0]) == plain(given[1])

    def fn_not(self, given):
        return not given[0]

    def fn_and(self, given):
        return all(given)

    def fn_or(self, given):
        return any(given)


def resolved_parameter(parameter, value, place):
    """What Ref gives of a parameter with this text."""
    kind = parameter["Type"]
    if kind.startswith("AWS::SSM::Parameter::Value<"):
        value = stored(place, "ssm", "get_parameter", Name=value)["Parameter"]["Value"]
        kind = kind.removeprefix("AWS::SSM::Parameter::Value<").removesuffix(">")
    if kind.startswith("List<") or kind == "CommaDelimitedList":
        return [each.strip() for each in value.split(",")]
    return value


def stored(place, service, operation, **parameters):
    """What a service has stored; a Failed where it has not."""
    try:
        return getattr(loopback.client(place.address, place.account, place.region, service), operation)(**parameters)
    except ClientError as error:
        raise Failed(error.response["Error"]["Message"]) from None


def without_dynamic(value, place):
    """A value with its dynamic references resolved
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html)."""
    if isinstance(value, dict):
        return {name: without_dynamic(each, place) for name, each in value.items()}
    if isinstance(value, list):
        return [without_dynamic(each, place) for each in value]
    return DYNAMIC.sub(lambda match: dynamic(match[1], match[2], place), value) if isinstance(value, str) else value


def dynamic(service, reference, place):
    if service != "secretsmanager":
        return stored(place, "ssm", "get_parameter", Name=reference, WithDecryption=service == "ssm-secure")["Parameter"]["Value"]
    # A secret named by its ARN has colons of its own.
    parts = reference.split(":")
    count = 7 if parts[0] == "arn" else 1
    secret, rest = ":".join(parts[:count]), [*parts[count:], "", "", "", ""]
    versions = {name: value for name, value in (("VersionStage", rest[2]), ("VersionId", rest[3])) if value}
    text = stored(place, service, "get_secret_value", SecretId=secret, **versions)["SecretString"]
    return plain(json.loads(text)[rest[1]]) if rest[1] else text
