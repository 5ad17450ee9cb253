"""Add-ons and pod identities of Amazon EKS, of which moto has nothing."""

import uuid

from corrections.eks_store import cluster, find, listed, refuse_second, stamped
from corrections.registry import State, correction

# By the names of the cluster and the add-on.
ADDONS = State()
# By the name of the cluster and the id.
ASSOCIATIONS = State()


@correction("eks", "CreateAddon")
def create_addon(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html"""
    asked = call.parameters()
    name = asked["addonName"]
    refuse_second(call, ADDONS, name)
    arn, times = stamped(call, "addon", f"{cluster(call)}/{name}/{uuid.uuid4()}")
    addon = {"addonArn": arn, "status": "ACTIVE", "health": {"issues": []}, "tags": {}, "addonVersion": "v1.0.0-eksbuild.1"} | times
    addon["namespaceConfig"] = {"namespace": "kube-system"}
    kept = ("addonName", "clusterName", "addonVersion", "serviceAccountRoleArn", "tags", "configurationValues", "namespaceConfig")
    addon |= {member: asked[member] for member in kept if member in asked}
    namespace = addon["namespaceConfig"]["namespace"]
    identities = [
        associate(call, identity | {"clusterName": cluster(call), "namespace": namespace, "ownerArn": arn})
        for identity in asked.get("podIdentityAssociations", [])
    ]
    addon["podIdentityAssociations"] = [identity["associationArn"] for identity in identities]
    ADDONS.of(call)[cluster(call), name] = addon
    return call.answer({"addon": addon})


@correction("eks", "ListAddons")
def list_addons(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAddons.html"""
    return call.answer({"addons": list(listed(call, ADDONS))})


@correction("eks", "DescribeAddon")
def describe_addon(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddon.html"""
    return call.answer({"addon": find(call, ADDONS, call.parameters()["addonName"], "addon")})


def associate(call, asked):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_PodIdentityAssociation.html"""
    identifier = f"a-{uuid.uuid4().hex[:17]}"
    arn, times = stamped(call, "podidentityassociation", f"{asked['clusterName']}/{identifier}")
    association = {"associationArn": arn, "associationId": identifier, "tags": {}, "disableSessionTags": False} | times
    association |= {member: value for member, value in asked.items() if member != "clientRequestToken"}
    if "targetRoleArn" in asked:
        association["externalId"] = f"{call.region}/{call.account}/{asked['clusterName']}/{asked['namespace']}/{asked['serviceAccount']}"
    ASSOCIATIONS.of(call)[asked["clusterName"], identifier] = association
    return association


@correction("eks", "CreatePodIdentityAssociation")
def create_association(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html"""
    cluster(call)
    return call.answer({"association": associate(call, call.parameters())})


@correction("eks", "ListPodIdentityAssociations")
def list_associations(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListPodIdentityAssociations.html"""
    asked = call.parameters()
    wanted = [name for name in ("namespace", "serviceAccount") if name in asked]
    found = [each for each in listed(call, ASSOCIATIONS).values() if all(each[name] == asked[name] for name in wanted)]
    members = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")
    return call.answer({"associations": [{name: each[name] for name in members if name in each} for each in found]})


@correction("eks", "DescribePodIdentityAssociation")
def describe_association(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribePodIdentityAssociation.html"""
    return call.answer({"association": find(call, ASSOCIATIONS, call.parameters()["associationId"], "association")})
