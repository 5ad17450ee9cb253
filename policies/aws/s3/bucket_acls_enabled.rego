# METADATA
# title: S3 bucket has ACLs enabled
# description: The bucket's object ownership is not BucketOwnerEnforced, so ACLs grant access beside policies. New buckets have it by default.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-12
# custom:
#   severity: medium
#   resource_types:
#     - AWS::S3::Bucket
#   risk: Whoever writes an object may own it and open it with an ACL, out of sight of the bucket policy and of whoever reviews it.
#   remediation:
#     console: S3 > Buckets > select the bucket > Permissions > Object Ownership > Edit > ACLs disabled.
#     cli: aws s3api put-bucket-ownership-controls --bucket BUCKET --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'
#     cloudformation: |
#       Type: AWS::S3::Bucket
#       Properties:
#         OwnershipControls:
#           Rules:
#             - ObjectOwnership: BucketOwnerEnforced
package aws.s3.bucket_acls_enabled

deny contains {"message": message, "path": sprintf("/OwnershipControls/Rules/%d/ObjectOwnership", [i])} if {
	some i, rule in input.properties.OwnershipControls.Rules
	rule.ObjectOwnership != "BucketOwnerEnforced"
	message := sprintf("object ownership `%s` keeps the ACLs of bucket `%s` enabled", [rule.ObjectOwnership, input.id])
}
