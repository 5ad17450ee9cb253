"""The VPCs: one as it should be, and narrow ones as they should not."""

from dataclasses import dataclass, field

from seeding.default_vpc import default_group, of_vpc, open_by_default
from seeding.place import named, service_role, tags

ANYWHERE = "0.0.0.0/0"
SUBNET = "AWS::EC2::Subnet"
FLOW_LOG = "AWS::EC2::FlowLog"
# The third number of the addresses of each tier.
TIERS = {"public": 0, "private": 1, "database": 2}


@dataclass
class Network:
    """What is put into a VPC needs its subnets by tier and its security groups by name."""

    vpc: str
    public: list
    private: list
    database: list
    groups: dict = field(default_factory=dict)


def networks(place, log_group):
    """The main network, all of whose traffic is recorded, and a narrow one, of which only what was let in is."""
    main, narrow = main_network(place), narrow_network(place)
    role = service_role(place, f"flow-logs-{place.region}", "vpc-flow-logs.amazonaws.com")
    flow_log(place, main.vpc, "ALL", log_group, role)
    flow_log(place, narrow.vpc, "ACCEPT", log_group, role)
    return main


def main_network(place):
    """Three tiers in three zones: the internet reaches the public one, and the database tier reaches nothing."""
    client = place.client("ec2")
    vpc = make_vpc(place, "main", "10.0.0.0/16")
    gateway = internet_gateway(place, vpc)
    vpn_gateway(place, vpc)
    tiers = {tier: subnets(place, vpc, f"10.0.{offset}", tier) for tier, offset in TIERS.items()}
    public = route_table(place, vpc, tiers["public"])
    route(place, public, GatewayId=gateway)
    private = route_table(place, vpc, tiers["private"])
    route(place, private, NatGatewayId=nat_gateways(place, tiers))
    route_table(place, vpc, tiers["database"])
    client.modify_subnet_attribute(SubnetId=tiers["public"][0], MapPublicIpOnLaunch={"Value": True})
    restrict(place, vpc, tiers["private"])
    endpoints(place, vpc, private, tiers["private"])
    legacy_subnet(place, vpc, private)
    return Network(vpc, **tiers)


def make_vpc(place, name, block):
    vpc = place.client("ec2").create_vpc(CidrBlock=block, TagSpecifications=named("vpc", name))["Vpc"]["VpcId"]
    place.make("AWS::EC2::VPC", vpc, CidrBlock=block, InstanceTenancy="default", Tags=tags(Name=name))
    return vpc


def internet_gateway(place, vpc):
    """The gateway of the VPC; another one is attached to nothing."""
    client = place.client("ec2")
    specification = named("internet-gateway", "main")
    gateway = client.create_internet_gateway(TagSpecifications=specification)["InternetGateway"]["InternetGatewayId"]
    client.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    place.make("AWS::EC2::InternetGateway", gateway, InternetGatewayId=gateway, Tags=tags(Name="main"))
    place.make("AWS::EC2::VPCGatewayAttachment", f"IGW|{vpc}", VpcId=vpc, InternetGatewayId=gateway)
    client.create_internet_gateway()
    return gateway


def vpn_gateway(place, vpc):
    client = place.client("ec2")
    gateway = client.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    client.attach_vpn_gateway(VpcId=vpc, VpnGatewayId=gateway)
    place.make("AWS::EC2::VPCGatewayAttachment", f"VGW|{vpc}", VpcId=vpc, VpnGatewayId=gateway)


def subnets(place, vpc, prefix, tier, zones="abc"):
    return [
        subnet(place, vpc, f"{prefix}.{index * 32}/27", zone, f"{tier}-{zone}") for index, zone in enumerate(zones)
    ]


def subnet(place, vpc, block, zone, name):
    where = {"VpcId": vpc, "CidrBlock": block, "AvailabilityZone": f"{place.region}{zone}"}
    answer = place.client("ec2").create_subnet(**where, TagSpecifications=named("subnet", name))
    place.make(SUBNET, answer["Subnet"]["SubnetId"], **where, Tags=tags(Name=name))
    return answer["Subnet"]["SubnetId"]


def route_table(place, vpc, members):
    client = place.client("ec2")
    table = client.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    place.make("AWS::EC2::RouteTable", table, VpcId=vpc)
    for member in members:
        association = client.associate_route_table(RouteTableId=table, SubnetId=member)["AssociationId"]
        place.make("AWS::EC2::SubnetRouteTableAssociation", association, RouteTableId=table, SubnetId=member)
    return table


def route(place, table, **hop):
    place.client("ec2").create_route(RouteTableId=table, DestinationCidrBlock=ANYWHERE, **hop)
    place.make("AWS::EC2::Route", f"{table}|{ANYWHERE}", RouteTableId=table, DestinationCidrBlock=ANYWHERE, **hop)


def nat_gateways(place, tiers):
    """The one that leads to the internet; the other is for private networks. An address waits for a third."""
    client = place.client("ec2")
    address = elastic_ip(place)
    elastic_ip(place)
    settings = {"SubnetId": tiers["public"][0], "ConnectivityType": "public", "AllocationId": address}
    public = client.create_nat_gateway(**settings)["NatGateway"]["NatGatewayId"]
    place.make("AWS::EC2::NatGateway", public, **settings)
    client.create_nat_gateway(SubnetId=tiers["private"][0], ConnectivityType="private")
    return public


def elastic_ip(place):
    answer = place.client("ec2").allocate_address(Domain="vpc")
    identifier = f"{answer['PublicIp']}|{answer['AllocationId']}"
    place.make("AWS::EC2::EIP", identifier, Domain="vpc", PublicIp=answer["PublicIp"])
    return answer["AllocationId"]


def restrict(place, vpc, members):
    """No rule in the default security group, no administration by the default network ACL, HTTPS alone by one more."""
    client = place.client("ec2")
    group = default_group(place, vpc)
    permissions = client.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    if permissions["IpPermissions"]:
        client.revoke_security_group_ingress(GroupId=group, IpPermissions=permissions["IpPermissions"])
    client.revoke_security_group_egress(GroupId=group, IpPermissions=permissions["IpPermissionsEgress"])
    place.make("AWS::EC2::SecurityGroup", group, GroupName="default", VpcId=vpc)
    acl = client.describe_network_acls(Filters=of_vpc(vpc))["NetworkAcls"][0]["NetworkAclId"]
    for number, port in {90: 22, 91: 3389}.items():
        acl_entry(place, acl, number, port, "deny", ANYWHERE)
    private = client.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    place.make("AWS::EC2::NetworkAcl", private, VpcId=vpc)
    acl_entry(place, private, 100, 443, "allow", ANYWHERE)
    acl_entry(place, private, 110, 22, "allow", "10.0.0.0/8")
    associate_acl(place, private, members)


def acl_entry(place, acl, number, port, action, block):
    entry = {"RuleNumber": number, "Protocol": "6", "RuleAction": action, "CidrBlock": block, "Egress": False}
    entry |= {"NetworkAclId": acl, "PortRange": {"From": port, "To": port}}
    place.client("ec2").create_network_acl_entry(**entry)
    # The CloudFormation type has the protocol as a number.
    place.make("AWS::EC2::NetworkAclEntry", f"{acl}/ingress/{number}", **(entry | {"Protocol": 6}))


def associate_acl(place, acl, members):
    client = place.client("ec2")
    filters = [{"Name": "association.subnet-id", "Values": members}]
    for found in client.describe_network_acls(Filters=filters)["NetworkAcls"]:
        for association in found["Associations"]:
            if association["SubnetId"] not in members:
                continue
            old = association["NetworkAclAssociationId"]
            answer = client.replace_network_acl_association(AssociationId=old, NetworkAclId=acl)
            properties = {"NetworkAclId": acl, "SubnetId": association["SubnetId"]}
            place.make("AWS::EC2::SubnetNetworkAclAssociation", answer["NewAssociationId"], **properties)


def endpoints(place, vpc, table, members):
    """S3 by the route table, ECR by interfaces."""
    client = place.client("ec2")
    for kind, service, where in (
        ("Gateway", "s3", {"RouteTableIds": [table]}),
        ("Interface", "ecr.api", {"SubnetIds": members}),
    ):
        name = f"com.amazonaws.{place.region}.{service}"
        endpoint = client.create_vpc_endpoint(VpcId=vpc, ServiceName=name, VpcEndpointType=kind, **where)["VpcEndpoint"]
        properties = {"VpcId": vpc, "ServiceName": name, "VpcEndpointType": kind}
        place.make("AWS::EC2::VPCEndpoint", endpoint["VpcEndpointId"], **properties, **where)


def flow_log(place, vpc, traffic, log_group, role):
    settings = {"ResourceType": "VPC", "TrafficType": traffic, "LogDestinationType": "cloud-watch-logs"}
    answer = place.client("ec2").create_flow_logs(
        ResourceIds=[vpc], LogGroupName=log_group, DeliverLogsPermissionArn=role, **settings
    )
    place.make(FLOW_LOG, answer["FlowLogIds"][0], ResourceId=vpc, LogGroupName=log_group, **settings)


def legacy_subnet(place, vpc, table):
    """A subnet that is for databases by its name, with a way out to the internet."""
    legacy = subnet(place, vpc, "10.0.9.0/27", "a", "legacy-db")
    place.client("ec2").associate_route_table(RouteTableId=table, SubnetId=legacy)
    place.plant(SUBNET, legacy, "ec2.database_subnet_routes_to_internet")


def narrow_network(place):
    """Two zones, the security group and network ACL as AWS makes them, no record of what was rejected."""
    client = place.client("ec2")
    vpc = make_vpc(place, "narrow", "10.1.0.0/16")
    place.plant("AWS::EC2::VPC", vpc, "ec2.vpc_flow_logs_disabled", "ec2.vpc_spans_fewer_than_three_zones")
    open_by_default(place, vpc)
    members = subnets(place, vpc, "10.1.0", "workers", "ab")
    client.modify_subnet_attribute(SubnetId=members[0], MapPublicIpOnLaunch={"Value": True})
    place.plant(SUBNET, members[0], "ec2.private_subnet_assigns_public_ip")
    table = client.describe_route_tables(Filters=of_vpc(vpc))["RouteTables"][0]
    association = table["Associations"][0]["RouteTableAssociationId"]
    properties = {"RouteTableId": table["RouteTableId"], "VpcId": vpc}
    place.make("Innovate::EC2::MainRouteTableAssociation", association, **properties)
    return Network(vpc, [], members, members)
