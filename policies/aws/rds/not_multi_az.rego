# METADATA
# title: Production database runs in one Availability Zone
# description: A DB instance of a production account has no standby in another Availability Zone, or an Aurora cluster of it has no second instance in another one. Read replicas, instances of a cluster and other accounts are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: When the zone or the host fails, the database is down until AWS has made a new instance, and an instance that is not Aurora may lose its latest changes.
#   remediation:
#     console: RDS > Databases > the database > Modify > Availability and durability > Create a standby instance; for Aurora, Actions > Add reader in another zone.
#     cli: aws rds modify-db-instance --db-instance-identifier DATABASE --multi-az --apply-immediately
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         MultiAZ: true
#   parameters:
#     production_accounts:
#       type: array
#       items:
#         type: string
#       default: [production, prod]
#       description: Which accounts are production - account ids, account names, names of organizational units, or values of the account's tag environment, whatever their case; * and ? are wildcards.
package aws.rds.not_multi_az

import data.lib.iam
import data.lib.rds

account_names contains data.account.id

account_names contains data.account.name

account_names contains unit if some unit in data.account.organizational_units

account_names contains value if {
	some key, value in data.account.tags
	lower(key) == "environment"
}

production if {
	some pattern in data.parameters.production_accounts
	some name in account_names
	iam.match(pattern, name)
}

not_applicable if not production

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

# Read replicas.
not_applicable if input.properties.SourceDBInstanceIdentifier

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.SourceDBClusterIdentifier
}

not_applicable if input.properties.ReplicationSourceIdentifier

# A Multi-AZ DB cluster is in three zones, Aurora Serverless v1 and Limitless have no instances to place.
single_zone_by_choice if {
	rds.is_aurora(input.properties.Engine)
	not input.properties.EngineMode == "serverless"
	not input.properties.ClusterScalabilityType == "limitless"
}

instances := [instance |
	some instance in data.resources["AWS::RDS::DBInstance"]
	instance.properties.DBClusterIdentifier in {input.id, object.get(input.properties, "DBClusterIdentifier", input.id)}
]

# Aurora places an instance in another zone by itself where it is free to.
zones := {zone |
	some instance in instances
	zone := object.get(instance.properties, "AvailabilityZone", instance.id)
}

# A cluster without instances has nothing that could fail over.
not_applicable if {
	input.type == "AWS::RDS::DBCluster"
	single_zone_by_choice
	count(instances) == 0
}

deny contains {"message": message, "path": "/MultiAZ"} if {
	input.type == "AWS::RDS::DBInstance"
	not input.properties.MultiAZ
	message := sprintf("instance `%s` has no standby in another Availability Zone", [input.id])
}

deny contains {"message": message, "path": ""} if {
	input.type == "AWS::RDS::DBCluster"
	single_zone_by_choice
	count(instances) == 1
	message := sprintf("cluster `%s` has one instance, so none to fail over to", [input.id])
}

deny contains {"message": message, "path": ""} if {
	input.type == "AWS::RDS::DBCluster"
	single_zone_by_choice
	count(instances) > 1
	count(zones) == 1
	message := sprintf("the %d instances of cluster `%s` are all in `%s`", [count(instances), input.id, concat("", zones)])
}
