package lib.routing_test

import data.lib.routing

test_default_route_to_internet_gateway if {
	routing.by_internet_gateway({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0a1"}})
	routing.by_internet_gateway({"properties": {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-0a1"}})
	routing.by_internet_gateway({"properties": {"DestinationCidrBlock": "0.0.0.0/1", "GatewayId": "igw-0a1"}})
}

test_other_routes_do_not_lead_to_internet_gateway if {
	not routing.by_internet_gateway({"properties": {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}})
	not routing.by_internet_gateway({"properties": {"DestinationCidrBlock": "203.0.113.0/24", "GatewayId": "igw-0a1"}})
	not routing.by_internet_gateway({"properties": {"DestinationPrefixListId": "pl-0a1", "GatewayId": "vpce-0a1"}})
	not routing.by_internet_gateway({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vgw-0a1"}})
	not routing.by_internet_gateway({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0a1"}})
	not routing.by_internet_gateway({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-0a1"}})
}

test_ways_out if {
	routing.by_nat({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0a1"}})
	routing.by_nat({"properties": {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-0a1"}})
	routing.by_nat({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": "eni-0a1"}})
	routing.by_nat({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "InstanceId": "i-0a1", "NetworkInterfaceId": "eni-0a1"}})
}

test_endpoints if {
	routing.by_endpoint({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "VpcEndpointId": "vpce-0a1"}})
	routing.by_endpoint({"properties": {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "vpce-0a1"}})
	not routing.by_endpoint({"properties": {"DestinationPrefixListId": "pl-0a1", "GatewayId": "vpce-0a1"}})
	not routing.by_endpoint({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0a1"}})
}

test_no_ways_out if {
	not routing.by_nat({"properties": {"DestinationCidrBlock": "10.1.0.0/16", "NatGatewayId": "nat-0a1"}})
	not routing.by_nat({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-0a1"}})
	not routing.by_nat({"properties": {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0a1"}})
}

test_destination if {
	routing.destination({"properties": {"DestinationCidrBlock": "0.0.0.0/0"}}) == "0.0.0.0/0"
	routing.destination({"properties": {"DestinationIpv6CidrBlock": "::/0"}}) == "::/0"
	routing.destination({"properties": {"DestinationPrefixListId": "pl-0a1"}}) == "pl-0a1"
}

test_unknown_subnet_has_no_routes if {
	routing.subnet_routes("subnet-0ff") == []
	not routing.is_public_subnet("subnet-0ff")
}

test_no_table_where_none_is_in_sight if not routing.route_table("subnet-0ff", "vpc-0ff")
