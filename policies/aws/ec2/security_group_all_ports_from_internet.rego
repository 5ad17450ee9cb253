# METADATA
# title: Security group lets the internet reach every port
# description: A security group lets the whole internet in on every port, by one rule or by several together, whether of all protocols or of TCP or UDP.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18
# custom:
#   severity: critical
#   resource_types:
#     - AWS::EC2::SecurityGroup
#     - AWS::EC2::SecurityGroupIngress
#   risk: Whatever listens on the machines, databases, agents and debug ports included, can be scanned and attacked from anywhere.
#   remediation:
#     console: EC2 > Security Groups > select the group > Inbound rules > Edit inbound rules > replace the rule by one for the port that is served and the sources that need it.
#     cli: aws ec2 revoke-security-group-ingress --group-id GROUP --ip-permissions 'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'
#     cloudformation: |
#       Type: AWS::EC2::SecurityGroup
#       Properties:
#         SecurityGroupIngress:
#           - IpProtocol: tcp
#             FromPort: 443
#             ToPort: 443
#             CidrIp: 0.0.0.0/0
package aws.ec2.security_group_all_ports_from_internet

import data.lib.network

# The group that such a rule belongs to answers for it.
not_applicable if network.judged_with_group(input)

deny contains {"message": message, "path": network.cidr_path(entry)} if {
	some entry in network.ingress_rules(input)
	network.rule_open_to_internet(entry.rule)
	network.covers_all_ports(entry.rule)
	message := sprintf("security group `%s` lets `%s` in on %s", [
		network.group_name(input),
		network.rule_cidr(entry.rule),
		network.traffic(entry.rule),
	])
}

deny contains {"message": message, "path": ""} if {
	opened := [entry.rule |
		some entry in network.ingress_rules(input)
		network.rule_open_to_internet(entry.rule)
	]
	some kind in {"tcp", "udp"}
	some cidr in {network.rule_cidr(rule) | some rule in opened}
	rules := [rule |
		some rule in opened
		network.rule_cidr(rule) == cidr
		network.protocol(rule) == kind
	]
	count([rule | some rule in rules; network.covers_all_ports(rule)]) == 0
	network.cover_all_ports_together(rules)
	message := sprintf("security group `%s` lets `%s` in on every %s port by %d rules", [
		network.group_name(input),
		cidr,
		kind,
		count(rules),
	])
}
