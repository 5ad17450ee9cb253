"""Amazon Managed Service for Prometheus."""

from datetime import datetime, timezone

from moto.amp.models import amp_backends
from wire import Failure

from corrections.registry import State, amended, correction

# The key, the alert manager's definition, the configuration and the logging of queries of each workspace, by its id.
KEYS = State()
DEFINITIONS = State()
CONFIGURATIONS = State()
QUERIES = State()
# The days that metrics are kept for: https://docs.aws.amazon.com/prometheus/latest/userguide/AMP_quotas.html
RETENTION = 150
ACTIVE = {"statusCode": "ACTIVE"}


def workspace(call):
    identifier = call.parameters()["workspaceId"]
    if identifier not in amp_backends[call.account][call.region].workspaces:
        raise Failure("ResourceNotFoundException", "Workspace not found", 404)
    return identifier


def find(call, state, kind):
    held = state.of(call).get(workspace(call))
    if held is None:
        raise Failure("ResourceNotFoundException", f"{kind} not found", 404)
    return held


def stamp(former=None, **members):
    now = datetime.now(timezone.utc)
    return (former or {"createdAt": now}) | members | {"modifiedAt": now, "status": ACTIVE}


@correction("amp", "CreateWorkspace")
def create_workspace(call, onward):
    """moto forgets the key: https://docs.aws.amazon.com/prometheus/latest/APIReference/API_CreateWorkspace.html"""
    key = call.parameters().get("kmsKeyArn")

    def amend(result):
        if key:
            KEYS.of(call)[result["workspaceId"]] = result["kmsKeyArn"] = key

    return amended(call, onward(call), amend)


@correction("amp", "DescribeWorkspace")
def describe_workspace(call, onward):
    """As for CreateWorkspace: https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DescribeWorkspace.html"""

    def amend(result):
        if result["workspace"]["workspaceId"] in KEYS.of(call):
            result["workspace"]["kmsKeyArn"] = KEYS.of(call)[result["workspace"]["workspaceId"]]

    return amended(call, onward(call), amend)


@correction("amp", "ListWorkspaces")
def list_workspaces(call, onward):
    """As for CreateWorkspace: https://docs.aws.amazon.com/prometheus/latest/APIReference/API_ListWorkspaces.html"""

    def amend(result):
        for each in result["workspaces"]:
            if each["workspaceId"] in KEYS.of(call):
                each["kmsKeyArn"] = KEYS.of(call)[each["workspaceId"]]

    return amended(call, onward(call), amend)


@correction("amp", "CreateAlertManagerDefinition", "PutAlertManagerDefinition")
def put_definition(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/prometheus/latest/APIReference/API_CreateAlertManagerDefinition.html"""
    held = DEFINITIONS.of(call).get(workspace(call))
    if held and call.name.startswith("Create"):
        raise Failure("ConflictException", "An alert manager definition already exists", 409)
    DEFINITIONS.of(call)[workspace(call)] = stamp(held, data=call.parameters()["data"])
    return call.answer({"status": ACTIVE})


@correction("amp", "DescribeAlertManagerDefinition")
def describe_definition(call, onward):
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DescribeAlertManagerDefinition.html"""
    return call.answer({"alertManagerDefinition": find(call, DEFINITIONS, "Alert manager definition")})


@correction("amp", "DeleteAlertManagerDefinition")
def delete_definition(call, onward):
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DeleteAlertManagerDefinition.html"""
    find(call, DEFINITIONS, "Alert manager definition")
    del DEFINITIONS.of(call)[workspace(call)]
    return call.answer({})


@correction("amp", "UpdateWorkspaceConfiguration")
def update_configuration(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/prometheus/latest/APIReference/API_UpdateWorkspaceConfiguration.html"""
    asked, held = call.parameters(), CONFIGURATIONS.of(call).setdefault(workspace(call), {})
    held.update({name: asked[name] for name in ("limitsPerLabelSet", "retentionPeriodInDays") if name in asked})
    return call.answer({"status": ACTIVE})


@correction("amp", "DescribeWorkspaceConfiguration")
def describe_configuration(call, onward):
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DescribeWorkspaceConfiguration.html"""
    default = {"status": ACTIVE, "limitsPerLabelSet": [], "retentionPeriodInDays": RETENTION}
    return call.answer({"workspaceConfiguration": default | CONFIGURATIONS.of(call).get(workspace(call), {})})


@correction("amp", "CreateQueryLoggingConfiguration", "UpdateQueryLoggingConfiguration")
def put_query_logging(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/prometheus/latest/APIReference/API_CreateQueryLoggingConfiguration.html"""
    held = QUERIES.of(call).get(workspace(call))
    asked = {"destinations": call.parameters()["destinations"], "workspace": workspace(call)}
    QUERIES.of(call)[workspace(call)] = stamp(held, **asked)
    return call.answer({"status": ACTIVE})


@correction("amp", "DescribeQueryLoggingConfiguration")
def describe_query_logging(call, onward):
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DescribeQueryLoggingConfiguration.html"""
    return call.answer({"queryLoggingConfiguration": find(call, QUERIES, "Query logging configuration")})


@correction("amp", "DeleteQueryLoggingConfiguration")
def delete_query_logging(call, onward):
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DeleteQueryLoggingConfiguration.html"""
    find(call, QUERIES, "Query logging configuration")
    del QUERIES.of(call)[workspace(call)]
    return call.answer({})


@correction("amp", "DeleteWorkspace")
def delete_workspace(call, onward):
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DeleteWorkspace.html"""
    identifier = workspace(call)
    for state in (KEYS, DEFINITIONS, CONFIGURATIONS, QUERIES):
        state.of(call).pop(identifier, None)
    return onward(call)
