"""Amazon EC2: launch templates, instances, volumes, and what may be shared of snapshots
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html)."""

import base64

from cloudformation.provider import Failed, Provider, changed, picked, provides, tag_list, taken
from cloudformation.providers.ec2 import gone, retag, tag_specifications
from cloudformation.providers.shapes import ask


@provides("AWS::EC2::LaunchTemplate")
class LaunchTemplate(Provider):
    """A change of the data makes a new version, which is not the default one
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html)."""

    volatile = ("LatestVersionNumber",)

    def tags(self, properties):
        """The tags of the template itself, as the property `Tags` of other types."""
        listed = properties.get("TagSpecifications", [])
        return {"Tags": [tag for each in listed if each.get("ResourceType") == "launch-template" for tag in each["Tags"]]}

    def create(self, context, properties):
        taken(properties, "LaunchTemplateData", "LaunchTemplateName", "TagSpecifications", "VersionDescription")
        client = context.client("ec2")
        made = ask(
            client,
            "CreateLaunchTemplate",
            LaunchTemplateName=properties.get("LaunchTemplateName") or context.name(128),
            ClientToken=context.token,
            TagSpecifications=tag_specifications(context, self.tags(properties), "launch-template"),
            **picked(properties, "LaunchTemplateData", "VersionDescription"),
        )["LaunchTemplate"]
        return made["LaunchTemplateId"], self.attributes(client, made["LaunchTemplateId"])

    def attributes(self, client, physical):
        template = client.describe_launch_templates(LaunchTemplateIds=[physical])["LaunchTemplates"][0]
        numbers = {name: str(template[name]) for name in ("DefaultVersionNumber", "LatestVersionNumber")}
        return numbers | {"LaunchTemplateId": physical}

    def update(self, context, physical, old, new):
        client = context.client("ec2")
        if changed(old, new) & {"LaunchTemplateData", "VersionDescription"}:
            asked = picked(new, "LaunchTemplateData", "VersionDescription")
            ask(client, "CreateLaunchTemplateVersion", LaunchTemplateId=physical, **asked)
        retag(context, physical, self.tags(old), self.tags(new))
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_launch_template(LaunchTemplateId=physical)


@provides("AWS::EC2::Instance")
class Instance(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html"""

    same = (
        "BlockDeviceMappings",
        "EbsOptimized",
        "HibernationOptions",
        "ImageId",
        "InstanceInitiatedShutdownBehavior",
        "InstanceType",
        "KeyName",
        "LaunchTemplate",
        "MetadataOptions",
        "NetworkInterfaces",
        "PrivateIpAddress",
        "SecurityGroupIds",
        "SecurityGroups",
        "SubnetId",
    )
    switches = ("DisableApiTermination", "SourceDestCheck")
    others = ("AvailabilityZone", "IamInstanceProfile", "Monitoring", "PropagateTagsToVolumeOnCreation", "Tags", "UserData")

    def create(self, context, properties):
        taken(properties, *self.same, *self.switches, *self.others)
        client = context.client("ec2")
        asked = picked(properties, *self.same)
        if "AvailabilityZone" in properties:
            asked["Placement"] = picked(properties, "AvailabilityZone")
        if "UserData" in properties:
            # The client encodes it itself.
            asked["UserData"] = base64.b64decode(properties["UserData"]).decode()
        if "IamInstanceProfile" in properties:
            asked["IamInstanceProfile"] = {"Name": properties["IamInstanceProfile"]}
        if "Monitoring" in properties:
            asked["Monitoring"] = {"Enabled": properties["Monitoring"]}
        specifications = tag_specifications(context, properties, "instance")
        if properties.get("PropagateTagsToVolumeOnCreation"):
            specifications += tag_specifications(context, properties, "volume")
        made = ask(client, "RunInstances", MinCount=1, MaxCount=1, TagSpecifications=specifications, **asked)["Instances"][0]
        context.physical = made["InstanceId"]
        for name in self.switches:
            if name in properties:
                client.modify_instance_attribute(InstanceId=made["InstanceId"], **{name: {"Value": properties[name]}})
        return made["InstanceId"], self.attributes(client, made["InstanceId"])

    def attributes(self, client, physical):
        instance = client.describe_instances(InstanceIds=[physical])["Reservations"][0]["Instances"][0]
        attributes = picked(instance, "InstanceId", "PrivateDnsName", "PublicDnsName", "VpcId")
        names = {"PrivateIp": "PrivateIpAddress", "PublicIp": "PublicIpAddress"}
        attributes |= {name: instance[key] for name, key in names.items() if key in instance}
        return attributes | {"AvailabilityZone": instance["Placement"]["AvailabilityZone"]}

    def update(self, context, physical, old, new):
        client = context.client("ec2")
        for name in sorted(changed(old, new) - {"Tags"}):
            match name:
                case "DisableApiTermination" | "SourceDestCheck":
                    client.modify_instance_attribute(InstanceId=physical, **{name: {"Value": new.get(name, name == "SourceDestCheck")}})
                case "MetadataOptions":
                    client.modify_instance_metadata_options(InstanceId=physical, **new[name])
                case "Monitoring":
                    (client.monitor_instances if new.get(name) else client.unmonitor_instances)(InstanceIds=[physical])
                case "SecurityGroupIds":
                    client.modify_instance_attribute(InstanceId=physical, Groups=new[name])
                case "InstanceType":
                    client.stop_instances(InstanceIds=[physical])
                    client.modify_instance_attribute(InstanceId=physical, InstanceType={"Value": new[name]})
                    client.start_instances(InstanceIds=[physical])
                case _:
                    raise Failed(f"The server of the tests does not update the property {name}")
        retag(context, physical, old, new)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").terminate_instances(InstanceIds=[physical])


@provides("AWS::EC2::Volume")
class Volume(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-volume.html"""

    changeable = ("Iops", "MultiAttachEnabled", "Size", "Throughput", "VolumeType")
    names = (*changeable, "AvailabilityZone", "Encrypted", "KmsKeyId", "SnapshotId")

    def create(self, context, properties):
        taken(properties, *self.names, "Tags")
        specifications = tag_specifications(context, properties, "volume")
        made = context.client("ec2").create_volume(**picked(properties, *self.names), TagSpecifications=specifications)
        return made["VolumeId"], {"VolumeId": made["VolumeId"]}

    def update(self, context, physical, old, new):
        names = changed(old, new) - {"Tags"}
        if names - set(self.changeable):
            raise Failed("Some properties of a volume cannot be updated: " + ", ".join(sorted(names - set(self.changeable))))
        if names:
            context.client("ec2").modify_volume(VolumeId=physical, **picked(new, *names))
        retag(context, physical, old, new)
        return {"VolumeId": physical}

    def delete(self, context, physical, properties):
        client = context.client("ec2")
        with gone():
            if context.snapshot:
                tags = tag_list(context.tagged(properties))
                client.create_snapshot(VolumeId=physical, TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}])
            client.delete_volume(VolumeId=physical)


@provides("AWS::EC2::SnapshotBlockPublicAccess")
class SnapshotBlockPublicAccess(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-snapshotblockpublicaccess.html"""

    def create(self, context, properties):
        context.client("ec2").enable_snapshot_block_public_access(**taken(properties, "State"))
        return context.account, {"AccountId": context.account}

    def update(self, context, physical, old, new):
        return self.create(context, new)[1]

    def delete(self, context, physical, properties):
        context.client("ec2").disable_snapshot_block_public_access()
