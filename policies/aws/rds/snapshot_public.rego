# METADATA
# title: Database snapshot is public
# description: A snapshot of a DB instance or DB cluster is shared with every AWS account.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
# custom:
#   severity: critical
#   resource_types:
#     - Innovate::RDS::DBSnapshot
#     - Innovate::RDS::DBClusterSnapshot
#   risk: Anyone with an AWS account can restore the snapshot and read the whole database; public snapshots are listed and searched for.
#   remediation:
#     console: RDS > Snapshots > the snapshot > Actions > Share snapshot > Private.
#     cli: aws rds modify-db-snapshot-attribute --db-snapshot-identifier SNAPSHOT --attribute-name restore --values-to-remove all
#     cloudformation: |
#       # CloudFormation has no resource for the sharing of a snapshot. For a DB cluster snapshot the command is
#       # aws rds modify-db-cluster-snapshot-attribute.
package aws.rds.snapshot_public

deny contains {"message": message, "path": path} if {
	some i, account in input.properties.SharedAccounts
	account == "all"
	path := sprintf("/SharedAccounts/%d", [i])
	message := sprintf("snapshot `%s` is shared with every AWS account", [input.id])
}
