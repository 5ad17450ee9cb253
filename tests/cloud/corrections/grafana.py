"""Amazon Managed Grafana, of which moto has nothing: https://docs.aws.amazon.com/grafana/latest/APIReference/Welcome.html."""

import hashlib
from datetime import datetime, timezone

from wire import Failure

from corrections.registry import State, correction

# The workspaces by their id; `configuration`, `proof` (how users sign in) and `token` are not told by DescribeWorkspace.
WORKSPACES = State()
APART = ("configuration", "proof", "token")
VERSION = "10.4"
# The members of a workspace by those of the calls that ask for them.
NAMES = {
    "accountAccessType": "accountAccessType",
    "networkAccessControl": "networkAccessControl",
    "organizationRoleName": "organizationRoleName",
    "permissionType": "permissionType",
    "stackSetName": "stackSetName",
    "vpcConfiguration": "vpcConfiguration",
    "workspaceDataSources": "dataSources",
    "workspaceDescription": "description",
    "workspaceName": "name",
    "workspaceNotificationDestinations": "notificationDestinations",
    "workspaceOrganizationalUnits": "organizationalUnits",
    "workspaceRoleArn": "workspaceRoleArn",
}


def find(call):
    identifier = call.parameters()["workspaceId"]
    held = WORKSPACES.of(call).get(identifier)
    if held is None:
        raise Failure("ResourceNotFoundException", f"Workspace {identifier} not found", 404)
    return held


def told(call, held):
    return call.answer({"workspace": {name: value for name, value in held.items() if name not in APART}})


def take(held, asked):
    held |= {member: asked[name] for name, member in NAMES.items() if name in asked}
    held["modified"] = datetime.now(timezone.utc)


@correction("grafana", "CreateWorkspace")
def create(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_CreateWorkspace.html"""
    asked, workspaces = call.parameters(), WORKSPACES.of(call)
    for held in workspaces.values():
        if held["token"] is not None and held["token"] == asked.get("clientToken"):
            return told(call, held)
    unique = hashlib.sha256(f"{call.account} {call.region} {len(workspaces)} {asked.get('clientToken')}".encode()).hexdigest()[:10]
    identifier, providers = f"g-{unique}", asked["authenticationProviders"]
    held = {
        "id": identifier,
        "created": datetime.now(timezone.utc),
        "endpoint": f"{identifier}.grafana-workspace.{call.region}.amazonaws.com",
        "grafanaVersion": asked.get("grafanaVersion", VERSION),
        "status": "ACTIVE",
        "tags": asked.get("tags", {}),
        "dataSources": [],
        "proof": {"providers": providers},
        "configuration": asked.get("configuration", '{"plugins":{"pluginAdminEnabled":false},"unifiedAlerting":{"enabled":false}}'),
        "token": asked.get("clientToken"),
    }
    authenticate(held)
    take(held, asked)
    workspaces[identifier] = held
    return told(call, held)


def authenticate(held):
    """Sets what DescribeWorkspace tells of it: https://docs.aws.amazon.com/grafana/latest/APIReference/API_AuthenticationSummary.html"""
    proof = held["proof"]
    held["authentication"] = {"providers": proof["providers"]}
    if "AWS_SSO" in proof["providers"]:
        proof["awsSso"] = {"ssoClientId": held["id"]}
    if "SAML" in proof["providers"]:
        proof.setdefault("saml", {"status": "NOT_CONFIGURED"})
        held["authentication"]["samlConfigurationStatus"] = proof["saml"]["status"]


@correction("grafana", "DescribeWorkspace")
def describe(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_DescribeWorkspace.html"""
    return told(call, find(call))


@correction("grafana", "ListWorkspaces")
def list_all(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_ListWorkspaces.html"""
    members = ("authentication", "created", "description", "endpoint", "grafanaVersion", "id", "modified", "name", "status", "tags")
    found = WORKSPACES.of(call).values()
    return call.answer({"workspaces": [{name: held[name] for name in members if name in held} for held in found]})


@correction("grafana", "UpdateWorkspace")
def update(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_UpdateWorkspace.html"""
    held, asked = find(call), call.parameters()
    take(held, asked)
    for name, remove in (("networkAccessControl", "removeNetworkAccessConfiguration"), ("vpcConfiguration", "removeVpcConfiguration")):
        if asked.get(remove):
            held.pop(name, None)
    return told(call, held)


@correction("grafana", "DescribeWorkspaceConfiguration")
def describe_configuration(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_DescribeWorkspaceConfiguration.html"""
    return call.answer({"configuration": find(call)["configuration"], "grafanaVersion": find(call)["grafanaVersion"]})


@correction("grafana", "UpdateWorkspaceConfiguration")
def update_configuration(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_UpdateWorkspaceConfiguration.html"""
    asked = call.parameters()
    find(call).update({name: asked[name] for name in ("configuration", "grafanaVersion") if name in asked})
    return call.answer({})


@correction("grafana", "DescribeWorkspaceAuthentication")
def describe_authentication(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_DescribeWorkspaceAuthentication.html"""
    return call.answer({"authentication": find(call)["proof"]})


@correction("grafana", "UpdateWorkspaceAuthentication")
def update_authentication(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_UpdateWorkspaceAuthentication.html"""
    asked, held = call.parameters(), find(call)
    held["proof"]["providers"] = asked["authenticationProviders"]
    if "samlConfiguration" in asked:
        held["proof"]["saml"] = {"status": "CONFIGURED", "configuration": asked["samlConfiguration"]}
    authenticate(held)
    return call.answer({"authentication": held["proof"]})


@correction("grafana", "DeleteWorkspace")
def delete(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_DeleteWorkspace.html"""
    held = find(call)
    del WORKSPACES.of(call)[held["id"]]
    return told(call, held | {"status": "DELETING"})


def tags(call):
    identifier = call.parameters()["resourceArn"].rpartition("/")[2]
    held = WORKSPACES.of(call).get(identifier)
    if held is None:
        raise Failure("ResourceNotFoundException", f"Workspace {identifier} not found", 404)
    return held["tags"]


@correction("grafana", "TagResource")
def tag(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_TagResource.html"""
    tags(call).update(call.parameters()["tags"])
    return call.answer({})


@correction("grafana", "UntagResource")
def untag(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_UntagResource.html"""
    for key in call.parameters()["tagKeys"]:
        tags(call).pop(key, None)
    return call.answer({})


@correction("grafana", "ListTagsForResource")
def list_tags(call, onward):
    """https://docs.aws.amazon.com/grafana/latest/APIReference/API_ListTagsForResource.html"""
    return call.answer({"tags": tags(call)})
