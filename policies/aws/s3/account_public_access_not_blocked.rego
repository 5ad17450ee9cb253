# METADATA
# title: S3 Block Public Access is off for the account
# description: The account-level Block Public Access leaves at least one of its four settings off, so each bucket is on its own.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-1
# custom:
#   severity: high
#   resource_types:
#     - Innovate::S3::AccountPublicAccessBlock
#   risk: One wrong ACL, bucket policy or access point policy is enough to open a bucket of the account to the internet.
#   remediation:
#     console: S3 > Account and organization settings > Block Public Access settings for this account > Edit > Block all public access.
#     cli: aws s3control put-public-access-block --account-id ACCOUNT --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
#     cloudformation: |
#       # CloudFormation has no type for the account's settings; this closes each bucket by itself.
#       Type: AWS::S3::Bucket
#       Properties:
#         PublicAccessBlockConfiguration:
#           BlockPublicAcls: true
#           BlockPublicPolicy: true
#           IgnorePublicAcls: true
#           RestrictPublicBuckets: true
package aws.s3.account_public_access_not_blocked

settings := {
	"BlockPublicAcls": object.get(input.properties, "BlockPublicAcls", false),
	"BlockPublicPolicy": object.get(input.properties, "BlockPublicPolicy", false),
	"IgnorePublicAcls": object.get(input.properties, "IgnorePublicAcls", false),
	"RestrictPublicBuckets": object.get(input.properties, "RestrictPublicBuckets", false),
}

deny contains {"message": message, "path": sprintf("/%s", [name])} if {
	some name, value in settings
	not value
	message := sprintf("`%s` is off for every bucket of account `%s`", [name, input.id])
}
