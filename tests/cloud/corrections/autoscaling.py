"""Amazon EC2 Auto Scaling."""

from moto.autoscaling.models import autoscaling_backends
from wire import Failure

from corrections.registry import State, amended, correction

# What moto drops of a group, by the group's name.
KEPT = State()
LACKING = ("Context", "DefaultInstanceWarmup", "DesiredCapacityType", "InstanceMaintenancePolicy", "MaxInstanceLifetime")
# What moto takes at creation only, by its own names.
CREATION = {
    "CapacityRebalance": "capacity_rebalance",
    "DefaultCooldown": "default_cooldown",
    "PlacementGroup": "placement_group",
    "TerminationPolicies": "termination_policies",
}
# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html
METRICS = (
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
    "GroupInServiceCapacity",
    "GroupPendingCapacity",
    "GroupStandbyCapacity",
    "GroupTerminatingCapacity",
    "GroupTotalCapacity",
    "WarmPoolDesiredCapacity",
    "WarmPoolWarmedCapacity",
    "WarmPoolPendingCapacity",
    "WarmPoolTerminatingCapacity",
    "WarmPoolTotalCapacity",
    "GroupAndWarmPoolDesiredCapacity",
    "GroupAndWarmPoolTotalCapacity",
)


def group(call):
    name = call.parameters()["AutoScalingGroupName"]
    held = autoscaling_backends[call.account][call.region].autoscaling_groups.get(name)
    if held is None:
        raise Failure("ValidationError", "AutoScalingGroup name not found - null")
    return held


@correction("autoscaling", "CreateAutoScalingGroup", "UpdateAutoScalingGroup")
def keep(call, onward):
    """moto takes part of it only: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html"""
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300:
        kept = KEPT.of(call).setdefault(asked["AutoScalingGroupName"], {})
        if call.name.startswith("Create"):
            kept.clear()
        kept |= {name: asked[name] for name in LACKING if name in asked}
        for name, attribute in CREATION.items():
            if name in asked:
                setattr(group(call), attribute, asked[name])
    return answer


@correction("autoscaling", "DescribeAutoScalingGroups")
def describe(call, onward):
    """https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html"""

    def amend(result):
        for each in result["AutoScalingGroups"]:
            each |= KEPT.of(call).get(each["AutoScalingGroupName"], {})

    return amended(call, onward(call), amend)


@correction("autoscaling", "EnableMetricsCollection")
def enable_metrics(call, onward):
    """All metrics where none is named, which moto takes for none:
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html"""
    held = group(call)
    wanted = call.parameters().get("Metrics") or METRICS
    held.metrics = [*held.metrics, *(each for each in wanted if each not in held.metrics)]
    return call.answer({})


@correction("autoscaling", "DisableMetricsCollection")
def disable_metrics(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DisableMetricsCollection.html"""
    held = group(call)
    gone = call.parameters().get("Metrics") or METRICS
    held.metrics = [each for each in held.metrics if each not in gone]
    return call.answer({})
