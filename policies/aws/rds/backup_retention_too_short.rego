# METADATA
# title: Database backups are kept too short
# description: The automated backups of a DB instance or DB cluster are kept for fewer days than required, or not made at all. AWS keeps them for one day unless told otherwise. Read replicas are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: Data that was deleted or corrupted can't be restored when the mistake or the intrusion is noticed after the last good backup has expired.
#   remediation:
#     console: RDS > Databases > the database > Modify > Backup > Backup retention period.
#     cli: aws rds modify-db-instance --db-instance-identifier DATABASE --backup-retention-period 7
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         BackupRetentionPeriod: 7
#   parameters:
#     minimum_days:
#       type: integer
#       minimum: 1
#       maximum: 35
#       default: 7
#       description: For how many days automated backups are kept at least.
package aws.rds.backup_retention_too_short

days := object.get(input.properties, "BackupRetentionPeriod", 1)

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

# Read replicas: their source has the backups.
not_applicable if input.properties.SourceDBInstanceIdentifier

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.SourceDBClusterIdentifier
}

deny contains {"message": message, "path": "/BackupRetentionPeriod"} if {
	days == 0
	message := sprintf("`%s` makes no automated backups", [input.id])
}

deny contains {"message": message, "path": "/BackupRetentionPeriod"} if {
	days > 0
	days < data.parameters.minimum_days
	message := sprintf("`%s` keeps backups for %v of the required %v days", [input.id, days, data.parameters.minimum_days])
}
