"""The operations on stacks (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html)."""

import json


from cloudformation import described
from cloudformation.changes import Comparison
from cloudformation.engine import Operation
from cloudformation.policy import parsed
from cloudformation.provider import Failed
from cloudformation.request import PAGE, demand, operation
from cloudformation.stacks import now
from cloudformation.template import invalid

# The states in which a stack can be updated.
UPDATABLE = ("CREATE_COMPLETE", "CREATE_FAILED", "UPDATE_COMPLETE", "UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE")
POLICY_SIZE = 16_384


def demand_updatable(stack):
    demand(stack.status in UPDATABLE, f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def begin(stack, template, parameters, tags, settings):
    """Makes the stack what an operation is to bring its resources to."""
    stack.template, stack.parameters, stack.tags = template, parameters, tags
    stack.capabilities = settings.get("Capabilities") or []
    stack.notifications = settings.get("NotificationARNs") or stack.notifications
    stack.role = settings.get("RoleARN") or stack.role
    stack.token = settings.get("ClientRequestToken")


def start_creation(request, stack, on_failure):
    stack.disable_rollback = on_failure == "DO_NOTHING"
    stack.operation = Operation(stack, request.store, request.settings, on_failure)
    stack.turn("CREATE_IN_PROGRESS", "User Initiated")
    stack.work = stack.operation.create()


def prepare_update(request, stack, on_failure, policy=None):
    """The operation that updates the stack, made before the stack gets the new template."""
    stack.disable_rollback = on_failure == "DO_NOTHING"
    stack.operation = Operation(stack, request.store, request.settings, on_failure, policy)


def start_update(stack):
    stack.updated = now()
    stack.turn("UPDATE_IN_PROGRESS", "User Initiated")
    stack.work = stack.operation.update()


@operation
def create_stack(request):
    name = request.new_name()
    demand(request.store.find(name) is None, f"Stack [{name}] already exists", "AlreadyExistsException")
    template = request.template()
    parameters = request.values(template)
    template.require_capabilities(request["Capabilities"] or [])
    policy = policy_of(request, "StackPolicy")
    tags = request.tags()
    stack = request.store.make(request.call, request.address, name)
    stack.policy, stack.protected = policy, bool(request["EnableTerminationProtection"])
    begin(stack, template, parameters, tags, request.parameters)
    start_creation(request, stack, "DO_NOTHING" if request["DisableRollback"] else request["OnFailure"] or "ROLLBACK")
    return {"StackId": stack.id}


@operation
def update_stack(request):
    stack = request.stack
    demand_updatable(stack)
    template = request.template(stack)
    parameters = request.values(template, stack)
    template.require_capabilities(request["Capabilities"] or [])
    tags = request.tags(stack)
    try:
        comparison = Comparison(stack, template, parameters, tags, request.store.exports(), request.settings)
    except Failed as failure:
        raise invalid(str(failure)) from None
    demand(comparison.is_change, "No updates are to be performed.")
    policy = policy_of(request, "StackPolicyDuringUpdate")
    prepare_update(request, stack, "DO_NOTHING" if request["DisableRollback"] else "ROLLBACK", policy)
    stack.policy = policy_of(request, "StackPolicy") or stack.policy
    begin(stack, template, parameters, tags, request.parameters)
    start_update(stack)
    return {"StackId": stack.id}


@operation
def cancel_update_stack(request):
    stack = request.stack
    message = f"CancelUpdateStack cannot be called from current stack status. Stack [{stack.name}] is in {stack.status} state"
    demand(stack.status == "UPDATE_IN_PROGRESS", message)
    stack.operation.is_canceled = True
    return {}


@operation
def delete_stack(request):
    stack, store = request.store.find(request["StackName"]), request.store
    if stack is None or stack.status in ("DELETE_COMPLETE", "DELETE_IN_PROGRESS"):
        return {}
    demand(not stack.protected, f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    demand(
        not (stack.status.startswith("UPDATE") and stack.status.endswith("IN_PROGRESS")),
        f"Stack [{stack.id}] cannot be deleted while in status {stack.status}",
    )
    retained = request["RetainResources"] or []
    rule = "When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state."
    demand(not retained or stack.status == "DELETE_FAILED", f"Invalid operation on stack [{stack.id}]. {rule}")
    unknown = [logical for logical in retained if logical not in stack.resources]
    demand(not unknown, f"The following resources to retain are not in the stack: [{', '.join(unknown)}]")
    stack.token = request["ClientRequestToken"]
    for name in stack.exports:
        users = [user.name for user in store.importers(name) if user is not stack]
        if users:
            stack.turn(stack.status, f"Delete canceled. Cannot delete export {name} as it is in use by {' and '.join(users)}.")
            return {}
    stack.operation = Operation(stack, store, request.settings, retained=retained)
    stack.turn("DELETE_IN_PROGRESS", "User Initiated")
    stack.change_sets = {}
    stack.work = stack.operation.delete()
    if not stack.resources:
        stack.finish()
    return {}


@operation
def continue_update_rollback(request):
    stack = request.stack
    message = f"Stack:{stack.id} is in {stack.status} state and can not continue its update rollback."
    demand(stack.status == "UPDATE_ROLLBACK_FAILED", message)
    skipped = request["ResourcesToSkip"] or []
    wrong = [logical for logical in skipped if logical not in stack.resources or not stack.resources[logical].status.endswith("FAILED")]
    demand(not wrong, f"ResourcesToSkip [{', '.join(wrong)}] are not resources that failed to roll back in stack {stack.name}")
    stack.token = request["ClientRequestToken"]
    stack.work = stack.operation.resume(skipped)
    return {}


@operation
def rollback_stack(request):
    stack = request.stack
    demand(
        stack.status in ("CREATE_FAILED", "UPDATE_FAILED"),
        f"Stack:{stack.id} is in {stack.status} state and can not be rolled back.",
    )
    stack.token = request["ClientRequestToken"]
    made = stack.status == "CREATE_FAILED"
    stack.work = stack.operation.undo_creation("User Initiated") if made else stack.operation.undo_update("User Initiated")
    stack.advance()
    return {"StackId": stack.id}


@operation
def describe_stacks(request):
    stacks = [request.stack] if request["StackName"] else request.store.present()
    stacks, token = request.cut(stacks)
    request.polled += stacks
    return {"Stacks": [described.described_stack(stack) for stack in stacks]} | token


@operation
def list_stacks(request):
    chosen = request["StackStatusFilter"]
    stacks = [stack for stack in reversed(request.store.stacks.values()) if not chosen or stack.status in chosen]
    stacks, token = request.cut(stacks)
    return {"StackSummaries": [described.summary(stack) for stack in stacks]} | token


@operation
def describe_stack_events(request):
    """The events that were there when the first page was asked for, the latest first."""
    stack, token = request.stack, request["NextToken"]
    count = int(token.partition("-from-")[2].partition("-")[2]) if token and token.count("-") == 3 else len(stack.events)
    if not token:
        request.polled.append(stack)
    events, following = request.cut(stack.events[:count][::-1])
    return {"StackEvents": events} | {name: f"{value}-{count}" for name, value in following.items()}


@operation
def describe_stack_resources(request):
    physical = request["PhysicalResourceId"]
    holders = [stack for stack in request.store.present() if physical in (each.physical for each in stack.resources.values())]
    demand(request["StackName"] or holders, f"Stack for {physical} does not exist")
    stack = request.stack if request["StackName"] else holders[0]
    logical = request["LogicalResourceId"]
    resources = [described.described_resource(stack, each) for each in stack.resources.values() if logical in (None, each.logical)]
    return {"StackResources": resources[:PAGE]}


@operation
def list_stack_resources(request):
    resources, token = request.cut(list(request.stack.resources.values()))
    return {"StackResourceSummaries": [described.resource_summary(each) for each in resources]} | token


@operation
def describe_stack_resource(request):
    stack = request.stack
    resource = stack.resources.get(request["LogicalResourceId"])
    demand(resource, f"Resource {request['LogicalResourceId']} does not exist for stack {stack.name}")
    detail = described.described_resource(stack, resource, "LastUpdatedTimestamp")
    return {"StackResourceDetail": detail | {"Metadata": json.dumps(resource.declared.get("Metadata", {}))}}


@operation
def get_template(request):
    stack = request.stack
    template = stack.template
    if request["ChangeSetName"]:
        template = stack.named_change_set(request["ChangeSetName"]).template
    demand(template, f"Stack {stack.name} has no template")
    return {"TemplateBody": template.text, "StagesAvailable": ["Original", "Processed"]}


@operation
def get_template_summary(request):
    return described.summarized(request.stack.template if request["StackName"] else request.template())


@operation
def validate_template(request):
    return described.validated(request.template())


def policy_of(request, what):
    """The stack policy of the call, None where it has none."""
    if request[f"{what}Body"] is None and request[f"{what}URL"] is None:
        return None
    return parsed(request.text(what, POLICY_SIZE, POLICY_SIZE))


@operation
def set_stack_policy(request):
    stack = request.stack
    policy = policy_of(request, "StackPolicy")
    demand(policy, "Either StackPolicyBody or StackPolicyURL must be specified.")
    stack.policy = policy
    return {}


@operation
def get_stack_policy(request):
    policy = request.stack.policy
    return {"StackPolicyBody": json.dumps(policy)} if policy else {}


@operation
def update_termination_protection(request):
    stack = request.stack
    demand(stack.status != "DELETE_COMPLETE", f"Stack [{stack.name}] does not exist")
    stack.protected = request["EnableTerminationProtection"]
    return {"StackId": stack.id}


@operation
def list_exports(request):
    exports = [
        {"ExportingStackId": stack.id, "Name": name, "Value": value}
        for stack in request.store.present()
        for name, value in stack.exports.items()
    ]
    exports, token = request.cut(sorted(exports, key=lambda export: export["Name"]))
    return {"Exports": exports} | token


@operation
def list_imports(request):
    stacks = [stack.name for stack in request.store.importers(request["ExportName"])]
    demand(stacks, f"Export '{request['ExportName']}' is not imported by any stack.")
    stacks, token = request.cut(stacks)
    return {"Imports": stacks} | token
