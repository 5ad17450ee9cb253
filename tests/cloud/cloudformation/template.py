"""A CloudFormation template: what it declares, which of it depends on what, and what its parameters are."""

import re
from functools import cached_property

import yaml
from wire import Failure

from cloudformation.provider import PROVIDERS, Failed
from cloudformation.schema import schema
from cloudformation.values import plain

PSEUDO = ("AccountId", "NotificationARNs", "NoValue", "Partition", "Region", "StackId", "StackName", "URLSuffix")
SECTIONS = (
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
)
ATTRIBUTES = ("Condition", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdateReplacePolicy")
# The one transform that needs no template of somebody else
# (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html).
EXTENSIONS = "AWS::LanguageExtensions"
VARIABLE = re.compile(r"\$\{([^!{}][^{}]*)\}")


class Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: functions have short forms, and a date is a text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def short(loader, suffix, node):
    """A short form as the function that it is
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html)."""
    name = suffix if suffix in ("Condition", "Ref") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if name == "Fn::GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", short)


def invalid(message):
    return Failure("ValidationError", message)


def functions(value):
    """Every function in a value, as its name and what it is given."""
    if isinstance(value, dict):
        if len(value) == 1:
            ((name, given),) = value.items()
            if name in ("Condition", "Ref") or name.startswith("Fn::"):
                yield name, given
        for each in value.values():
            yield from functions(each)
    elif isinstance(value, list):
        for each in value:
            yield from functions(each)


def substitution(given):
    """The text of a Fn::Sub and the variables that it defines."""
    text, variables = (given, {}) if isinstance(given, str) else given
    return text, variables


def references(value):
    """What a value refers to: names that Ref gives, and pairs of a resource and its attribute."""
    for name, given in functions(value):
        if name == "Ref":
            yield given, None
        elif name == "Fn::GetAtt":
            resource, attribute = given.split(".", 1) if isinstance(given, str) else given
            yield resource, attribute
        elif name == "Fn::Sub":
            text, variables = substitution(given)
            for variable in VARIABLE.findall(text):
                if variable.strip() not in variables:
                    resource, _, attribute = variable.strip().partition(".")
                    yield resource, attribute or None


class Template:
    """The template of this text; a Failure where CloudFormation takes none such."""

    def __init__(self, text):
        self.text = text
        try:
            self.document = yaml.load(text, Loader)
        except yaml.YAMLError as error:
            raise invalid(f"Template format error: YAML not well-formed. ({error})") from None
        if not isinstance(self.document, dict):
            raise invalid("Template format error: unsupported structure.")
        self.parameters = self.section("Parameters")
        self.mappings = self.section("Mappings")
        self.conditions = self.section("Conditions")
        self.resources = self.section("Resources")
        self.outputs = self.section("Outputs")
        self.rules = self.section("Rules")
        self.description = self.document.get("Description")
        transforms = self.document.get("Transform", [])
        self.transforms = transforms if isinstance(transforms, list) else [transforms]
        self.validate()

    def section(self, name):
        return self.document.get(name) or {}

    def validate(self):
        unknown = sorted(set(self.document) - set(SECTIONS))
        if unknown:
            raise invalid(f"Invalid template property or properties [{', '.join(unknown)}]")
        if self.transforms not in ([], [EXTENSIONS]):
            raise invalid(f"No transform named {self.transforms[0]} found.")
        if not self.resources:
            raise invalid("Template format error: At least one Resources member must be defined.")
        for logical, resource in self.resources.items():
            self.validate_resource(logical, resource)
        self.validate_types()
        self.validate_references("Outputs", self.outputs)
        self.validate_references("Resources", self.resources)
        self.validate_conditions()
        self.validate_order()

    def validate_types(self):
        types = sorted({resource["Type"] for resource in self.resources.values()})
        unrecognized = [kind for kind in types if kind not in PROVIDERS]
        if unrecognized:
            raise invalid(f"Template format error: Unrecognized resource types: [{', '.join(unrecognized)}]")
        try:
            for kind in types:
                schema(kind)
        except Failed as failure:
            raise invalid(str(failure)) from None

    def validate_resource(self, logical, resource):
        if not re.fullmatch("[A-Za-z0-9]+", logical):
            raise invalid(f"Template format error: Resource name {logical} is non alphanumeric.")
        if "Type" not in resource:
            raise invalid(f"Template format error: [/Resources/{logical}] Every Resources object must contain a Type member.")
        unknown = sorted(set(resource) - set(ATTRIBUTES))
        if unknown:
            raise invalid(f"Invalid template resource property '{unknown[0]}'")
        for other in self.depends_on(logical):
            if other not in self.resources:
                raise invalid(f"Template format error: Unresolved resource dependencies [{other}] in the Resources block of the template")

    def validate_references(self, block, value):
        pseudo = {f"AWS::{name}" for name in PSEUDO}
        for name, attribute in references(value):
            known = {*self.resources} if attribute else {*self.resources, *self.parameters, *pseudo}
            if name in known:
                continue
            if attribute:
                raise invalid(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
            raise invalid(f"Template format error: Unresolved resource dependencies [{name}] in the {block} block of the template")

    def validate_conditions(self):
        named = [given for name, given in functions(self.document) if name == "Condition" and isinstance(given, str)]
        named += [given[0] for name, given in functions(self.document) if name == "Fn::If"]
        named += [each["Condition"] for each in (*self.resources.values(), *self.outputs.values()) if "Condition" in each]
        for name in named:
            if name not in self.conditions:
                rule = "Cannot reference resources in the Conditions block of the template"
                raise invalid(f"Template format error: Unresolved dependencies [{name}]. {rule}")

    def validate_order(self):
        remaining = {logical: self.dependencies(logical) for logical in self.resources}
        while remaining:
            ready = [logical for logical, after in remaining.items() if not after & remaining.keys()]
            if not ready:
                raise invalid(f"Circular dependency between resources: [{', '.join(sorted(remaining))}]")
            for logical in ready:
                del remaining[logical]

    def depends_on(self, logical):
        named = self.resources[logical].get("DependsOn", [])
        return named if isinstance(named, list) else [named]

    def dependencies(self, logical):
        """The resources that are made before this one."""
        named = {name for name, _ in references(self.resources[logical].get("Properties", {}))}
        provider = PROVIDERS.get(self.resources[logical]["Type"])
        awaited = {name for name, each in self.resources.items() if provider and each["Type"] in provider.follows}
        return {name for name in (*named, *awaited, *self.depends_on(logical)) if name in self.resources and name != logical}

    def capabilities(self):
        """The capabilities that the template needs, and the types that need them
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html)."""
        named = {
            "AWS::IAM::Group": "GroupName",
            "AWS::IAM::InstanceProfile": "InstanceProfileName",
            "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
            "AWS::IAM::Role": "RoleName",
            "AWS::IAM::User": "UserName",
        }
        plain = ("AWS::IAM::AccessKey", "AWS::IAM::Policy", "AWS::IAM::UserToGroupAddition", *named)
        needing = [resource for resource in self.resources.values() if resource["Type"] in plain]
        custom = any(named.get(resource["Type"]) in resource.get("Properties", {}) for resource in needing)
        needed = ["CAPABILITY_NAMED_IAM" if custom else "CAPABILITY_IAM"] if needing else []
        return needed, sorted({resource["Type"] for resource in needing})

    def require_capabilities(self, given):
        """The capability for named IAM resources holds for those without a name, too."""
        needed, _ = self.capabilities()
        missing = [each for each in needed if each not in given and "CAPABILITY_NAMED_IAM" not in given]
        if self.transforms and "CAPABILITY_AUTO_EXPAND" not in given:
            missing.append("CAPABILITY_AUTO_EXPAND")
        if missing:
            raise Failure("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(missing)}]")

    @cached_property
    def hidden(self):
        """The parameters of which nobody is told the value."""
        return {name for name, parameter in self.parameters.items() if str(parameter.get("NoEcho", False)).lower() == "true"}

    def values(self, given, former):
        """The texts of the parameters by what a call gives: a list of its Parameter structures. `former` are the present ones."""
        given = {each["ParameterKey"]: each for each in given}
        unknown = sorted(set(given) - set(self.parameters))
        if unknown:
            raise invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
        values, missing = {}, []
        for name, parameter in self.parameters.items():
            each = given.get(name, {})
            if each.get("UsePreviousValue"):
                if name not in former:
                    rule = "Cannot specify usePreviousValue as true for a parameter key not in the previous template"
                    raise invalid(f"Invalid input for parameter key {name}. {rule}")
                values[name] = former[name]
            elif "ParameterValue" in each:
                values[name] = each["ParameterValue"]
            elif "Default" in parameter:
                values[name] = plain(parameter["Default"])
            else:
                missing.append(name)
        if missing:
            raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
        for name, value in values.items():
            constrain(name, self.parameters[name], value)
        return values


def constrain(name, parameter, value):
    """A Failure where a parameter's value is not what the template allows
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html)."""

    def demand(met, rule):
        if not met:
            described = parameter.get("ConstraintDescription")
            raise invalid(f"Parameter '{name}' must satisfy constraint: {described}" if described else f"Parameter '{name}' {rule}")

    kind = parameter["Type"]
    each = [item.strip() for item in value.split(",")] if kind.startswith("List<") or kind == "CommaDelimitedList" else [value]
    if "AllowedValues" in parameter:
        allowed = [plain(choice) for choice in parameter["AllowedValues"]]
        demand(set(each) <= set(allowed), f"must be one of AllowedValues [{', '.join(allowed)}]")
    if "AllowedPattern" in parameter:
        pattern = parameter["AllowedPattern"]
        demand(all(re.fullmatch(pattern, item) for item in each), f"must match pattern {pattern}")
    if kind in ("Number", "List<Number>"):
        try:
            numbers = [float(item) for item in each]
        except ValueError:
            raise invalid(f"Parameter '{name}' must be a number.") from None
        low, high = float(parameter.get("MinValue", "-inf")), float(parameter.get("MaxValue", "inf"))
        demand(all(number >= low for number in numbers), f"must be a number not less than {parameter.get('MinValue')}")
        demand(all(number <= high for number in numbers), f"must be a number not greater than {parameter.get('MaxValue')}")
    elif kind == "String":
        demand(len(value) >= int(parameter.get("MinLength", 0)), f"must contain at least {parameter.get('MinLength')} characters")
        demand(len(value) <= int(parameter.get("MaxLength", len(value))), f"must contain at most {parameter.get('MaxLength')} characters")
