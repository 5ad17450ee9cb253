# METADATA
# title: Database does not upgrade its minor version
# description: A DB instance or Multi-AZ DB cluster has automatic minor version upgrades turned off. Aurora is judged at its instances; RDS Custom has no automatic upgrades.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: Security fixes of the engine wait until somebody remembers to install them, and the database runs with published flaws until then.
#   remediation:
#     console: RDS > Databases > the database > Modify > Maintenance > Enable auto minor version upgrade.
#     cli: aws rds modify-db-instance --db-instance-identifier DATABASE --auto-minor-version-upgrade
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         AutoMinorVersionUpgrade: true
package aws.rds.minor_upgrades_disabled

import data.lib.rds

not_applicable if rds.is_custom(input.properties.Engine)

# Of the clusters only Multi-AZ DB clusters decide for their instances.
not_applicable if {
	input.type == "AWS::RDS::DBCluster"
	not input.properties.DBClusterInstanceClass
}

# An instance of a Multi-AZ DB cluster does as the cluster says.
not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
	not rds.is_aurora(input.properties.Engine)
}

deny contains {"message": message, "path": "/AutoMinorVersionUpgrade"} if {
	input.properties.AutoMinorVersionUpgrade == false
	message := sprintf("`%s` does not install minor engine versions by itself", [input.id])
}
