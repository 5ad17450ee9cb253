"""The stacks of an account in a Region, with their resources, events and change sets."""

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from threading import RLock
from typing import NamedTuple

from corrections.registry import State
from wire import Failure

from cloudformation.provider import Context, Failed
from cloudformation.template import Template


def now():
    return datetime.now(timezone.utc)


def identifier(*parts):
    """A UUID, the same for the same parts in every run."""
    return str(uuid.UUID(bytes=hashlib.sha256(" ".join(map(str, parts)).encode()).digest()[:16], version=4))


@dataclass(eq=False)
class Resource:
    """A resource of a stack. `declared` is what the template says of it, `properties` their values, but for dynamic references; `shown`
    the same without secrets, `tags` those of the stack that it has, `after` the resources that it depends on."""

    logical: str
    type: str
    declared: dict
    after: set
    physical: str = None
    attributes: dict = field(default_factory=dict)
    properties: dict = field(default_factory=dict)
    shown: dict = field(default_factory=dict)
    tags: dict = field(default_factory=dict)
    creation: int = 1
    status: str = None
    reason: str = None
    changed: datetime = None

    def policy(self, name):
        """Its DeletionPolicy or UpdateReplacePolicy. Databases outside of clusters are kept in a snapshot by default
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html)."""
        kept = self.type == "AWS::RDS::DBCluster" or (self.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in self.properties)
        default = "Snapshot" if kept and name == "DeletionPolicy" else "Delete"
        return self.declared.get(name, default)

    def attribute(self, name):
        """What Fn::GetAtt gives: a path leads into attributes that are objects."""
        if name in self.attributes:
            return self.attributes[name]
        value = self.attributes
        for step in name.split("."):
            if not isinstance(value, dict) or step not in value:
                raise Failed(f"Template error: resource {self.logical} does not support attribute type {name} in Fn::GetAtt")
            value = value[step]
        return value


class Output(NamedTuple):
    """An output of a stack; `export` is the name under which others import it."""

    value: object
    description: str
    export: str


def outputs(evaluation):
    """The outputs of a template by its values."""

    def output(declared):
        export = evaluation.value(declared["Export"]["Name"]) if "Export" in declared else None
        return Output(evaluation.value(declared["Value"]), declared.get("Description"), export)

    declared = evaluation.template.outputs
    return {name: output(each) for name, each in declared.items() if evaluation.holds(each.get("Condition"))}


@dataclass
class ChangeSet:
    """A change set; `stack` is what the stack becomes: its template, parameters and tags."""

    name: str
    id: str
    kind: str
    template: Template
    parameters: dict
    tags: dict
    settings: dict
    token: str = None
    created: datetime = field(default_factory=now)
    status: str = "CREATE_PENDING"
    execution: str = "UNAVAILABLE"
    reason: str = None
    changes: list = field(default_factory=list)


@dataclass
class Stack:
    """A stack; `work` is the rest of the operation that is under way, a generator that `advance` resumes."""

    address: str
    account: str
    region: str
    name: str
    id: str
    template: Template = None
    parameters: dict = field(default_factory=dict)
    tags: dict = field(default_factory=dict)
    capabilities: list = field(default_factory=list)
    notifications: list = field(default_factory=list)
    resources: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)
    imports: set = field(default_factory=set)
    creations: dict = field(default_factory=dict)
    change_sets: dict = field(default_factory=dict)
    change_set: str = None
    made_change_sets: int = 0
    events: list = field(default_factory=list)
    status: str = None
    reason: str = None
    created: datetime = field(default_factory=now)
    updated: datetime = None
    deleted: datetime = None
    protected: bool = False
    policy: dict = None
    role: str = None
    disable_rollback: bool = False
    operation: object = None
    work: object = None
    token: str = None

    @property
    def exports(self):
        """The values that it exports, by name."""
        return {output.export: output.value for output in self.outputs.values() if output.export}

    @property
    def description(self):
        return self.template and self.template.description

    def named_change_set(self, name):
        """The change set of this name or id; a Failure where there is none."""
        for change_set in self.change_sets.values():
            if name in (change_set.name, change_set.id):
                return change_set
        raise Failure("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)

    @property
    def place(self):
        """Where the functions of its template are evaluated."""
        return Context(self.address, self.account, self.region, self.name, self.id, "")

    def own_tags(self, logical):
        """The tags that CloudFormation gives what it makes
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html)."""
        names = {"stack-name": self.name, "stack-id": self.id, "logical-id": logical}
        return {f"aws:cloudformation:{name}": value for name, value in names.items()}

    def turn(self, status, reason=None):
        """Passes into a status."""
        self.status, self.reason = status, reason
        self.note(self.name, self.id, "AWS::CloudFormation::Stack", status, reason)

    def turn_resource(self, resource, status, reason=None):
        resource.status, resource.reason, resource.changed = status, reason, now()
        self.note(resource.logical, resource.physical, resource.type, status, reason, resource.shown)

    def note(self, logical, physical, kind, status, reason, properties=None):
        number = len(self.events) + 1
        event = {
            "StackId": self.id,
            "EventId": identifier(self.id, "event", number) if logical == self.name else f"{logical}-{status}-{number:06}",
            "StackName": self.name,
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical or "",
            "ResourceType": kind,
            "Timestamp": now(),
            "ResourceStatus": status,
        }
        if reason:
            event["ResourceStatusReason"] = reason
        if properties is not None:
            event["ResourceProperties"] = json.dumps(properties)
        if self.token:
            event["ClientRequestToken"] = self.token
        self.events.append(event)

    def advance(self):
        """Goes a step on with the operation that is under way, if any."""
        over = object()
        if self.work and next(self.work, over) is over:
            self.work = None

    def finish(self):
        """Goes on with the operation to its end."""
        while self.work:
            self.advance()


class Store:
    """The stacks of an account in a Region, by id, in the order in which they were made."""

    def __init__(self):
        self.stacks = {}
        self.lock = RLock()

    def present(self):
        return [stack for stack in self.stacks.values() if stack.status != "DELETE_COMPLETE"]

    def find(self, name):
        """The stack of this name, or of this id, where it may be a deleted one; None where there is none."""
        return self.stacks.get(name) or next((stack for stack in self.present() if stack.name == name), None)

    def named(self, name, told="Stack with id {}"):
        """The stack; a Failure where there is none, which calls it as `told`."""
        stack = self.find(name)
        if stack is None:
            raise Failure("ValidationError", f"{told.format(name)} does not exist")
        return stack

    def make(self, call, address, name):
        count = sum(stack.name == name for stack in self.stacks.values())
        uid = identifier(call.account, call.region, name, count)
        arn = f"arn:aws:cloudformation:{call.region}:{call.account}:stack/{name}/{uid}"
        self.stacks[arn] = Stack(address, call.account, call.region, name, arn)
        return self.stacks[arn]

    def exports(self):
        """The values that stacks export, by name."""
        return {name: value for stack in self.present() for name, value in stack.exports.items()}

    def importers(self, export):
        return [stack for stack in self.present() if export in stack.imports]


STORES = State(Store)


@dataclass
class Plant:
    """A failure to come: `on` is create, update or delete, or rollback, which is whatever is done when a stack rolls back."""

    stack: str
    resource: str
    on: str = "create"
    reason: str = "The failure was planted."
    times: int = 1

    def befalls(self, stack, logical, on):
        if self.times > 0 and self.stack in ("*", stack.name, stack.id) and self.resource in ("*", logical) and self.on == on:
            self.times -= 1
            return True
        return False


@dataclass
class Settings:
    """How stacks advance: `step` is the number of resources that a step begins, all that are ready where it is None. `dynamic`: whether
    change sets take every attribute of a changed resource for a value that may change, as AWS's do."""

    failures: list = field(default_factory=list)
    step: int = None
    dynamic: bool = True

    def failure(self, stack, logical, on):
        """The reason of the failure that befalls the work on a resource; None where there is none."""
        return next((plant.reason for plant in self.failures if plant.befalls(stack, logical, on)), None)


SETTINGS = State(Settings)
