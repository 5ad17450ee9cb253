"""The VPC that every region of an account comes with."""


def vpc_of(place):
    found = place.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    return found[0]["VpcId"]


def of_vpc(vpc):
    return [{"Name": "vpc-id", "Values": [vpc]}]


def delete_default_vpc(place):
    client = place.client("ec2")
    vpc = vpc_of(place)
    for subnet in client.describe_subnets(Filters=of_vpc(vpc))["Subnets"]:
        client.delete_subnet(SubnetId=subnet["SubnetId"])
    client.delete_vpc(VpcId=vpc)


def default_vpc(place):
    """Its subnets, of which AWS makes one a zone. moto leaves out the internet gateway, which makes them public."""
    client = place.client("ec2")
    vpc = vpc_of(place)
    gateway = client.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    client.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    table = client.describe_route_tables(Filters=of_vpc(vpc))["RouteTables"][0]["RouteTableId"]
    client.create_route(RouteTableId=table, GatewayId=gateway, DestinationCidrBlock="0.0.0.0/0")
    place.plant("AWS::EC2::VPC", vpc, "ec2.vpc_flow_logs_disabled")
    open_by_default(place, vpc)
    return [subnet["SubnetId"] for subnet in client.describe_subnets(Filters=of_vpc(vpc))["Subnets"]]


def open_by_default(place, vpc):
    """The defects of the security group and of the network ACL that AWS gives to every VPC."""
    client = place.client("ec2")
    acl = client.describe_network_acls(Filters=of_vpc(vpc))["NetworkAcls"][0]["NetworkAclId"]
    place.plant("AWS::EC2::NetworkAcl", acl, "ec2.network_acl_admin_ports_from_internet")
    defects = ("ec2.default_security_group_allows_traffic", "ec2.security_group_unrestricted_egress")
    place.plant("AWS::EC2::SecurityGroup", default_group(place, vpc), *defects)


def default_group(place, vpc):
    filters = [*of_vpc(vpc), {"Name": "group-name", "Values": ["default"]}]
    return place.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
