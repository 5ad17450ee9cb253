"""What a change set says: how resources change, property by property
(https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html)."""

import json

from cloudformation.evaluation import Evaluation
from cloudformation.jobs import GONE
from cloudformation.provider import PROVIDERS
from cloudformation.schema import schema
from cloudformation.stacks import outputs
from cloudformation.template import references
from cloudformation.values import LATER, later

ABSENT = object()
# The attributes of a resource, other than its properties, that a change set compares.
ATTRIBUTES = ("Metadata", "DeletionPolicy", "UpdateReplacePolicy")


def differences(path, old, new):
    """The places where two values differ, with what is there: objects and lists of the same length are compared part by part."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from differences((*path, name), old.get(name, ABSENT), new.get(name, ABSENT))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, pair in enumerate(zip(old, new)):
            yield from differences((*path, str(number)), *pair)
    else:
        yield path, old, new


def there(value, path):
    """What is at a path of a value that is the same but for secrets; the whole that is hidden where it ends before."""
    for step in path:
        if isinstance(value, (dict, list)):
            value = value.get(step, ABSENT) if isinstance(value, dict) else value[int(step)]
    return value


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


class Comparison:
    """The present resources of a stack beside those of a template with its parameters and tags."""

    def __init__(self, stack, template, parameters, tags, exports, settings):
        self.stack = stack
        self.template = template
        self.parameters = parameters
        self.tags = tags
        self.settings = settings
        # How far the resources are, as far as they change: Add, or the Replacement of a Modify.
        self.fates = {}
        self.present = {logical: each for logical, each in stack.resources.items() if each.physical and each.status not in GONE}
        common = (template, stack.place, parameters, self.physical, self.attribute, exports)
        self.evaluation, self.blind = Evaluation(*common), Evaluation(*common, blind=True)
        self.wanted = self.evaluation.present()
        self.changes = [*filter(None, map(self.change, self.ordered())), *self.removals()]

    def physical(self, logical):
        return LATER if self.fates.get(logical, "False") != "False" else self.present[logical].physical

    def attribute(self, logical, name):
        fate, present = self.fates.get(logical), self.present.get(logical)
        if fate == "False":
            may_change = self.settings.dynamic or name in PROVIDERS[present.type].volatile
        else:
            may_change = fate is not None
        return LATER if may_change else present.attribute(name)

    def ordered(self):
        """The resources, each after those that it depends on."""
        waiting = {logical: self.template.dependencies(logical) & set(self.wanted) for logical in self.wanted}
        while waiting:
            for logical in [logical for logical, after in waiting.items() if not after & waiting.keys()]:
                del waiting[logical]
                yield logical

    def change(self, logical):
        """The change of a resource; None where there is none."""
        declared = self.template.resources[logical]
        properties = self.evaluation.value(declared.get("Properties", {}))
        attributes = {name: self.evaluation.value(declared[name]) for name in ATTRIBUTES if name in declared}
        shown = {"Properties": self.blind.value(declared.get("Properties", {}))} | attributes
        former = self.present.get(logical)
        if former is None:
            self.fates[logical] = "Add"
            made = {"Action": "Add", "LogicalResourceId": logical, "ResourceType": declared["Type"], "Scope": [], "Details": []}
            return made | {"AfterContext": json.dumps(shown)}
        properties, _ = schema(declared["Type"]).read(properties)
        details = [*self.attribute_details(former, attributes), *self.property_details(former, declared, properties, shown["Properties"])]
        renewed = former.type != declared["Type"]
        if not details and not renewed:
            return None
        self.fates[logical] = "True" if renewed else replacement(details)
        return self.modification(former, declared, shown, details)

    def modification(self, former, declared, shown, details):
        fate = self.fates[former.logical]
        change = {
            "Action": "Modify",
            "LogicalResourceId": former.logical,
            "PhysicalResourceId": former.physical,
            "ResourceType": declared["Type"],
            "Replacement": fate,
            "Scope": sorted({detail["Target"]["Attribute"] for detail in details}),
            "Details": details,
            "BeforeContext": json.dumps(context(former)),
            "AfterContext": json.dumps(shown),
        }
        return change | ({"PolicyAction": f"ReplaceAnd{action(former.policy('UpdateReplacePolicy'))}"} if fate != "False" else {})

    def removals(self):
        for logical, former in self.present.items():
            if logical not in self.wanted:
                yield {
                    "PolicyAction": action(former.policy("DeletionPolicy")),
                    "Action": "Remove",
                    "LogicalResourceId": logical,
                    "PhysicalResourceId": former.physical,
                    "ResourceType": former.type,
                    "Scope": [],
                    "Details": [],
                    "BeforeContext": json.dumps(context(former)),
                }

    def attribute_details(self, former, attributes):
        """Details of the attributes, and of the tags of the stack."""
        for name in ATTRIBUTES:
            old, new = former.declared.get(name, ABSENT), attributes.get(name, ABSENT)
            if old != new:
                yield detail({"Attribute": name, "RequiresRecreation": "Never"}, (name,), old, new, {"ChangeSource": "DirectModification"})
        if schema(former.type).is_taggable and former.tags != self.tags:
            for path, old, new in differences(("Tags",), former.tags, self.tags):
                yield detail({"Attribute": "Tags", "RequiresRecreation": "Never"}, path, old, new, {"ChangeSource": "DirectModification"})

    def property_details(self, former, declared, properties, shown):
        for path, old, new in differences((), former.properties, properties):
            name = path[0]
            how = schema(former.type).recreation(name, former.properties, properties)
            target = {"Attribute": "Tags"} if name == "Tags" else {"Attribute": "Properties", "Name": name}
            old, new = (ABSENT if real is ABSENT else there(seen, path) for real, seen in ((old, former.shown), (new, shown)))
            source = self.source(former.declared.get("Properties", {}).get(name), declared.get("Properties", {}).get(name), new)
            yield detail(target | {"RequiresRecreation": how}, ("Properties", *path), old, new, source)

    def source(self, old, new, value):
        """Why a property changes, by what was and what is declared of it."""
        named = list(references(new))
        if later(value):
            for name, attribute in named:
                if name in self.fates:
                    entity = {"CausingEntity": f"{name}.{attribute}" if attribute else name}
                    return {"ChangeSource": "ResourceAttribute" if attribute else "ResourceReference"} | entity
        if old == new:
            for name, _ in named:
                if name in self.parameters and self.parameters[name] != self.stack.parameters.get(name):
                    return {"ChangeSource": "ParameterReference", "CausingEntity": name}
        return {"ChangeSource": "DirectModification"}

    @property
    def is_change(self):
        return bool(self.changes) or self.changes_outputs()

    def changes_outputs(self):
        return outputs(self.evaluation) != self.stack.outputs


def action(policy):
    return policy if policy in ("Retain", "Snapshot") else "Delete"


def context(resource):
    return {"Properties": resource.shown} | {name: resource.declared[name] for name in ATTRIBUTES if name in resource.declared}


def detail(target, path, old, new, source):
    kind = "Add" if old is ABSENT else "Remove" if new is ABSENT else "Modify"
    target |= {"Path": "/" + "/".join(path), "AttributeChangeType": kind}
    if old is not ABSENT:
        target["BeforeValue"] = text(old)
    if new is not ABSENT:
        target["AfterValue"] = text(new)
    return {"Target": target, "Evaluation": "Dynamic" if later(new) else "Static", **source}


def replacement(details):
    """Whether the resource is replaced
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html)."""
    needs = {(each["Target"]["RequiresRecreation"], each["Evaluation"]) for each in details}
    if ("Always", "Static") in needs:
        return "True"
    return "Conditional" if any(how != "Never" for how, _ in needs) else "False"


def without_values(change):
    """The change as it is told to those who do not ask for property values."""
    details = []
    for each in change["Details"]:
        target = {name: value for name, value in each["Target"].items() if name in ("Attribute", "Name", "RequiresRecreation")}
        if each | {"Target": target} not in details:
            details.append(each | {"Target": target})
    return {name: value for name, value in change.items() if name not in ("BeforeContext", "AfterContext")} | {"Details": details}
