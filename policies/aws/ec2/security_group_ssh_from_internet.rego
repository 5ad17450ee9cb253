# METADATA
# title: Security group lets the internet reach SSH
# description: A security group lets the whole internet connect to TCP port 22 (SSH), by an IPv4 or IPv6 rule.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
#   - https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::EC2::SecurityGroup
#     - AWS::EC2::SecurityGroupIngress
#   risk: Bots try stolen and guessed keys and passwords against every SSH server they can reach, and a flaw in the server itself gives them a shell.
#   remediation:
#     console: EC2 > Security Groups > select the group > Inbound rules > Edit inbound rules > delete the rule or set its source to a known address range or another security group.
#     cli: aws ec2 revoke-security-group-ingress --group-id GROUP --ip-permissions 'IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]'
#     cloudformation: |
#       Type: AWS::EC2::SecurityGroup
#       Properties:
#         SecurityGroupIngress:
#           - IpProtocol: tcp
#             FromPort: 22
#             ToPort: 22
#             SourceSecurityGroupId: !Ref ClientSecurityGroup
package aws.ec2.security_group_ssh_from_internet

import data.lib.network

# The group that such a rule belongs to answers for it.
not_applicable if network.judged_with_group(input)

deny contains {"message": message, "path": network.cidr_path(entry)} if {
	some entry in network.ingress_rules(input)
	network.rule_open_to_internet(entry.rule)
	network.covers_port(entry.rule, 22)
	message := sprintf("security group `%s` lets `%s` reach SSH on port 22: it allows %s", [
		network.group_name(input),
		network.rule_cidr(entry.rule),
		network.traffic(entry.rule),
	])
}
