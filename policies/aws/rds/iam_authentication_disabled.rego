# METADATA
# title: Database does not take IAM authentication
# description: A database of an engine that knows IAM authentication (PostgreSQL, MySQL, MariaDB from 10.6 on, Aurora) takes passwords alone. Other engines, Multi-AZ DB clusters and Aurora Serverless v1 are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: Applications and people need long-lived database passwords, which leak, are shared and outlive the access that IAM takes away.
#   remediation:
#     console: RDS > Databases > the database > Modify > Database authentication > Password and IAM database authentication.
#     cli: aws rds modify-db-instance --db-instance-identifier DATABASE --enable-iam-database-authentication --apply-immediately
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         EnableIAMDatabaseAuthentication: true
package aws.rds.iam_authentication_disabled

import data.lib.rds

family := rds.family(input.properties.Engine)

supported if family in {"postgres", "mysql", "aurora-postgresql", "aurora-mysql"}

supported if {
	family == "mariadb"
	rds.version_number(family, object.get(input.properties, "EngineVersion", "")) >= 1006
}

not_applicable if not supported

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

# The setting is for Aurora clusters only.
not_applicable if {
	input.type == "AWS::RDS::DBCluster"
	not rds.is_aurora(family)
}

not_applicable if input.properties.EngineMode == "serverless"

deny contains {"message": message, "path": "/EnableIAMDatabaseAuthentication"} if {
	not input.properties.EnableIAMDatabaseAuthentication
	message := sprintf("`%s` does not take IAM authentication", [input.id])
}
