# METADATA
# title: Security group lets the internet reach MySQL
# description: A security group lets the whole internet connect to TCP port 3306 (MySQL), by an IPv4 or IPv6 rule.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::EC2::SecurityGroup
#     - AWS::EC2::SecurityGroupIngress
#   risk: Only the database password stands between the internet and the data, and attackers may guess at it or use a flaw of the server from anywhere.
#   remediation:
#     console: EC2 > Security Groups > select the group > Inbound rules > Edit inbound rules > delete the rule or set its source to a known address range or another security group.
#     cli: aws ec2 revoke-security-group-ingress --group-id GROUP --ip-permissions 'IpProtocol=tcp,FromPort=3306,ToPort=3306,IpRanges=[{CidrIp=0.0.0.0/0}]'
#     cloudformation: |
#       Type: AWS::EC2::SecurityGroup
#       Properties:
#         SecurityGroupIngress:
#           - IpProtocol: tcp
#             FromPort: 3306
#             ToPort: 3306
#             SourceSecurityGroupId: !Ref ClientSecurityGroup
package aws.ec2.security_group_mysql_from_internet

import data.lib.network

# The group that such a rule belongs to answers for it.
not_applicable if network.judged_with_group(input)

deny contains {"message": message, "path": network.cidr_path(entry)} if {
	some entry in network.ingress_rules(input)
	network.rule_open_to_internet(entry.rule)
	network.covers_port(entry.rule, 3306)
	message := sprintf("security group `%s` lets `%s` reach MySQL on port 3306: it allows %s", [
		network.group_name(input),
		network.rule_cidr(entry.rule),
		network.traffic(entry.rule),
	])
}
