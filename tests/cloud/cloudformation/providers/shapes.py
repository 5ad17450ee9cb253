"""Properties of a resource type as parameters of an operation: most services have the same names for both, in another case."""

import json
from contextlib import contextmanager

from botocore import xform_name
from botocore.exceptions import ClientError
from cloudformation.provider import Failed


def ask(client, operation, **properties):
    """Calls the operation with what its model makes of the properties."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    return getattr(client, xform_name(operation))(**shaped(shape, properties))


def shaped(shape, value):
    """A property as `shape` has it: names in its case, documents as text. A property that it lacks is an error."""
    match shape.type_name:
        case "structure":
            return structure(shape, value)
        case "list":
            return [shaped(shape.member, each) for each in value]
        case "map":
            return {key: shaped(shape.value, each) for key, each in value.items()}
        case "string" if isinstance(value, (dict, list)):
            return json.dumps(value)
        case "string" if isinstance(value, bool):
            return str(value).lower()
        case "string" if isinstance(value, float) and value.is_integer():
            return str(int(value))
        case "string":
            return str(value)
        case "boolean" if isinstance(value, str):
            return value.lower() == "true"
        case "integer" | "long":
            return int(value)
        case "double" | "float":
            return float(value)
    return value


def structure(shape, value):
    names = {name.lower(): name for name in shape.members}
    unknown = [name for name in value if name.lower() not in names]
    if unknown:
        raise Failed(f"The server of the tests does not know the properties {', '.join(unknown)} of {shape.name}")
    known = {names[name.lower()]: each for name, each in value.items()}
    return {name: shaped(shape.members[name], each) for name, each in known.items()}


@contextmanager
def absent(*codes):
    """What is deleted may be gone, which the service says by one of these codes."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise


def without(properties, *names):
    return {name: value for name, value in properties.items() if name not in names}


def text(document):
    """A document, which a template may have as an object or as text, as text."""
    return document if isinstance(document, str) else json.dumps(document)


def attribute(value):
    """A value among attributes that are all text."""
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else text(value)


def differences(old, new):
    """What to take away from a list and what to put into it, so that the old becomes the new."""
    return [each for each in old if each not in new], [each for each in new if each not in old]
