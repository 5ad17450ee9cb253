# METADATA
# title: EBS encryption by default is off
# description: New EBS volumes and snapshot copies in the Region are encrypted only where somebody asks for it.
# related_resources:
#   - https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-7
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::EC2::EbsEncryptionByDefault
#   risk: A volume that somebody forgets to encrypt stores data in the clear, and so do its snapshots and whatever is restored from them.
#   remediation:
#     console: EC2 > Settings > Data protection and security > EBS encryption > Manage > Always encrypt new EBS volumes (in each Region).
#     cli: aws ec2 enable-ebs-encryption-by-default --region REGION
#     cloudformation: |
#       # CloudFormation has no resource for the setting; encrypt each volume, or enable it by the CLI.
#       Type: AWS::EC2::Volume
#       Properties:
#         Encrypted: true
package aws.ec2.ebs_default_encryption_disabled

deny contains {"message": message, "path": "/Enabled"} if {
	not input.properties.Enabled
	message := sprintf("EBS encryption by default is off in account `%s` in `%s`", [input.account, input.region])
}
