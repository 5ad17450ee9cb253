# METADATA
# title: S3 bucket policy is public
# description: >-
#   The bucket policy allows everyone in, and RestrictPublicBuckets, of the bucket or of its account, does not keep the
#   public out again. A setting counts only where it is stated: for a template that leaves Block Public Access out, S3
#   refuses the policy on a new bucket, and accepts it on one from before April 2023.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-2
# custom:
#   severity: critical
#   resource_types:
#     - AWS::S3::BucketPolicy
#   risk: Anyone on the internet reads, lists or overwrites the bucket's objects, as the statement says, without credentials.
#   remediation:
#     console: S3 > Buckets > select the bucket > Permissions > Bucket policy > Edit and name the principals, then block all public access. Serve public content through CloudFront with origin access control.
#     cli: aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
#     cloudformation: |
#       Type: AWS::S3::BucketPolicy
#       Properties:
#         Bucket: !Ref Bucket
#         PolicyDocument:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Allow
#               Principal:
#                 AWS: !GetAtt ReaderRole.Arn
#               Action: s3:GetObject
#               Resource: !Sub ${Bucket.Arn}/*
package aws.s3.bucket_policy_public

import data.lib.documents
import data.lib.iam

buckets contains bucket if bucket := data.resources["AWS::S3::Bucket"][input.properties.Bucket]

buckets contains bucket if {
	some bucket in data.resources["AWS::S3::Bucket"]
	bucket.properties.BucketName == input.properties.Bucket
}

restricted if {
	some bucket in buckets
	bucket.properties.PublicAccessBlockConfiguration.RestrictPublicBuckets
}

restricted if {
	some block in data.resources["Innovate::S3::AccountPublicAccessBlock"]
	block.properties.RestrictPublicBuckets
}

deny contains {"message": message, "path": path} if {
	some i, statement in iam.statements(input.properties.PolicyDocument)
	iam.is_public(statement)
	not restricted
	path := documents.statement_path("/PolicyDocument", input.properties.PolicyDocument, i)
	message := sprintf("%s of bucket policy `%s` lets everyone in", [documents.statement_name(statement, i), input.id])
}
