# METADATA
# title: Private subnet gives out public IP addresses
# description: A subnet that is private by its routes or its tags assigns a public IPv4 address to what is launched in it.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-15
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EC2::Subnet
#   risk: What is meant to be out of reach gets an address of the internet, and one route or security group rule too many exposes it.
#   remediation:
#     console: VPC > Subnets > select the subnet > Actions > Edit subnet settings > clear Enable auto-assign public IPv4 address.
#     cli: aws ec2 modify-subnet-attribute --subnet-id SUBNET --no-map-public-ip-on-launch
#     cloudformation: |
#       Type: AWS::EC2::Subnet
#       Properties:
#         MapPublicIpOnLaunch: false
package aws.ec2.private_subnet_assigns_public_ip

import data.lib.routing
import data.lib.tiers

tagged_private if tiers.is_private(object.get(input.properties, "Tags", []))

# The route table is in sight and has no route by which a public address could be of use. An endpoint as the way to
# the internet is a firewall in front of a public subnet.
routed_private if {
	routing.route_table(input.id, input.properties.VpcId)
	not routed_public
}

routed_public if {
	some route in routing.subnet_routes(input.id)
	routing.by_internet_gateway(route)
}

routed_public if {
	some route in routing.subnet_routes(input.id)
	routing.by_endpoint(route)
}

deny contains {"message": message, "path": "/MapPublicIpOnLaunch"} if {
	input.properties.MapPublicIpOnLaunch
	tagged_private
	message := sprintf("subnet `%s` is tagged as private, yet assigns public IPv4 addresses at launch", [input.id])
}

deny contains {"message": message, "path": "/MapPublicIpOnLaunch"} if {
	input.properties.MapPublicIpOnLaunch
	not tagged_private
	routed_private
	message := sprintf("subnet `%s` has no route to an internet gateway, yet assigns public IPv4 addresses at launch", [input.id])
}
