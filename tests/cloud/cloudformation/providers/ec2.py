"""Amazon EC2: VPCs with their subnets and gateways
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html)."""

from contextlib import contextmanager

from botocore.exceptions import ClientError

from cloudformation.provider import Provider, changed, picked, provides, tag_list, taken


@contextmanager
def gone():
    """What is deleted may not be there (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html)."""
    try:
        yield
    except ClientError as error:
        if not error.response["Error"]["Code"].endswith((".NotFound", "NotFoundException", "Gateway.NotAttached")):
            raise


def tag_specifications(context, properties, kind):
    """The tags for what is made, by resource type."""
    return [{"ResourceType": kind, "Tags": tag_list(context.tagged(properties))}]


def retag(context, physical, old, new, name="Tags"):
    """Brings the tags of a resource to what they are to be."""
    client = context.client("ec2")
    present, gone_keys = context.tag_changes(old, new, name)
    if present:
        client.create_tags(Resources=[physical], Tags=tag_list(present))
    if gone_keys:
        client.delete_tags(Resources=[physical], Tags=[{"Key": key} for key in gone_keys])


@provides("AWS::EC2::VPC")
class Vpc(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html"""

    settings = ("EnableDnsHostnames", "EnableDnsSupport")

    def create(self, context, properties):
        taken(properties, *self.settings, "CidrBlock", "InstanceTenancy", "Tags")
        client = context.client("ec2")
        asked = picked(properties, "CidrBlock", "InstanceTenancy")
        made = client.create_vpc(**asked, TagSpecifications=tag_specifications(context, properties, "vpc"))["Vpc"]
        context.physical = made["VpcId"]
        self.settle(client, context.physical, {}, properties)
        return made["VpcId"], self.attributes(client, made["VpcId"])

    def settle(self, client, physical, old, new):
        for name in self.settings:
            if name in changed(old, new):
                default = name == "EnableDnsSupport"
                client.modify_vpc_attribute(VpcId=physical, **{name: {"Value": new.get(name, default)}})

    def attributes(self, client, physical):
        of_it = [{"Name": "vpc-id", "Values": [physical]}]
        vpc = client.describe_vpcs(VpcIds=[physical])["Vpcs"][0]
        acls = client.describe_network_acls(Filters=[*of_it, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
        groups = client.describe_security_groups(Filters=[*of_it, {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"]
        return {
            "CidrBlock": vpc["CidrBlock"],
            "CidrBlockAssociations": [each["AssociationId"] for each in vpc.get("CidrBlockAssociationSet", [])],
            "DefaultNetworkAcl": acls[0]["NetworkAclId"],
            "DefaultSecurityGroup": groups[0]["GroupId"],
            "Ipv6CidrBlocks": [],
            "VpcId": physical,
        }

    def update(self, context, physical, old, new):
        client = context.client("ec2")
        if "InstanceTenancy" in changed(old, new):
            client.modify_vpc_tenancy(VpcId=physical, InstanceTenancy=new["InstanceTenancy"])
        self.settle(client, physical, old, new)
        retag(context, physical, old, new)
        return self.attributes(client, physical)

    def replaces(self, name, old, new):
        """The tenancy can only be changed to the default."""
        return new.get("InstanceTenancy") == "dedicated"

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_vpc(VpcId=physical)


@provides("AWS::EC2::InternetGateway")
class InternetGateway(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-internetgateway.html"""

    def create(self, context, properties):
        taken(properties, "Tags")
        specifications = tag_specifications(context, properties, "internet-gateway")
        made = context.client("ec2").create_internet_gateway(TagSpecifications=specifications)["InternetGateway"]
        return made["InternetGatewayId"], {"InternetGatewayId": made["InternetGatewayId"]}

    def update(self, context, physical, old, new):
        retag(context, physical, old, new)
        return {"InternetGatewayId": physical}

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_internet_gateway(InternetGatewayId=physical)


@provides("AWS::EC2::VPCGatewayAttachment")
class GatewayAttachment(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcgatewayattachment.html"""

    def create(self, context, properties):
        taken(properties, "InternetGatewayId", "VpcId")
        context.client("ec2").attach_internet_gateway(**properties)
        return f"IGW|{properties['VpcId']}", {"AttachmentType": "IGW"}

    def update(self, context, physical, old, new):
        self.delete(context, physical, old)
        return self.create(context, new)[1]

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").detach_internet_gateway(**properties)


@provides("AWS::EC2::Subnet")
class Subnet(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnet.html"""

    fixed = ("AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "VpcId")
    switches = ("AssignIpv6AddressOnCreation", "MapPublicIpOnLaunch")

    def create(self, context, properties):
        taken(properties, *self.fixed, *self.switches, "Tags")
        client = context.client("ec2")
        asked = picked(properties, *self.fixed)
        made = client.create_subnet(**asked, TagSpecifications=tag_specifications(context, properties, "subnet"))["Subnet"]
        context.physical = made["SubnetId"]
        self.settle(client, made["SubnetId"], {}, properties)
        return made["SubnetId"], self.attributes(client, made["SubnetId"])

    def settle(self, client, physical, old, new):
        for name in self.switches:
            if old.get(name, False) != new.get(name, False):
                client.modify_subnet_attribute(SubnetId=physical, **{name: {"Value": new.get(name, False)}})

    def attributes(self, client, physical):
        subnet = client.describe_subnets(SubnetIds=[physical])["Subnets"][0]
        association = acl_association(client, physical)
        attributes = picked(subnet, "AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "SubnetId", "VpcId")
        return attributes | {"Ipv6CidrBlocks": [], "NetworkAclAssociationId": association["NetworkAclAssociationId"]}

    def update(self, context, physical, old, new):
        client = context.client("ec2")
        self.settle(client, physical, old, new)
        retag(context, physical, old, new)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_subnet(SubnetId=physical)


def acl_association(client, subnet):
    """The association of a subnet with its network ACL."""
    acls = client.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])["NetworkAcls"]
    return next(each for acl in acls for each in acl["Associations"] if each["SubnetId"] == subnet)
