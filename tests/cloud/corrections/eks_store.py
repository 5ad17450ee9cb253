"""What the corrections of Amazon EKS share: what they keep, and how they find it."""

import uuid
from datetime import datetime, timezone

from moto.eks.models import eks_backends
from wire import Failure

from corrections.registry import State

# What was asked for the clusters by name.
CLUSTERS = State()
# What else is kept, by the name of the cluster and a key.
BELONGINGS = []


def belonging():
    """A state of what belongs to clusters, which goes with them."""
    BELONGINGS.append(State())
    return BELONGINGS[-1]


def forget(call, name):
    CLUSTERS.of(call).pop(name, None)
    for state in BELONGINGS:
        kept = state.of(call)
        for key in [key for key in kept if key[0] == name]:
            del kept[key]


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


def updated(call, kind):
    """The answer of an update, which is over at once: https://docs.aws.amazon.com/eks/latest/APIReference/API_Update.html"""
    _, times = stamped(call, "", "")
    return call.answer({"update": {"id": str(uuid.uuid4()), "status": "Successful", "type": kind, "createdAt": times["createdAt"]}})
