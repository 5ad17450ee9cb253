"""The CloudFormation schema of a resource type, as this repository has it, and what CloudFormation does by it."""

import json
from functools import cache
from pathlib import Path

from cloudformation.provider import PROVIDERS, Failed, changed
from cloudformation.values import later

SCHEMAS = Path(__file__).parents[3] / "schemas" / "aws"


@cache
def schema(kind):
    """The schema of a resource type."""
    path = SCHEMAS / f"{kind.replace('::', '-')}.json"
    if not path.exists():
        raise Failed(f"The server of the tests has no schema of the resource type {kind}")
    return Schema(kind, json.loads(path.read_text()))


def paths(pointers):
    """The paths of properties, without the leading `/properties`."""
    return [tuple(pointer.split("/")[2:]) for pointer in pointers]


def at(value, path):
    """What is at a path, in a form that can be compared; `*` stands for every item of a list."""
    if not path:
        return value
    if isinstance(value, list):
        return [at(each, path[1:] if path[0] == "*" else path) for each in value]
    return at(value.get(path[0]), path[1:]) if isinstance(value, dict) else None


class Schema:
    """The schema of `kind`."""

    def __init__(self, kind, document):
        self.kind = kind
        self.document = document
        self.create_only = paths(document.get("createOnlyProperties", []))
        self.conditional = paths(document.get("conditionalCreateOnlyProperties", []))

    @property
    def is_taggable(self):
        """Whether the resource gets the tags of the stack, too."""
        return any(name.endswith("Tags") or name == "TagSpecifications" for name in self.document["properties"])

    def recreation(self, name, old, new):
        """Whether the change of a property from the old to the new properties makes a new resource: Never, Conditionally, Always."""

        def concerned(pointers):
            return any(path[0] == name and at(old, path) != at(new, path) for path in pointers)

        if concerned(self.create_only):
            return "Always"
        return "Conditionally" if concerned(self.conditional) else "Never"

    def replaces(self, old, new):
        """Whether the resource is replaced where its properties change so."""

        def replaces(name):
            how = self.recreation(name, old, new)
            return how == "Always" or (how == "Conditionally" and PROVIDERS[self.kind].replaces(name, old, new))

        return any(replaces(name) for name in changed(old, new))

    def read(self, properties):
        """The properties in the types of the schema, and what is wrong with them."""
        problems = []
        return self.typed(properties, self.document, "#", problems), problems

    def resolved(self, part):
        while "$ref" in part:
            target = self.document
            for step in part["$ref"].split("/")[1:]:
                target = target[step]
            part = target
        return part

    def typed(self, value, part, path, problems):
        """The value in the types of a part of the schema; texts stand for numbers and booleans, and the other way round."""
        part = self.resolved(part)
        kinds = part.get("type", [])
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if isinstance(value, dict):
            return self.typed_object(value, part, path, problems)
        if isinstance(value, list):
            return [self.typed(each, part.get("items", {}), f"{path}/{number}", problems) for number, each in enumerate(value)]
        value = scalar(value, kinds)
        if "enum" in part and value not in part["enum"] and not later(value):
            problems.append(f"[{path}: {value} is not a valid enum value]")
        return value

    def typed_object(self, value, part, path, problems):
        known = part.get("properties", {})
        patterns = list(part.get("patternProperties", {}).values())
        if known and not patterns and part.get("additionalProperties") is False:
            problems += [f"[{path}: extraneous key [{name}] is not permitted]" for name in value if name not in known]
        problems += [f"[{path}: required key [{name}] not found]" for name in part.get("required", []) if name not in value]
        rest = patterns[0] if patterns else {}
        return {name: self.typed(each, known.get(name, rest), f"{path}/{name}", problems) for name, each in value.items()}


def scalar(value, kinds):
    """A scalar as one of these types of JSON Schema."""
    if "boolean" in kinds and value in ("true", "false", "True", "False"):
        return value.lower() == "true"
    if isinstance(value, str) and "string" not in kinds:
        for kind, convert in (("integer", int), ("number", float)):
            if kind in kinds:
                try:
                    return convert(value)
                except ValueError:
                    continue
    if kinds == ["string"] and not isinstance(value, str):
        return json.dumps(value)
    return value
