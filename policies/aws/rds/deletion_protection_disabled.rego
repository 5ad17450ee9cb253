# METADATA
# title: Database deletion protection is disabled
# description: A DB instance or DB cluster can be deleted with a single call. Deletion protection is off unless asked for; instances of a cluster don't have it, the cluster does.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: A slip of the hand, a faulty script or an intruder deletes the database, and its automated backups can go with it.
#   remediation:
#     console: RDS > Databases > the database > Modify > Deletion protection > Enable deletion protection.
#     cli: aws rds modify-db-instance --db-instance-identifier DATABASE --deletion-protection
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         DeletionProtection: true
package aws.rds.deletion_protection_disabled

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

deny contains {"message": message, "path": "/DeletionProtection"} if {
	not input.properties.DeletionProtection
	message := sprintf("`%s` is not protected against deletion", [input.id])
}
