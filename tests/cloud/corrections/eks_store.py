"""What the corrections of Amazon EKS share: what they keep, and how they find it."""

from datetime import datetime, timezone

from moto.eks.models import eks_backends
from wire import Failure

from corrections.registry import State

# What was asked for the clusters by name.
CLUSTERS = State()


def cluster(call):
    """The name of the cluster, which has to be there."""
    name = call.parameters()["clusterName"]
    if name not in eks_backends[call.account][call.region].clusters:
        raise Failure("ResourceNotFoundException", f"No cluster found for name: {name}.", 404)
    return name


def find(call, kept, key, kind):
    held = kept.of(call).get((cluster(call), key))
    if held is None:
        raise Failure("ResourceNotFoundException", f"No {kind} found: {key}", 404)
    return held


def listed(call, kept):
    name = cluster(call)
    return {key: held for (of, key), held in kept.of(call).items() if of == name}


def stamped(call, kind, name):
    """The ARN and the times of something new."""
    now = datetime.now(timezone.utc)
    return f"arn:aws:eks:{call.region}:{call.account}:{kind}/{name}", {"createdAt": now, "modifiedAt": now}


def refuse_second(call, kept, key):
    if (cluster(call), key) in kept.of(call):
        raise Failure("ResourceInUseException", f"{key} already exists", 409)
