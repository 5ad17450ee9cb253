# METADATA
# title: Security group of a database lets in addresses instead of groups
# description: A security group of an RDS instance, cluster or proxy has an inbound rule whose source is an address range or a prefix list rather than the security group of a client.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EC2::SecurityGroup
#   risk: Every machine that has or gets an address of the range can connect to the database, whatever it is for, so that one foothold in the network is enough to attack the data.
#   remediation:
#     console: EC2 > Security Groups > select the group > Inbound rules > Edit inbound rules > set the source of each rule to the security group of the application.
#     cli: aws ec2 authorize-security-group-ingress --group-id GROUP --protocol tcp --port 5432 --source-group APPLICATION_GROUP && aws ec2 revoke-security-group-ingress --group-id GROUP --security-group-rule-ids RULE
#     cloudformation: |
#       Type: AWS::EC2::SecurityGroup
#       Properties:
#         SecurityGroupIngress:
#           - IpProtocol: tcp
#             FromPort: 5432
#             ToPort: 5432
#             SourceSecurityGroupId: !GetAtt ApplicationSecurityGroup.GroupId
package aws.ec2.database_security_group_not_restricted_to_groups

import data.lib.network

databases contains database.id if {
	some database in data.referrers[input.id]["AWS::RDS::DBInstance"]
	input.id in object.get(database.properties, "VPCSecurityGroups", [])
}

databases contains database.id if {
	some database in data.referrers[input.id]["AWS::RDS::DBCluster"]
	input.id in object.get(database.properties, "VpcSecurityGroupIds", [])
}

databases contains database.id if {
	some database in data.referrers[input.id]["AWS::RDS::DBProxy"]
	input.id in object.get(database.properties, "VpcSecurityGroupIds", [])
}

not_applicable if count(databases) == 0

deny contains {"message": message(entry.rule, source), "path": network.cidr_path(entry)} if {
	count(databases) > 0
	some entry in network.ingress_rules(input)
	source := network.rule_cidr(entry.rule)
}

deny contains {"message": message(entry.rule, entry.rule.SourcePrefixListId), "path": prefix_list_path(entry.path)} if {
	count(databases) > 0
	some entry in network.ingress_rules(input)
	entry.rule.SourcePrefixListId
}

message(rule, source) := sprintf("security group `%s` of database `%s` lets %s in from `%v` rather than from a security group", [
	input.id,
	min(databases),
	network.traffic(rule),
	source,
])

prefix_list_path("") := ""

prefix_list_path(path) := concat("/", [path, "SourcePrefixListId"]) if path != ""
