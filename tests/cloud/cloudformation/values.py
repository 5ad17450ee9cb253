"""Values that a template does not say: those that come later, and those that nobody is told."""

import json

# What a change set says of a value that only its execution gives
# (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-view.html).
LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"
# What is said of the value of a NoEcho parameter.
HIDDEN = "****"


def later(value):
    """Whether only the execution gives the value, or a part of it."""
    if isinstance(value, (list, tuple)):
        return any(map(later, value))
    if isinstance(value, dict):
        return any(map(later, value.values()))
    return isinstance(value, str) and LATER in value


def plain(value):
    """A scalar as the text that it is to CloudFormation."""
    return value if isinstance(value, str) else json.dumps(value)
