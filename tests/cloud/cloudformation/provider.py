"""What a provider of a resource type is: it makes, updates and deletes the resource through the API of the resource's own service."""

import hashlib
import string
from dataclasses import dataclass, field

from cloudformation import loopback

PROVIDERS = {}


def provides(*types):
    """Names the class that provides these resource types."""

    def register(kind):
        for each in types:
            PROVIDERS[each] = kind(each)
        return kind

    return register


class Failed(Exception):
    """The resource could not be made, updated or deleted; the text is the reason that the resource's event gives."""


def taken(properties, *names):
    """The properties, where the provider knows all that there are: `names` are those that it knows."""
    unknown = sorted(set(properties) - set(names))
    if unknown:
        raise Failed(f"The server of the tests does not know the properties {', '.join(unknown)}")
    return properties


def renamed(properties, **names):
    """The properties that are there, by the names that the service has for them: `Property="Parameter"`."""
    return {parameter: properties[name] for name, parameter in names.items() if name in properties}


def picked(properties, *names):
    """The properties of these names that are there, for services that have the same names for them."""
    return {name: properties[name] for name in names if name in properties}


def changed(old, new):
    """The names of the properties that differ."""
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


class Provider:
    """The provider of `type`. Properties come with every intrinsic function resolved and in the types of the schema (a text "443" where the
    schema wants an integer is an integer). `volatile` are the attributes that an update may change, `follows` the types of resources that
    this one waits for in its stack though it refers to none."""

    volatile = ()
    follows = ()

    def __init__(self, kind):
        self.type = kind

    def create(self, context, properties):
        """Makes the resource; its physical id, which is what Ref gives, and the attributes that Fn::GetAtt gives."""
        raise NotImplementedError

    def update(self, context, physical, old, new):
        """Updates the resource where properties differ or `context.tags` differ from `context.former_tags`; its attributes.
        Properties that the schema calls createOnly never differ: these replace the resource."""
        raise Failed(f"Update of resource type {self.type} is not supported.")

    def delete(self, context, physical, properties):
        """Deletes the resource; one that is not there is no error. `context.snapshot` says whether its data is to be kept in a snapshot."""
        raise NotImplementedError

    def replaces(self, name, old, new):
        """Whether this change of a property that the schema calls conditionalCreateOnly replaces the resource."""
        return False


@dataclass
class Context:
    """Where a resource is provided. `tags` are those of the stack, and AWS's own; in an update, `former_tags` those that it had before.
    `creation` counts how often the resource was made, as each has a name of its own. A provider that makes a resource by more than one
    call sets `physical` after the first, so that what is there is deleted where another call fails. `snapshot`: whether the data is to be
    kept in a snapshot when the resource is deleted."""

    address: str
    account: str
    region: str
    stack_name: str
    stack_id: str
    logical_id: str
    tags: dict = field(default_factory=dict)
    former_tags: dict = field(default_factory=dict)
    creation: int = 1
    snapshot: bool = False
    physical: str = None
    partition: str = "aws"

    def client(self, service, region=None):
        """A client of the service in the resource's account, in its Region where no other is named."""
        return loopback.client(self.address, self.account, region or self.region, service)

    def digest(self):
        return hashlib.sha256(f"{self.stack_id} {self.logical_id} {self.creation}".encode()).digest()

    @property
    def token(self):
        """A client token for the creation of the resource."""
        return self.digest().hex()[:32]

    def name(self, length=None):
        """The name that CloudFormation gives what has none, of at most `length` characters
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html)."""
        number, suffix = int.from_bytes(self.digest()), ""
        for _ in range(12):
            number, rest = divmod(number, 36)
            suffix += (string.ascii_uppercase + string.digits)[rest]
        stack, logical = self.stack_name, self.logical_id
        if length is not None and len(stack) + len(logical) + 14 > length:
            room = length - 14
            logical = logical[: max(room // 2, room - len(stack))]
            stack = stack[: room - len(logical)]
        return f"{stack}-{logical}-{suffix}"

    def tagged(self, properties, name="Tags"):
        """All tags of the resource as a dict: its own, in the list or the map that the property `name` is, over those of the stack."""
        return self.tags | own_tags(properties.get(name))

    def tag_changes(self, old, new, name="Tags"):
        """What an update is to do with the tags: those to set, as a dict, and the keys to take away."""
        former, present = self.former_tags | own_tags(old.get(name)), self.tagged(new, name)
        return {key: value for key, value in present.items() if former.get(key) != value}, sorted(set(former) - set(present))

    def arn(self, service, resource):
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


def own_tags(tags):
    return {tag["Key"]: tag["Value"] for tag in tags} if isinstance(tags, list) else dict(tags or {})


def tag_list(tags, key="Key", value="Value"):
    """Tags as the list that most services take."""
    return [{key: name, value: text} for name, text in tags.items()]
