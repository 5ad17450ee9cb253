"""Add-ons and pod identities of Amazon EKS, of which moto has nothing."""

import uuid

from wire import Failure

from corrections.eks_store import belonging, cluster, find, listed, refuse_second, stamped, updated
from corrections.registry import correction

# By the names of the cluster and the add-on.
ADDONS = belonging()
# By the name of the cluster and the id.
ASSOCIATIONS = belonging()


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
    identify(call, addon, asked.get("podIdentityAssociations", []))
    ADDONS.of(call)[cluster(call), name] = addon
    return call.answer({"addon": addon})


def identify(call, addon, identities):
    """Gives the add-on these pod identities, and no others."""
    for identity in addon.get("podIdentityAssociations", []):
        ASSOCIATIONS.of(call).pop((addon["clusterName"], identity.rpartition("/")[2]), None)
    owned = {"clusterName": addon["clusterName"], "namespace": addon["namespaceConfig"]["namespace"], "ownerArn": addon["addonArn"]}
    addon["podIdentityAssociations"] = [associate(call, identity | owned)["associationArn"] for identity in identities]


@correction("eks", "UpdateAddon")
def update_addon(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateAddon.html"""
    asked = call.parameters()
    addon = find(call, ADDONS, asked["addonName"], "addon")
    addon |= {name: asked[name] for name in ("addonVersion", "configurationValues", "serviceAccountRoleArn") if name in asked}
    if "podIdentityAssociations" in asked:
        identify(call, addon, asked["podIdentityAssociations"])
    return updated(call, "AddonUpdate")


@correction("eks", "DeleteAddon")
def delete_addon(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteAddon.html"""
    name = call.parameters()["addonName"]
    addon = find(call, ADDONS, name, "addon")
    identify(call, addon, [])
    del ADDONS.of(call)[cluster(call), name]
    return call.answer({"addon": addon | {"status": "DELETING"}})


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
    asked = call.parameters()
    for held in listed(call, ASSOCIATIONS).values():
        if all(held[name] == asked[name] for name in ("namespace", "serviceAccount")):
            raise Failure("ResourceInUseException", f"Association already exists: {held['associationId']}", 409)
    return call.answer({"association": associate(call, asked)})


@correction("eks", "UpdatePodIdentityAssociation")
def update_association(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdatePodIdentityAssociation.html"""
    asked = call.parameters()
    association = find(call, ASSOCIATIONS, asked["associationId"], "association")
    association |= {name: asked[name] for name in ("disableSessionTags", "policy", "roleArn", "targetRoleArn") if name in asked}
    return call.answer({"association": association})


@correction("eks", "DeletePodIdentityAssociation")
def delete_association(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DeletePodIdentityAssociation.html"""
    identifier = call.parameters()["associationId"]
    association = find(call, ASSOCIATIONS, identifier, "association")
    del ASSOCIATIONS.of(call)[cluster(call), identifier]
    return call.answer({"association": association})


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
