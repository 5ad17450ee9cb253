"""Amazon EC2 Auto Scaling: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_AutoScaling.html."""

from cloudformation.provider import Provider, picked, provides, taken
from cloudformation.providers.shapes import absent, ask, differences


def merged(properties, tags):
    """The tags of the stack, which instances get as well, under those of the group."""
    own = properties.get("Tags", [])
    named = {each["Key"] for each in own}
    return [{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in tags.items() if key not in named] + own


@provides("AWS::AutoScaling::AutoScalingGroup")
class AutoScalingGroup(Provider):
    # What both the creation and the change of a group take.
    settings = (
        "AvailabilityZones",
        "CapacityRebalance",
        "Context",
        "DefaultInstanceWarmup",
        "DesiredCapacity",
        "DesiredCapacityType",
        "HealthCheckGracePeriod",
        "HealthCheckType",
        "InstanceMaintenancePolicy",
        "LaunchConfigurationName",
        "LaunchTemplate",
        "MaxInstanceLifetime",
        "MaxSize",
        "MinSize",
        "MixedInstancesPolicy",
        "NewInstancesProtectedFromScaleIn",
        "PlacementGroup",
        "TerminationPolicies",
        "VPCZoneIdentifier",
    )
    attached = ("LoadBalancerNames", "TargetGroupARNs")
    names = ("AutoScalingGroupName", "Cooldown", "LifecycleHookSpecificationList", "MetricsCollection", "Tags", *settings, *attached)

    def asked(self, properties):
        asked = picked(properties, *self.settings)
        if "VPCZoneIdentifier" in asked:
            asked["VPCZoneIdentifier"] = ",".join(asked["VPCZoneIdentifier"])
        if "Cooldown" in properties:
            asked["DefaultCooldown"] = properties["Cooldown"]
        return asked

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("autoscaling")
        name = properties.get("AutoScalingGroupName") or context.name(255)
        asked = self.asked(properties) | picked(properties, *self.attached)
        tags = merged(properties, context.tags)
        ask(client, "CreateAutoScalingGroup", AutoScalingGroupName=name, Tags=tags, **asked)
        context.physical = name
        self.settle(client, name, {}, properties)
        return name, self.attributes(client, name)

    def settle(self, client, name, old, new):
        former, present = (
            {each["LifecycleHookName"]: each for each in properties.get("LifecycleHookSpecificationList", [])} for properties in (old, new)
        )
        for hook in sorted(set(former) - set(present)):
            client.delete_lifecycle_hook(AutoScalingGroupName=name, LifecycleHookName=hook)
        for hook, each in present.items():
            if each != former.get(hook):
                ask(client, "PutLifecycleHook", AutoScalingGroupName=name, **each)
        gone, added = differences(old.get("MetricsCollection", []), new.get("MetricsCollection", []))
        for each in gone:
            ask(client, "DisableMetricsCollection", AutoScalingGroupName=name, **picked(each, "Metrics"))
        for each in added:
            ask(client, "EnableMetricsCollection", AutoScalingGroupName=name, **each)

    def attributes(self, client, name):
        found = client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
        return {"AutoScalingGroupARN": found[0]["AutoScalingGroupARN"]}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("autoscaling")
        asked = self.asked(new)
        if self.asked(old) != asked:
            ask(client, "UpdateAutoScalingGroup", AutoScalingGroupName=physical, **asked)
        for name, kind in (("TargetGroupARNs", "LoadBalancerTargetGroups"), ("LoadBalancerNames", "LoadBalancers")):
            gone, added = differences(old.get(name, []), new.get(name, []))
            if gone:
                ask(client, f"Detach{kind}", AutoScalingGroupName=physical, **{name: gone})
            if added:
                ask(client, f"Attach{kind}", AutoScalingGroupName=physical, **{name: added})
        self.settle(client, physical, old, new)
        self.retag(context, client, physical, old, new)
        return self.attributes(client, physical)

    def retag(self, context, client, name, old, new):
        who = {"ResourceId": name, "ResourceType": "auto-scaling-group"}
        former, present = merged(old, context.former_tags), merged(new, context.tags)
        kept = {each["Key"] for each in present}
        gone = [who | {"Key": each["Key"]} for each in former if each["Key"] not in kept]
        added = [who | each for each in present if each not in former]
        if gone:
            ask(client, "DeleteTags", Tags=gone)
        if added:
            ask(client, "CreateOrUpdateTags", Tags=added)

    def delete(self, context, physical, properties):
        client = context.client("autoscaling")
        if client.describe_auto_scaling_groups(AutoScalingGroupNames=[physical])["AutoScalingGroups"]:
            with absent("ResourceNotFound"):
                client.delete_auto_scaling_group(AutoScalingGroupName=physical, ForceDelete=True)

    def replaces(self, name, old, new):
        """A change of these replaces the instances, or nothing, but not the group
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html)."""
        return False
