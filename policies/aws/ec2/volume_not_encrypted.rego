# METADATA
# title: EBS volume is not encrypted
# description: An EBS volume stores its data unencrypted at rest.
# related_resources:
#   - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-3
# custom:
#   severity: high
#   resource_types:
#     - AWS::EC2::Volume
#   risk: Whoever gets hold of the disk, or is given a snapshot of it, reads the data without any key.
#   remediation:
#     console: EC2 > Volumes > create a snapshot, copy it with encryption, create a volume from the copy and attach it in place of the old one.
#     cli: aws ec2 create-volume --snapshot-id SNAPSHOT --encrypted --availability-zone ZONE
#     cloudformation: |
#       Type: AWS::EC2::Volume
#       Properties:
#         Encrypted: true
package aws.ec2.volume_not_encrypted

# A volume that leaves it open is encrypted where it is a copy of an encrypted volume.
encrypted if input.properties.Encrypted

encrypted if {
	source := input.properties.SourceVolumeId
	data.resources["AWS::EC2::Volume"][source].properties.Encrypted
}

# A template's volume takes the encryption of its snapshot where it says nothing.
not_applicable if {
	input.properties.SnapshotId
	not is_boolean(input.properties.Encrypted)
}

deny contains {"message": message, "path": "/Encrypted"} if {
	not encrypted
	message := sprintf("volume `%s` is not encrypted", [input.id])
}
