# Where the traffic of a subnet may go: which route table applies to it, and what its routes lead to.
package lib.routing

import data.lib.network

# The route table that applies to a subnet: the one associated with it, else the main one of its VPC. Undefined where
# neither is in sight, as in a template: the main table that a new VPC comes with has the local routes only.
route_table(subnet_id, _) := explicit_tables(subnet_id)[0]

route_table(subnet_id, vpc_id) := main_tables(vpc_id)[0] if count(explicit_tables(subnet_id)) == 0

explicit_tables(subnet_id) := [association.properties.RouteTableId |
	some association in data.resources["AWS::EC2::SubnetRouteTableAssociation"]
	association.properties.SubnetId == subnet_id
]

main_tables(vpc_id) := [association.properties.RouteTableId |
	some association in data.resources["Innovate::EC2::MainRouteTableAssociation"]
	association.properties.VpcId == vpc_id
]

# The routes of a route table.
routes(table) := [route |
	some route in data.resources["AWS::EC2::Route"]
	route.properties.RouteTableId == table
]

# The routes that apply to a subnet; none where its route table is not in sight.
subnet_routes(subnet_id) := [route |
	vpc_id := data.resources["AWS::EC2::Subnet"][subnet_id].properties.VpcId
	some route in routes(route_table(subnet_id, vpc_id))
]

# The route's destination is the internet. A prefix list is not judged: its entries are not in sight.
to_internet(route) if network.is_internet(route.properties.DestinationCidrBlock)

to_internet(route) if network.is_internet(route.properties.DestinationIpv6CidrBlock)

destination(route) := route.properties.DestinationCidrBlock

destination(route) := route.properties.DestinationIpv6CidrBlock if not route.properties.DestinationCidrBlock

destination(route) := route.properties.DestinationPrefixListId if {
	not route.properties.DestinationCidrBlock
	not route.properties.DestinationIpv6CidrBlock
}

# The route sends traffic for the internet to an internet gateway, which passes it in both directions.
by_internet_gateway(route) if {
	to_internet(route)
	is_internet_gateway(route.properties.GatewayId)
}

is_internet_gateway(id) if {
	is_string(id)
	startswith(id, "igw-")
}

# In a template a gateway goes by its logical id.
is_internet_gateway(id) if data.resources["AWS::EC2::InternetGateway"][id]

# The route hands traffic for the internet to an endpoint, as of a firewall, which may pass it on to an internet gateway.
by_endpoint(route) if {
	to_internet(route)
	route.properties.VpcEndpointId
}

by_endpoint(route) if {
	to_internet(route)
	is_string(route.properties.GatewayId)
	startswith(route.properties.GatewayId, "vpce-")
}

# The route lets traffic out to the internet but none in: a public NAT gateway, an egress-only internet gateway, or an
# instance or network interface that does the translation.
by_nat(route) if nat_hop(route)

nat_hop(route) := route.properties.NatGatewayId if {
	to_internet(route)
	not private_nat(route.properties.NatGatewayId)
}

nat_hop(route) := route.properties.EgressOnlyInternetGatewayId if to_internet(route)

nat_hop(route) := route.properties.InstanceId if to_internet(route)

nat_hop(route) := route.properties.NetworkInterfaceId if {
	to_internet(route)
	not route.properties.InstanceId
}

# A private NAT gateway leads to other networks, never to the internet.
private_nat(id) if data.resources["AWS::EC2::NatGateway"][id].properties.ConnectivityType == "private"

# VPC Block Public Access holds back what internet gateways would let through to or from the subnet.
internet_gateway_blocked(subnet_id) if {
	states := data.resources["AWS::EC2::Subnet"][subnet_id].properties.BlockPublicAccessStates
	states.InternetGatewayBlockMode in {"block-bidirectional", "block-ingress"}
}

# NAT and egress-only gateways still pass under block-ingress.
nat_blocked(subnet_id) if {
	states := data.resources["AWS::EC2::Subnet"][subnet_id].properties.BlockPublicAccessStates
	states.InternetGatewayBlockMode == "block-bidirectional"
}

# The subnet's traffic to and from the internet goes through an internet gateway.
reaches_internet_gateway(subnet_id) if {
	not internet_gateway_blocked(subnet_id)
	some route in subnet_routes(subnet_id)
	by_internet_gateway(route)
}

is_public_subnet(subnet_id) if reaches_internet_gateway(subnet_id)
