# METADATA
# title: Database storage is not encrypted
# description: A DB instance or DB cluster stores its data unencrypted at rest. Instances take their encryption from their cluster, replicas from their source, and restored databases from their snapshot. Aurora encrypts new clusters since February 2026 with a key that AWS owns, even where a template asks for nothing.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: Whoever gets hold of the storage, a backup or a shared snapshot of the database reads the data without needing a key.
#   remediation:
#     console: RDS > Snapshots > take a snapshot, copy it with encryption enabled, restore the copy and switch the clients over. Encryption can't be turned on later.
#     cli: aws rds copy-db-snapshot --source-db-snapshot-identifier SNAPSHOT --target-db-snapshot-identifier COPY --kms-key-id KEY
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         StorageEncrypted: true
package aws.rds.storage_not_encrypted

import data.lib.rds

encrypted if input.properties.StorageEncrypted

encrypted if input.properties.StorageEncryptionType in {"sse-rds", "sse-kms"}

encrypted if {
	input.type == "AWS::RDS::DBCluster"
	rds.is_aurora(input.properties.Engine)
	not has_setting
}

has_setting if is_boolean(input.properties.StorageEncrypted)

inherited if input.properties.SourceDBInstanceIdentifier

inherited if input.properties.SourceDBClusterIdentifier

inherited if input.properties.SourceDBInstanceAutomatedBackupsArn

inherited if input.properties.SourceDbiResourceId

inherited if input.properties.SourceDbClusterResourceId

inherited if input.properties.DBSnapshotIdentifier

inherited if input.properties.DBClusterSnapshotIdentifier

inherited if input.properties.SnapshotIdentifier

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

not_applicable if {
	inherited
	not has_setting
}

deny contains {"message": message, "path": "/StorageEncrypted"} if {
	not encrypted
	message := sprintf("the storage of `%s` is not encrypted", [input.id])
}
