"""Where moto's answer is not what AWS documents."""

import json

CORRECTIONS = {}


def correction(service, operation):
    """Names the function that answers for moto: it takes the call and the way on to moto."""

    def register(function):
        CORRECTIONS[service, operation] = function
        return function

    return register


def answer(call, onward):
    function = CORRECTIONS.get((call.service, call.name))
    return function(call, onward) if function else onward(call)


def reset():
    pass


@correction("ec2", "DescribeSnapshots")
def own_snapshots(call, onward):
    """moto answers `self` with the snapshots of its images, too, which belong to Amazon."""
    answer = onward(call)
    result = call.result(answer)
    if "self" in call.parameters().get("OwnerIds", []):
        result["Snapshots"] = [snapshot for snapshot in result["Snapshots"] if snapshot["OwnerId"] == call.account]
    return call.answer(result)
