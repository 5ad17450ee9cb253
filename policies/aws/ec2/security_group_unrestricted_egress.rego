# METADATA
# title: Security group lets all traffic out to the internet
# description: A security group has an outbound rule for every port to the whole internet, such as the rule that EC2 gives every new group.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
# custom:
#   severity: info
#   resource_types:
#     - AWS::EC2::SecurityGroup
#     - AWS::EC2::SecurityGroupEgress
#   risk: Whoever takes over a machine may fetch tools, speak to a command server and carry data out over any port.
#   remediation:
#     console: EC2 > Security Groups > select the group > Outbound rules > Edit outbound rules > replace the rule by the destinations and ports that are needed.
#     cli: aws ec2 revoke-security-group-egress --group-id GROUP --ip-permissions 'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'
#     cloudformation: |
#       Type: AWS::EC2::SecurityGroup
#       Properties:
#         SecurityGroupEgress:
#           - IpProtocol: tcp
#             FromPort: 443
#             ToPort: 443
#             CidrIp: 0.0.0.0/0
package aws.ec2.security_group_unrestricted_egress

import data.lib.network

# The group that such a rule belongs to answers for it.
not_applicable if network.judged_with_group(input)

deny contains {"message": message, "path": network.cidr_path(entry)} if {
	some entry in network.egress_rules(input)
	network.rule_open_to_internet(entry.rule)
	network.covers_all_ports(entry.rule)
	message := sprintf("security group `%s` lets %s out to `%s`", [
		network.group_name(input),
		network.traffic(entry.rule),
		network.rule_cidr(entry.rule),
	])
}

# Outbound rules that are resources of their own leave the rule in place that EC2 creates the group with.
deny contains {"message": message, "path": "/SecurityGroupEgress"} if {
	input.type == "AWS::EC2::SecurityGroup"
	not input.properties.SecurityGroupEgress
	message := sprintf("security group `%s` has no outbound rules of its own, so that EC2 lets everything out to `0.0.0.0/0`", [input.id])
}
