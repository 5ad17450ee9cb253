# METADATA
# title: Database snapshot is not encrypted
# description: A snapshot of a DB instance or DB cluster is stored unencrypted. The snapshots of an Aurora cluster that is encrypted with a key that AWS owns are encrypted like it.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html
# custom:
#   severity: high
#   resource_types:
#     - Innovate::RDS::DBSnapshot
#     - Innovate::RDS::DBClusterSnapshot
#   risk: An unencrypted snapshot can be shared with any account, or with everyone, and whoever gets it restores the database without needing a key.
#   remediation:
#     console: RDS > Snapshots > the snapshot > Actions > Copy snapshot > Enable encryption; then delete the unencrypted one.
#     cli: aws rds copy-db-snapshot --source-db-snapshot-identifier SNAPSHOT --target-db-snapshot-identifier COPY --kms-key-id KEY
#     cloudformation: |
#       # CloudFormation has no resource for snapshots. Those of an encrypted database are encrypted:
#       Type: AWS::RDS::DBInstance
#       Properties:
#         StorageEncrypted: true
package aws.rds.snapshot_not_encrypted

encrypted_by_aws if {
	some cluster in data.resources["AWS::RDS::DBCluster"]
	cluster.properties.DBClusterIdentifier == input.properties.DBClusterIdentifier
	cluster.properties.StorageEncryptionType == "sse-rds"
}

deny contains {"message": message, "path": "/Encrypted"} if {
	input.type == "Innovate::RDS::DBSnapshot"
	not input.properties.Encrypted
	message := sprintf("snapshot `%s` is not encrypted", [input.id])
}

deny contains {"message": message, "path": "/StorageEncrypted"} if {
	input.type == "Innovate::RDS::DBClusterSnapshot"
	not input.properties.StorageEncrypted
	not encrypted_by_aws
	message := sprintf("cluster snapshot `%s` is not encrypted", [input.id])
}
