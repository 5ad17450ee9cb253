# METADATA
# title: Database is in public subnets
# description: The subnet group of a DB instance or DB cluster holds subnets whose route table leads to an internet gateway. Without a subnet group the database goes into the default VPC, whose subnets are public. Instances of a cluster are judged with it; subnet groups that are not in sight are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: The database is on the internet as soon as somebody makes it publicly accessible and opens a security group; in a private subnet neither would be enough.
#   remediation:
#     console: RDS > Subnet groups > Create DB subnet group with private subnets; then RDS > Databases > the database > Modify > Connectivity > DB subnet group.
#     cli: aws rds modify-db-subnet-group --db-subnet-group-name GROUP --subnet-ids PRIVATE_SUBNET_A PRIVATE_SUBNET_B
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         DBSubnetGroupName: !Ref PrivateSubnetGroup
package aws.rds.in_public_subnet

import data.lib.routing

name := input.properties.DBSubnetGroupName

# The subnets of the group: an array of none or one. AWS stores the names of groups in lower case.
groups := [object.get(group.properties, "SubnetIds", []) |
	some id, group in data.resources["AWS::RDS::DBSubnetGroup"]
	lower(name) in {lower(id), lower(object.get(group.properties, "DBSubnetGroupName", id))}
]

public_subnets := [subnet |
	some subnet in groups[0]
	routing.is_public_subnet(subnet)
]

# The subnet group `default` is the one of the default VPC.
default_vpc if not name

default_vpc if {
	name == "default"
	count(groups) == 0
}

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

not_applicable if {
	not default_vpc
	count(groups) == 0
}

# A replica goes where its source is.
not_applicable if {
	not name
	input.properties.SourceDBInstanceIdentifier
}

not_applicable if {
	not name
	input.type == "AWS::RDS::DBInstance"
	input.properties.SourceDBClusterIdentifier
}

deny contains {"message": message, "path": "/DBSubnetGroupName"} if {
	count(public_subnets) > 0
	message := sprintf("subnet group `%s` of `%s` holds public subnets: `%s`", [name, input.id, concat("`, `", public_subnets)])
}

deny contains {"message": message, "path": "/DBSubnetGroupName"} if {
	default_vpc
	message := sprintf("`%s` goes into the default VPC, whose subnets are public, because it has no subnet group of its own", [input.id])
}
