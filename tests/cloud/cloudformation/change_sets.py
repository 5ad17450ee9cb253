"""The operations on change sets
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html)."""

from botocore.exceptions import ClientError
from wire import Failure

from cloudformation import described
from cloudformation.changes import Comparison
from cloudformation.operations import begin, demand_updatable, prepare_update, start_creation, start_update
from cloudformation.provider import Failed
from cloudformation.request import demand, operation
from cloudformation.stacks import ChangeSet, identifier
from cloudformation.template import invalid

EXECUTED = ("EXECUTE_COMPLETE", "EXECUTE_FAILED")
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


def find(request):
    """The stack and the change set that the call names, by its name or its id."""
    name = request["ChangeSetName"]
    if request["StackName"]:
        return request.stack, request.stack.named_change_set(name)
    for stack in request.store.stacks.values():
        for change_set in stack.change_sets.values():
            if change_set.id == name:
                return stack, change_set
    raise Failure("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)


@operation
def create_change_set(request):
    name, kind = request["ChangeSetName"], request["ChangeSetType"] or "UPDATE"
    stack = request.store.find(request["StackName"])
    same = stack and stack.change_sets.get(name)
    # A change set that was executed is of a stack that is no more, and its name is free.
    if same and same.execution not in EXECUTED:
        repeated = request["ClientToken"] is not None and request["ClientToken"] == same.token
        demand(repeated, f"ChangeSet {same.id} already exists", "AlreadyExistsException")
        return {"Id": same.id, "StackId": stack.id}
    template = request.template(stack)
    if kind == "CREATE":
        message = f"Stack [{request['StackName']}] already exists and cannot be created again with the changeSet [{name}]."
        demand(stack is None or stack.status == "REVIEW_IN_PROGRESS", message)
        request.new_name()
    elif kind == "UPDATE":
        demand(stack, f"Stack [{request['StackName']}] does not exist")
        demand_updatable(stack)
    else:
        raise invalid(f"The server of the tests has no change sets of the type {kind}")
    parameters = request.values(template, stack)
    template.require_capabilities(request["Capabilities"] or [])
    tags = request.tags(stack)
    if stack is None:
        stack = request.store.make(request.call, request.address, request["StackName"])
        stack.turn("REVIEW_IN_PROGRESS", "User Initiated")
    stack.made_change_sets += 1
    uid = identifier(stack.id, "change set", stack.made_change_sets)
    arn = f"arn:aws:cloudformation:{request.call.region}:{request.call.account}:changeSet/{name}/{uid}"
    stack.change_sets[name] = ChangeSet(name, arn, kind, template, parameters, tags, request.parameters, request["ClientToken"])
    return {"Id": arn, "StackId": stack.id}


def advance(change_set, stack, request):
    """Goes a step on with the making of a change set, which ends when its changes are known."""
    if change_set.status == "CREATE_PENDING":
        change_set.status = "CREATE_IN_PROGRESS"
        return
    change_set.status = "FAILED"
    common = (change_set.template, change_set.parameters, change_set.tags, request.store.exports(), request.settings)
    try:
        comparison = Comparison(stack, *common)
    except (Failed, ClientError) as failure:
        change_set.reason = str(failure)
        return
    if not comparison.is_change:
        change_set.reason = NO_CHANGES
        return
    change_set.changes = comparison.changes
    change_set.status, change_set.execution = "CREATE_COMPLETE", "AVAILABLE"


@operation
def describe_change_set(request):
    stack, change_set = find(request)
    if change_set.status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        request.later.append(lambda: advance(change_set, stack, request))
    elif not request["NextToken"]:
        request.polled.append(stack)
    told = described.described_change_set(change_set, stack, request["IncludePropertyValues"])
    told["Changes"], token = request.cut(told["Changes"])
    return told | token


@operation
def list_change_sets(request):
    stack = request.stack
    summaries, token = request.cut([described.change_set_summary(each, stack) for each in stack.change_sets.values()])
    return {"Summaries": summaries} | token


@operation
def delete_change_set(request):
    try:
        stack, change_set = find(request)
    except Failure as failure:
        if failure.code == "ChangeSetNotFound":
            return {}
        raise
    message = f"ChangeSet [{change_set.id}] cannot be deleted in its current status of [{change_set.execution}]"
    demand(change_set.execution != "EXECUTE_IN_PROGRESS", message, "InvalidChangeSetStatus")
    del stack.change_sets[change_set.name]
    return {}


@operation
def execute_change_set(request):
    stack, change_set = find(request)
    token = request["ClientRequestToken"]
    if token and token == stack.token and change_set.id == stack.change_set:
        return {}
    state = change_set.status if change_set.status != "CREATE_COMPLETE" else change_set.execution
    message = f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{state}]"
    demand(state == "AVAILABLE", message, "InvalidChangeSetStatus")
    on_failure = "DO_NOTHING" if request["DisableRollback"] else change_set.settings.get("OnStackFailure") or "ROLLBACK"
    if change_set.kind == "UPDATE":
        demand_updatable(stack)
        prepare_update(request, stack, on_failure)
    begin(stack, change_set.template, change_set.parameters, change_set.tags, change_set.settings | {"ClientRequestToken": token})
    stack.change_set = change_set.id
    # The others are of a stack that is no more
    # (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html).
    stack.change_sets = {change_set.name: change_set}
    if change_set.kind == "CREATE":
        start_creation(request, stack, on_failure)
    else:
        start_update(stack)
    change_set.execution = "EXECUTE_IN_PROGRESS"
    stack.work = executed(change_set, stack, stack.work)
    return {}


def executed(change_set, stack, work):
    yield from work
    change_set.execution = "EXECUTE_COMPLETE" if stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else "EXECUTE_FAILED"
