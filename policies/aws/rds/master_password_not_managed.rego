# METADATA
# title: Database master password is not managed in Secrets Manager
# description: RDS does not keep and rotate the password of the master user in Secrets Manager. A template that reads the password from a secret of Secrets Manager, and a master user that signs in with IAM, pass. Databases that take their password from elsewhere are not judged - instances of a cluster, replicas, restored databases, members of an Aurora global database - nor is Aurora Serverless v1 or RDS Custom, which can't do it.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: A password that people chose and copied around is never rotated, and gives full control of the database to whoever finds it in a template, a pipeline or a wiki.
#   remediation:
#     console: RDS > Databases > the database > Modify > Credentials management > Managed in AWS Secrets Manager.
#     cli: aws rds modify-db-instance --db-instance-identifier DATABASE --manage-master-user-password --apply-immediately
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         MasterUsername: postgres
#         ManageMasterUserPassword: true
package aws.rds.master_password_not_managed

import data.lib.rds

managed if input.properties.ManageMasterUserPassword

managed if input.properties.MasterUserSecret.SecretArn

managed if contains(password, "{{resolve:secretsmanager:")

managed if input.properties.MasterUserAuthenticationType == "iam-db-auth"

password := input.properties.MasterUserPassword if is_string(input.properties.MasterUserPassword)

literal_password if {
	is_string(password)
	not contains(password, "{{resolve:")
}

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

not_applicable if input.properties.SourceDBInstanceIdentifier

not_applicable if input.properties.SourceDBClusterIdentifier

not_applicable if input.properties.SourceDBInstanceAutomatedBackupsArn

not_applicable if input.properties.ReplicationSourceIdentifier

not_applicable if input.properties.GlobalClusterIdentifier

not_applicable if input.properties.DBSnapshotIdentifier

not_applicable if input.properties.DBClusterSnapshotIdentifier

not_applicable if input.properties.SnapshotIdentifier

not_applicable if input.properties.EngineMode == "serverless"

not_applicable if rds.is_custom(input.properties.Engine)

# Neptune has no passwords.
not_applicable if input.properties.Engine == "neptune"

deny contains {"message": message, "path": "/MasterUserPassword"} if {
	literal_password
	not managed
	message := sprintf("the master password of `%s` is written into the template", [input.id])
}

deny contains {"message": message, "path": "/ManageMasterUserPassword"} if {
	not literal_password
	not managed
	message := sprintf("the master password of `%s` is not managed in Secrets Manager", [input.id])
}
