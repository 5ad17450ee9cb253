"""Tags of Amazon EKS."""

from moto.eks.models import eks_backends
from wire import Failure

from corrections.eks_addons import ADDONS, ASSOCIATIONS
from corrections.eks_entries import ENTRIES
from corrections.registry import correction

# What has tags, and the member that is its ARN.
KEPT = ((ADDONS, "addonArn"), (ASSOCIATIONS, "associationArn"), (ENTRIES, "accessEntryArn"))


def tags(call):
    """The tags of the resource that the call names, which the caller may change."""
    arn = call.parameters()["resourceArn"]
    for cluster in eks_backends[call.account][call.region].clusters.values():
        for held in (cluster, *cluster.nodegroups.values(), *cluster.fargate_profiles.values()):
            if getattr(held, "arn", None) == arn or getattr(held, "fargate_profile_arn", None) == arn:
                held.tags = {} if held.tags is None else held.tags
                return held.tags
    for state, member in KEPT:
        for held in state.of(call).values():
            if held[member] == arn:
                return held["tags"]
    raise Failure("NotFoundException", f"Resource was not found: {arn}", 404)


@correction("eks", "TagResource")
def tag(call, onward):
    """moto knows only the tags of clusters: https://docs.aws.amazon.com/eks/latest/APIReference/API_TagResource.html"""
    tags(call).update(call.parameters()["tags"])
    return call.answer({})


@correction("eks", "UntagResource")
def untag(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UntagResource.html"""
    held = tags(call)
    for key in call.parameters()["tagKeys"]:
        held.pop(key, None)
    return call.answer({})


@correction("eks", "ListTagsForResource")
def list_tags(call, onward):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListTagsForResource.html"""
    return call.answer({"tags": tags(call)})
