# METADATA
# title: Database subnet has a route to the internet
# description: A subnet that is in a DB subnet group, or that its tags name after databases, has a route to the internet by an internet gateway, a NAT gateway or an egress-only internet gateway.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EC2::Subnet
#   risk: By an internet gateway a database with a public address is in reach of everyone, and by any way out a compromised database server can carry its data away.
#   remediation:
#     console: VPC > Route tables > select the table of the subnet > Routes > Edit routes > remove the route to the internet, or associate the subnet with a table that has local routes only.
#     cli: aws ec2 replace-route-table-association --association-id ASSOCIATION --route-table-id ISOLATED_TABLE
#     cloudformation: |
#       Type: AWS::EC2::SubnetRouteTableAssociation
#       Properties:
#         SubnetId: !Ref DatabaseSubnet
#         RouteTableId: !Ref IsolatedRouteTable
#   parameters:
#     allow_nat:
#       type: boolean
#       default: false
#       description: Whether a database subnet may reach out by a NAT gateway or an egress-only internet gateway.
package aws.ec2.database_subnet_routes_to_internet

import data.lib.routing
import data.lib.tiers

for_databases if {
	some group in data.resources["AWS::RDS::DBSubnetGroup"]
	input.id in group.properties.SubnetIds
}

for_databases if tiers.is_database(object.get(input.properties, "Tags", []))

not_applicable if not for_databases

deny contains {"message": message(route, route.properties.GatewayId), "path": ""} if {
	for_databases
	not routing.internet_gateway_blocked(input.id)
	some route in routing.subnet_routes(input.id)
	routing.by_internet_gateway(route)
}

deny contains {"message": message(route, routing.nat_hop(route)), "path": ""} if {
	for_databases
	not data.parameters.allow_nat
	not routing.nat_blocked(input.id)
	some route in routing.subnet_routes(input.id)
	routing.by_nat(route)
}

message(route, hop) := sprintf("database subnet `%s` sends `%s` to `%s` by route table `%s`", [
	input.id,
	routing.destination(route),
	hop,
	route.properties.RouteTableId,
])
