# METADATA
# title: Instance has a public IP address
# description: An EC2 instance has a public IPv4 address, or will get one when it is launched.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-9
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EC2::Instance
#   risk: The internet can address the machine directly, so that nothing but its security groups stands between an attacker and every service on it.
#   remediation:
#     console: EC2 > Instances > launch a replacement in a private subnet with Auto-assign public IP disabled, and reach it by a load balancer or Session Manager; for an Elastic IP, EC2 > Elastic IPs > Actions > Disassociate.
#     cli: aws ec2 disassociate-address --association-id ASSOCIATION, or aws ec2 run-instances --subnet-id PRIVATE_SUBNET --no-associate-public-ip-address for a replacement
#     cloudformation: |
#       Type: AWS::EC2::Instance
#       Properties:
#         NetworkInterfaces:
#           - DeviceIndex: "0"
#             SubnetId: !Ref PrivateSubnet
#             AssociatePublicIpAddress: false
package aws.ec2.instance_has_public_ip

not_applicable if input.properties.State.Name in {"shutting-down", "terminated"}

deny contains {"message": message, "path": "/PublicIp"} if {
	input.properties.PublicIp
	message := sprintf("instance `%s` has public IP address `%s`", [input.id, input.properties.PublicIp])
}

# An instance of a template has no address yet: what follows says whether it will get one.
deny contains {"message": message, "path": sprintf("/NetworkInterfaces/%d/AssociatePublicIpAddress", [i])} if {
	not input.properties.PublicIp
	some i, interface in input.properties.NetworkInterfaces
	interface.AssociatePublicIpAddress
	message := sprintf("instance `%s` asks for a public IP address for its network interface `%v`", [input.id, interface.DeviceIndex])
}

deny contains {"message": message, "path": "/SubnetId"} if {
	planned
	not input.properties.NetworkInterfaces
	subnet := input.properties.SubnetId
	assigns_public_ip(subnet)
	message := sprintf("instance `%s` gets a public IP address from its subnet `%s`", [input.id, subnet])
}

deny contains {"message": message, "path": sprintf("/NetworkInterfaces/%d/SubnetId", [i])} if {
	planned
	some i, interface in input.properties.NetworkInterfaces
	object.get(interface, "AssociatePublicIpAddress", null) == null
	assigns_public_ip(interface.SubnetId)
	message := sprintf("instance `%s` gets a public IP address from its subnet `%s`", [input.id, interface.SubnetId])
}

# The instance itself shows only the address that goes with its first private one.
deny contains {"message": message, "path": ""} if {
	not input.properties.PublicIp
	some address in data.referrers[input.id]["AWS::EC2::EIP"]
	address.properties.InstanceId == input.id
	message := sprintf("instance `%s` has Elastic IP address `%s`", [input.id, address.id])
}

planned if {
	not input.properties.InstanceId
	not input.properties.PublicIp
}

assigns_public_ip(subnet) if data.resources["AWS::EC2::Subnet"][subnet].properties.MapPublicIpOnLaunch
