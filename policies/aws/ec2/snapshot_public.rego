# METADATA
# title: EBS snapshot is public
# description: Every AWS account may create a volume from an EBS snapshot of the account.
# related_resources:
#   - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
#   - https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-1
# custom:
#   severity: critical
#   resource_types:
#     - Innovate::EC2::Snapshot
#   risk: Public snapshots are listed for everyone, and people search them for credentials and data; who made a copy can't be found out.
#   remediation:
#     console: EC2 > Snapshots > select the snapshot > Actions > Modify permissions > Private. For all of the Region, EC2 > Settings > Data protection and security > Block public access for EBS snapshots.
#     cli: aws ec2 modify-snapshot-attribute --snapshot-id SNAPSHOT --attribute createVolumePermission --operation-type remove --group-names all
#     cloudformation: |
#       Type: AWS::EC2::SnapshotBlockPublicAccess
#       Properties:
#         State: block-all-sharing
package aws.ec2.snapshot_public

# Only block-all-sharing takes back what is shared already; block-new-sharing doesn't.
sharing_blocked if {
	some block in data.resources["AWS::EC2::SnapshotBlockPublicAccess"]
	block.properties.State == "block-all-sharing"
}

deny contains {"message": message, "path": sprintf("/CreateVolumePermissions/%d/Group", [i])} if {
	some i, permission in input.properties.CreateVolumePermissions
	permission.Group == "all"
	not sharing_blocked
	message := sprintf("snapshot `%s` is shared with every AWS account", [input.id])
}
