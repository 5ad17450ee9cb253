"""Amazon EC2."""

import os

from moto.ec2.models import ec2_backends

from corrections.kms import is_managed, managed_key
from corrections.registry import State, amended, correction

# Whether snapshots may be shared with everyone.
SNAPSHOT_BLOCK = State(lambda: {"State": "unblocked"})


@correction("ec2", "DescribeSnapshots")
def own_snapshots(call, onward):
    """moto answers `self` with the snapshots of its images, too, which belong to Amazon
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html)."""

    def amend(result):
        if "self" in call.parameters().get("OwnerIds", []):
            result["Snapshots"] = [snapshot for snapshot in result["Snapshots"] if snapshot["OwnerId"] == call.account]

    return amended(call, onward(call), amend)


@correction("ec2", "GetSnapshotBlockPublicAccessState")
def snapshot_block(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSnapshotBlockPublicAccessState.html"""
    return call.answer(SNAPSHOT_BLOCK.of(call) | {"ManagedBy": "account"})


@correction("ec2", "EnableSnapshotBlockPublicAccess")
def block_snapshots(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableSnapshotBlockPublicAccess.html"""
    SNAPSHOT_BLOCK.of(call)["State"] = call.parameters()["State"]
    return call.answer(SNAPSHOT_BLOCK.of(call))


@correction("ec2", "DisableSnapshotBlockPublicAccess")
def unblock_snapshots(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableSnapshotBlockPublicAccess.html"""
    SNAPSHOT_BLOCK.of(call)["State"] = "unblocked"
    return call.answer(SNAPSHOT_BLOCK.of(call))


@correction("ec2", "GetEbsDefaultKmsKeyId")
def default_key(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsDefaultKmsKeyId.html"""
    key = ec2_backends[call.account][call.region].default_kms_key_id
    return call.answer({"KmsKeyId": key if key and not is_managed(call, key) else "alias/aws/ebs"})


@correction("ec2", "CreateVolume")
def create_volume(call, onward):
    """moto takes no account of the encryption by default: https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html"""
    if ec2_backends[call.account][call.region].ebs_encryption_by_default:
        call = call.again(call.parameters() | {"Encrypted": True})
    return onward(call)


@correction("ec2", "RunInstances")
def run_instances(call, onward):
    """As for CreateVolume."""
    answer = onward(call)
    ec2 = ec2_backends[call.account][call.region]
    if answer.status < 300 and ec2.ebs_encryption_by_default:
        disks = [disk["Ebs"] for each in call.result(answer)["Instances"] for disk in each.get("BlockDeviceMappings", [])]
        for volume in (ec2.volumes[disk["VolumeId"]] for disk in disks):
            volume.encrypted = True
            volume.kms_key_id = volume.kms_key_id or ec2.default_kms_key_id or managed_key(call, "ebs")
    return answer


@correction("ec2", "DescribeAddresses")
def addresses(call, onward):
    """moto leaves out where an address is from: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Address.html"""

    def amend(result):
        for address in result.get("Addresses", []):
            address |= {"NetworkBorderGroup": call.region, "PublicIpv4Pool": "amazon"}

    return amended(call, onward(call), amend)


@correction("ec2", "DescribeVolumes")
def volumes(call, onward):
    """moto leaves out what AWS always tells: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html"""

    def amend(result):
        for volume in result["Volumes"]:
            volume.setdefault("MultiAttachEnabled", False)
            if volume["VolumeType"] == "gp3":
                volume.setdefault("Throughput", 125)

    return amended(call, onward(call), amend)


@correction("ec2", "DescribeSubnets")
def subnets(call, onward):
    """As for the volumes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html"""

    def amend(result):
        for subnet in result["Subnets"]:
            subnet.setdefault("EnableDns64", False)
            subnet.setdefault("MapCustomerOwnedIpOnLaunch", False)

    return amended(call, onward(call), amend)


@correction("ec2", "DescribeVpcEndpoints")
def endpoints(call, onward):
    """As for the volumes, only an interface has a private name, and what was deleted is not told of
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html)."""

    def amend(result):
        result["VpcEndpoints"] = [endpoint for endpoint in result["VpcEndpoints"] if endpoint["State"] != "deleted"]
        for endpoint in result["VpcEndpoints"]:
            endpoint |= {"IpAddressType": "ipv4", "ServiceRegion": call.region}
            if endpoint["VpcEndpointType"] == "Gateway":
                endpoint["PrivateDnsEnabled"] = False

    return amended(call, onward(call), amend)


@correction("ec2", "CreateSubnet")
def create_subnet(call, onward):
    """moto makes the first subnet of a zone a default one with public addresses, in whatever VPC. AWS makes default subnets by
    CreateDefaultSubnet alone (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html)."""

    def amend(result):
        subnet = ec2_backends[call.account][call.region].get_subnet(result["Subnet"]["SubnetId"])
        subnet.default_for_az = subnet.map_public_ip_on_launch = False
        result["Subnet"] |= {"DefaultForAz": False, "MapPublicIpOnLaunch": False}

    return amended(call, onward(call), amend)


@correction("ec2", "DeleteVpc")
def delete_vpc(call, onward):
    """moto leaves the network ACL of the VPC behind: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html"""
    answer = onward(call)
    if answer.status < 300:
        acls = ec2_backends[call.account][call.region].network_acls
        for acl in [acl for acl in acls.values() if acl.vpc_id == call.parameters()["VpcId"]]:
            del acls[acl.id]
    return answer


@correction("ec2", "DescribeInstances")
def instances(call, onward):
    """moto gives an instance no security groups where its network interface has them. AWS tells those of the primary interface
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html), and the options that are off."""

    def amend(result):
        for instance in (instance for reservation in result["Reservations"] for instance in reservation["Instances"]):
            primary = [each for each in instance.get("NetworkInterfaces", []) if each["Attachment"]["DeviceIndex"] == 0]
            instance["SecurityGroups"] = [group for interface in primary for group in interface["Groups"]]
            instance["EnclaveOptions"] = {"Enabled": False} | instance.get("EnclaveOptions", {})
            instance["HibernationOptions"] = {"Configured": False} | instance.get("HibernationOptions", {})

    return amended(call, onward(call), amend)


# The Regions of the tests' accounts, so that a reading of all of them is a short one.
ENABLED = os.environ.get("STAGE_REGIONS", "us-east-1,eu-west-1").split(",")


@correction("ec2", "DescribeRegions")
def regions(call, onward):
    """moto has every Region enabled: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html"""

    def amend(result):
        for region in result["Regions"]:
            region["OptInStatus"] = "opt-in-not-required" if region["RegionName"] in ENABLED else "not-opted-in"
        if not call.parameters().get("AllRegions"):
            result["Regions"] = [region for region in result["Regions"] if region["RegionName"] in ENABLED]

    return amended(call, onward(call), amend)
