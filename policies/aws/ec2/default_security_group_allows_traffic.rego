# METADATA
# title: Default security group allows traffic
# description: The default security group of a VPC has inbound or outbound rules.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EC2::SecurityGroup
#   risk: Whatever is launched without a security group of its own falls into this one and gets traffic that nobody decided on.
#   remediation:
#     console: EC2 > Security Groups > select the group named default > delete its inbound and outbound rules, after moving what uses it to groups of their own.
#     cli: aws ec2 revoke-security-group-ingress --group-id GROUP --security-group-rule-ids RULES && aws ec2 revoke-security-group-egress --group-id GROUP --security-group-rule-ids RULES
#     cloudformation: |
#       # CloudFormation can't change the default group; give every resource a group of its own.
#       Type: AWS::EC2::SecurityGroup
#       Properties:
#         GroupDescription: Web servers
#         VpcId: !Ref Vpc
package aws.ec2.default_security_group_allows_traffic

import data.lib.network

# EC2 reserves the name, so that nothing but the default group of a VPC has it.
not_applicable if object.get(input.properties, "GroupName", "") != "default"

deny contains {"message": message, "path": entry.path} if {
	some entry in network.ingress_rules(input)
	message := sprintf("default security group `%s` lets %s in", [input.id, network.traffic(entry.rule)])
}

deny contains {"message": message, "path": entry.path} if {
	some entry in network.egress_rules(input)
	message := sprintf("default security group `%s` lets %s out", [input.id, network.traffic(entry.rule)])
}
