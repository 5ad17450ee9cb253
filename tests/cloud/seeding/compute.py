"""EC2: instances, launch templates, volumes and snapshots."""

import base64

from seeding.place import SECRET

# One of the images that every region of moto has.
IMAGE = "ami-12c6146b"
VOLUME = "AWS::EC2::Volume"
SNAPSHOT = "Innovate::EC2::Snapshot"
INSTANCE = "AWS::EC2::Instance"
TEMPLATE = "AWS::EC2::LaunchTemplate"


def metadata(tokens):
    return {"HttpTokens": tokens, "HttpEndpoint": "enabled"}


def run(place, subnet, group=None, tokens="required", public=False, encrypted=True):
    """An instance, its root volume beside it."""
    interface = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": public}
    if group:
        interface["Groups"] = [group]
    volume = {"VolumeSize": 8, "VolumeType": "gp3", "Encrypted": encrypted}
    settings = {"ImageId": IMAGE, "InstanceType": "t3.micro"}
    answer = place.client("ec2").run_instances(
        MinCount=1,
        MaxCount=1,
        MetadataOptions=metadata(tokens),
        UserData=SECRET,
        NetworkInterfaces=[interface],
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": volume}],
        **settings,
    )["Instances"][0]
    place.make(INSTANCE, answer["InstanceId"], **settings, SubnetId=subnet, MetadataOptions=metadata(tokens))
    return answer["InstanceId"]


def root_volume(place, instance):
    filters = [{"Name": "attachment.instance-id", "Values": [instance]}]
    return place.client("ec2").describe_volumes(Filters=filters)["Volumes"][0]["VolumeId"]


def instances(place, network):
    """One as it should be, and one at a public address that takes any request for its credentials."""
    run(place, network.private[1], network.groups["application"])
    exposed_instance(place, network.public[0], network.groups["application"])


def exposed_instance(place, subnet, group=None):
    exposed = run(place, subnet, group, tokens="optional", public=True, encrypted=False)
    place.plant(INSTANCE, exposed, "ec2.instance_metadata_v1_allowed", "ec2.instance_has_public_ip")
    place.plant(VOLUME, root_volume(place, exposed), "ec2.volume_not_encrypted")


def launch_templates(place):
    """The default version decides, whatever the latest one says."""
    strict = launch_template(place, "strict", "required", "optional")
    data = {"InstanceType": "t3.micro", "MetadataOptions": metadata("required")}
    place.make(TEMPLATE, strict, LaunchTemplateName="strict", DefaultVersionNumber="1", LaunchTemplateData=data)
    lax = launch_template(place, "lax", "optional", "required")
    place.plant(TEMPLATE, lax, "ec2.launch_template_metadata_v1_allowed")


def launch_template(place, name, default, latest):
    client = place.client("ec2")
    secret = base64.b64encode(SECRET.encode()).decode()
    data = [{"InstanceType": "t3.micro", "MetadataOptions": metadata(tokens), "UserData": secret} for tokens in (default, latest)]
    answer = client.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data[0])["LaunchTemplate"]
    client.create_launch_template_version(LaunchTemplateName=name, LaunchTemplateData=data[1])
    return answer["LaunchTemplateId"]


def volume(place, encrypted):
    settings = {"AvailabilityZone": f"{place.region}a", "Size": 8, "VolumeType": "gp3", "Encrypted": encrypted}
    identifier = place.client("ec2").create_volume(**settings)["VolumeId"]
    place.make(VOLUME, identifier, **settings)
    if not encrypted:
        place.plant(VOLUME, identifier, "ec2.volume_not_encrypted")
    return identifier


def snapshot(place, source, public=False):
    client = place.client("ec2")
    identifier = client.create_snapshot(VolumeId=source, Description="copy")["SnapshotId"]
    place.make(SNAPSHOT, identifier, Description="copy", VolumeId=source)
    if public:
        client.modify_snapshot_attribute(
            SnapshotId=identifier, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
        )
    return identifier


def storage(place):
    """Snapshots may be shared with everyone, as is AWS's default."""
    encrypted = volume(place, True)
    snapshot(place, encrypted)
    shared = snapshot(place, volume(place, False), public=True)
    place.plant(SNAPSHOT, shared, "ec2.snapshot_public")


def blocked_storage(place):
    """What was shared is taken back by the block of the account."""
    snapshot(place, volume(place, True), public=True)
    state = "block-all-sharing"
    place.client("ec2").enable_snapshot_block_public_access(State=state)
    place.make("AWS::EC2::SnapshotBlockPublicAccess", place.account, State=state)
