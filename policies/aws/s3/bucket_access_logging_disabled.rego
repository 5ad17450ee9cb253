# METADATA
# title: S3 bucket has no access logging
# description: >-
#   S3 writes no server access logs for the bucket. Buckets that receive the logs of other buckets of the account and
#   Region are exempt, as are those that the parameter names; data events of CloudTrail are not considered.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-9
# custom:
#   severity: low
#   resource_types:
#     - AWS::S3::Bucket
#   risk: After a leak nobody can say which objects were read, by whom and from where.
#   remediation:
#     console: S3 > Buckets > select the bucket > Properties > Server access logging > Edit > Enable, with a bucket for logs of the same Region as destination.
#     cli: "aws s3api put-bucket-logging --bucket BUCKET --bucket-logging-status '{\"LoggingEnabled\": {\"TargetBucket\": \"LOG_BUCKET\", \"TargetPrefix\": \"BUCKET/\"}}'"
#     cloudformation: |
#       Type: AWS::S3::Bucket
#       Properties:
#         LoggingConfiguration:
#           DestinationBucketName: !Ref LogBucket
#           LogFilePrefix: ledger/
#   parameters:
#     exempt_buckets:
#       type: array
#       items:
#         type: string
#       default: []
#       description: Names of buckets that need no access logging; `*` stands for any text.
package aws.s3.bucket_access_logging_disabled

import data.lib.iam

names := {input.id, object.get(input.properties, "BucketName", input.id)}

not_applicable if {
	some bucket in data.resources["AWS::S3::Bucket"]
	bucket.id != input.id
	bucket.properties.LoggingConfiguration.DestinationBucketName in names
}

not_applicable if {
	some pattern in data.parameters.exempt_buckets
	some name in names
	iam.match(pattern, name)
}

deny contains {"message": message, "path": "/LoggingConfiguration"} if {
	not input.properties.LoggingConfiguration
	message := sprintf("bucket `%s` has no server access logging", [input.id])
}
