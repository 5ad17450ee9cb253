"""Amazon EC2: route tables, and the gateways and addresses of what leaves a VPC
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html)."""

from cloudformation.provider import Failed, Provider, picked, provides, taken
from cloudformation.providers.ec2 import gone, retag, tag_specifications


@provides("AWS::EC2::RouteTable")
class RouteTable(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-routetable.html"""

    def create(self, context, properties):
        taken(properties, "Tags", "VpcId")
        specifications = tag_specifications(context, properties, "route-table")
        made = context.client("ec2").create_route_table(VpcId=properties["VpcId"], TagSpecifications=specifications)["RouteTable"]
        return made["RouteTableId"], {"RouteTableId": made["RouteTableId"]}

    def update(self, context, physical, old, new):
        retag(context, physical, old, new)
        return {"RouteTableId": physical}

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_route_table(RouteTableId=physical)


@provides("AWS::EC2::Route")
class Route(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-route.html"""

    destinations = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    targets = (
        "EgressOnlyInternetGatewayId",
        "GatewayId",
        "InstanceId",
        "NatGatewayId",
        "NetworkInterfaceId",
        "TransitGatewayId",
        "VpcEndpointId",
        "VpcPeeringConnectionId",
    )

    def key(self, properties):
        return picked(properties, "RouteTableId", *self.destinations)

    def create(self, context, properties):
        taken(properties, "RouteTableId", *self.destinations, *self.targets)
        client = context.client("ec2")
        destination = next(properties[name] for name in self.destinations if name in properties)
        # EC2 refuses a second route to the same destination only where the first is of another target; CloudFormation any.
        table = client.describe_route_tables(RouteTableIds=[properties["RouteTableId"]])["RouteTables"][0]
        physical = f"{properties['RouteTableId']}|{destination}"
        if any(destination in (route.get(name) for name in self.destinations) for route in table["Routes"]):
            raise Failed(f"{physical} already exists in stack or in the route table")
        client.create_route(**properties)
        return physical, {"CidrBlock": destination}

    def update(self, context, physical, old, new):
        context.client("ec2").replace_route(**new)
        return {}

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_route(**self.key(properties))


@provides("AWS::EC2::SubnetRouteTableAssociation")
class SubnetRouteTableAssociation(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnetroutetableassociation.html"""

    def create(self, context, properties):
        taken(properties, "RouteTableId", "SubnetId")
        made = context.client("ec2").associate_route_table(**properties)
        return made["AssociationId"], {"Id": made["AssociationId"]}

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").disassociate_route_table(AssociationId=physical)


@provides("AWS::EC2::EIP")
class ElasticAddress(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-eip.html"""

    def create(self, context, properties):
        taken(properties, "Domain", "InstanceId", "Tags")
        client = context.client("ec2")
        specifications = tag_specifications(context, properties, "elastic-ip")
        made = client.allocate_address(Domain=properties.get("Domain", "vpc"), TagSpecifications=specifications)
        context.physical = made["PublicIp"]
        if "InstanceId" in properties:
            client.associate_address(AllocationId=made["AllocationId"], InstanceId=properties["InstanceId"])
        return made["PublicIp"], picked(made, "AllocationId", "PublicIp")

    def update(self, context, physical, old, new):
        client = context.client("ec2")
        address = client.describe_addresses(PublicIps=[physical])["Addresses"][0]
        if old.get("InstanceId") != new.get("InstanceId"):
            if "AssociationId" in address:
                client.disassociate_address(AssociationId=address["AssociationId"])
            if "InstanceId" in new:
                client.associate_address(AllocationId=address["AllocationId"], InstanceId=new["InstanceId"])
        retag(context, address["AllocationId"], old, new)
        return picked(address, "AllocationId", "PublicIp")

    def delete(self, context, physical, properties):
        client = context.client("ec2")
        with gone():
            address = client.describe_addresses(PublicIps=[physical])["Addresses"][0]
            if "AssociationId" in address:
                client.disassociate_address(AssociationId=address["AssociationId"])
            client.release_address(AllocationId=address["AllocationId"])


@provides("AWS::EC2::NatGateway")
class NatGateway(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-natgateway.html"""

    names = ("AllocationId", "ConnectivityType", "SubnetId")

    def create(self, context, properties):
        taken(properties, *self.names, "Tags")
        client = context.client("ec2")
        specifications = tag_specifications(context, properties, "natgateway")
        asked = picked(properties, *self.names)
        made = client.create_nat_gateway(**asked, ClientToken=context.token, TagSpecifications=specifications)["NatGateway"]
        return made["NatGatewayId"], self.attributes(client, made["NatGatewayId"])

    def attributes(self, client, physical):
        gateway = client.describe_nat_gateways(NatGatewayIds=[physical])["NatGateways"][0]
        interfaces = [address.get("NetworkInterfaceId") for address in gateway["NatGatewayAddresses"]]
        return {"EniId": interfaces[0] if interfaces else None, "NatGatewayId": physical, "VpcId": gateway["VpcId"]}

    def update(self, context, physical, old, new):
        taken(new, *self.names, "Tags")
        retag(context, physical, old, new)
        return {}

    def delete(self, context, physical, properties):
        with gone():
            context.client("ec2").delete_nat_gateway(NatGatewayId=physical)
