# METADATA
# title: S3 Block Public Access is off for the bucket
# description: >-
#   Neither the bucket nor its account turns on all four settings of Block Public Access. A template without
#   PublicAccessBlockConfiguration passes, for S3 turns all four on in new buckets; a configuration that leaves a setting out turns it off.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-8
# custom:
#   severity: medium
#   resource_types:
#     - AWS::S3::Bucket
#   risk: Nothing stands between a mistaken ACL or bucket policy and the whole internet reading, or writing, the bucket's objects.
#   remediation:
#     console: S3 > Buckets > select the bucket > Permissions > Block public access (bucket settings) > Edit > Block all public access.
#     cli: aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
#     cloudformation: |
#       Type: AWS::S3::Bucket
#       Properties:
#         PublicAccessBlockConfiguration:
#           BlockPublicAcls: true
#           BlockPublicPolicy: true
#           IgnorePublicAcls: true
#           RestrictPublicBuckets: true
package aws.s3.bucket_public_access_not_blocked

configuration := input.properties.PublicAccessBlockConfiguration

settings := {
	"BlockPublicAcls": object.get(configuration, "BlockPublicAcls", false),
	"BlockPublicPolicy": object.get(configuration, "BlockPublicPolicy", false),
	"IgnorePublicAcls": object.get(configuration, "IgnorePublicAcls", false),
	"RestrictPublicBuckets": object.get(configuration, "RestrictPublicBuckets", false),
}

by_account contains name if {
	some block in data.resources["Innovate::S3::AccountPublicAccessBlock"]
	of_account := {
		"BlockPublicAcls": object.get(block.properties, "BlockPublicAcls", false),
		"BlockPublicPolicy": object.get(block.properties, "BlockPublicPolicy", false),
		"IgnorePublicAcls": object.get(block.properties, "IgnorePublicAcls", false),
		"RestrictPublicBuckets": object.get(block.properties, "RestrictPublicBuckets", false),
	}
	some name, value in of_account
	value
}

deny contains {"message": message, "path": sprintf("/PublicAccessBlockConfiguration/%s", [name])} if {
	some name, value in settings
	not value
	not name in by_account
	message := sprintf("`%s` is off for bucket `%s` and for its account", [name, input.id])
}
