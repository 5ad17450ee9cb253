# METADATA
# title: CloudTrail log bucket has no access logging
# description: >-
#   The bucket that the trail delivers to, in its own account or another of the organization, has no server access logging. A bucket
#   that is not among the resources read is not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-7
# custom:
#   severity: low
#   resource_types:
#     - AWS::CloudTrail::Trail
#   risk: Nobody can tell who read or deleted log files when the logs themselves become part of an incident.
#   remediation:
#     console: S3 (account of the bucket) > Buckets > select the bucket > Properties > Server access logging > Edit > Enable, with another bucket as destination.
#     cli: "aws s3api put-bucket-logging --bucket BUCKET --bucket-logging-status '{\"LoggingEnabled\": {\"TargetBucket\": \"LOG_BUCKET\", \"TargetPrefix\": \"trail/\"}}'"
#     cloudformation: |
#       Type: AWS::S3::Bucket
#       Properties:
#         LoggingConfiguration:
#           DestinationBucketName: !Ref AccessLogBucket
#           LogFilePrefix: trail/
package aws.cloudtrail.trail_bucket_without_access_logging

name := input.properties.S3BucketName

buckets contains bucket if {
	some bucket in data.resources["AWS::S3::Bucket"]
	name in {bucket.id, object.get(bucket.properties, "BucketName", "")}
}

buckets contains bucket if some bucket in data.organization.identified["AWS::S3::Bucket"][name]

not_applicable if count(buckets) == 0

deny contains {"message": message, "path": "/S3BucketName"} if {
	some bucket in buckets
	not bucket.properties.LoggingConfiguration
	message := sprintf("the trail's bucket `%s` has no server access logging", [name])
}
