"""Access entries of Amazon EKS, of which moto has nothing."""

import uuid
from datetime import datetime, timezone

from moto.sts.models import sts_backends
from wire import Failure

from corrections.eks_store import CLUSTERS, belonging, cluster, find, listed, refuse_second, stamped
from corrections.registry import correction

# By the name of the cluster and the ARN of the principal.
ENTRIES = belonging()
# The same, with the policies of each entry by ARN.
POLICIES = belonging()
ADMINISTRATOR = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def username(principal, kind):
    """The name that EKS gives a principal: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html"""
    if kind in ("EC2_LINUX", "EC2_WINDOWS"):
        return "system:node:{{EC2PrivateDNSName}}"
    start, _, role = principal.partition(":role/")
    return f"{start.replace(':iam:', ':sts:')}:assumed-role/{role.rpartition('/')[2]}/{{{{SessionName}}}}" if role else principal


def enter(call, name, principal, kind="STANDARD", asked=()):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessEntry.html"""
    _, _, _, _, account, path = principal.split(":", 5)
    sort, _, who = path.partition("/")
    arn, times = stamped(call, "access-entry", f"{name}/{sort}/{account}/{who}/{uuid.uuid4()}")
    groups = ["system:nodes"] if kind == "EC2_LINUX" else []
    entry = {"clusterName": name, "principalArn": principal, "accessEntryArn": arn, "type": kind, "tags": {}} | times
    entry |= {"kubernetesGroups": groups, "username": username(principal, kind)} | dict(asked)
    ENTRIES.of(call)[name, principal] = entry
    POLICIES.of(call)[name, principal] = {}
    return entry


def has_entries(access):
    """Whether the authentication mode knows access entries: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html"""
    return access.get("authenticationMode", "CONFIG_MAP") != "CONFIG_MAP"


def grant_creator(call, access, name):
    """Who makes a cluster may do everything in it, unless asked otherwise
    (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessConfigRequest.html)."""
    if has_entries(access) and access.get("bootstrapClusterCreatorAdminPermissions", True):
        key = call.environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition("/")[0]
        session = sts_backends[call.account]["aws"].get_assumed_role_from_access_key(key)
        principal = session.role_arn if session else f"arn:aws:iam::{call.account}:user/moto"
        enter(call, name, principal)
        associate_policy(call, name, principal, ADMINISTRATOR, {"type": "cluster", "namespaces": []})


def grant_nodes(call, access, group):
    """EKS enters the role of the nodes of a managed group (https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html)."""
    if has_entries(access) and (group["clusterName"], group["nodeRole"]) not in ENTRIES.of(call):
        enter(call, group["clusterName"], group["nodeRole"], "EC2_LINUX")


def associate_policy(call, name, principal, policy, scope):
    now = datetime.now(timezone.utc)
    associated = {"policyArn": policy, "accessScope": scope, "associatedAt": now, "modifiedAt": now}
    POLICIES.of(call)[name, principal][policy] = associated
    return associated


def refuse_without_entries(call):
    access = CLUSTERS.of(call).get(cluster(call), {}).get("accessConfig", {})
    if not has_entries(access):
        message = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation."
        raise Failure("InvalidRequestException", message)


@correction("eks", "CreateAccessEntry")
def create_entry(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html"""
    refuse_without_entries(call)
    asked = call.parameters()
    refuse_second(call, ENTRIES, asked["principalArn"])
    chosen = {name: asked[name] for name in ("kubernetesGroups", "tags", "username") if name in asked}
    return call.answer({"accessEntry": enter(call, cluster(call), asked["principalArn"], asked.get("type", "STANDARD"), chosen)})


@correction("eks", "ListAccessEntries")
def list_entries(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAccessEntries.html"""
    refuse_without_entries(call)
    policy = call.parameters().get("associatedPolicyArn")
    held = listed(call, POLICIES)
    return call.answer({"accessEntries": [principal for principal, policies in held.items() if policy is None or policy in policies]})


@correction("eks", "DescribeAccessEntry")
def describe_entry(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAccessEntry.html"""
    refuse_without_entries(call)
    return call.answer({"accessEntry": find(call, ENTRIES, call.parameters()["principalArn"], "access entry")})


@correction("eks", "UpdateAccessEntry")
def update_entry(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateAccessEntry.html"""
    refuse_without_entries(call)
    asked = call.parameters()
    entry = find(call, ENTRIES, asked["principalArn"], "access entry")
    entry |= {name: asked[name] for name in ("kubernetesGroups", "username") if name in asked}
    return call.answer({"accessEntry": entry})


@correction("eks", "DeleteAccessEntry")
def delete_entry(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteAccessEntry.html"""
    principal = find(call, ENTRIES, call.parameters()["principalArn"], "access entry")["principalArn"]
    for state in (ENTRIES, POLICIES):
        del state.of(call)[cluster(call), principal]
    return call.answer({})


@correction("eks", "DisassociateAccessPolicy")
def disassociate_access_policy(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DisassociateAccessPolicy.html"""
    asked = call.parameters()
    policies = find(call, POLICIES, asked["principalArn"], "access entry")
    if policies.pop(asked["policyArn"], None) is None:
        raise Failure("ResourceNotFoundException", f"No associated policy found: {asked['policyArn']}", 404)
    return call.answer({})


@correction("eks", "AssociateAccessPolicy")
def associate_access_policy(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateAccessPolicy.html"""
    refuse_without_entries(call)
    asked = call.parameters()
    principal = find(call, ENTRIES, asked["principalArn"], "access entry")["principalArn"]
    scope = {"namespaces": []} | asked["accessScope"]
    associated = associate_policy(call, cluster(call), principal, asked["policyArn"], scope)
    return call.answer({"clusterName": cluster(call), "principalArn": principal, "associatedAccessPolicy": associated})


@correction("eks", "ListAssociatedAccessPolicies")
def list_policies(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAssociatedAccessPolicies.html"""
    refuse_without_entries(call)
    principal = call.parameters()["principalArn"]
    policies = find(call, POLICIES, principal, "access entry")
    result = {"clusterName": cluster(call), "principalArn": principal, "associatedAccessPolicies": list(policies.values())}
    return call.answer(result)
