# METADATA
# title: CloudTrail trail is not encrypted with a KMS key
# description: The trail names no KMS key, so CloudTrail leaves its log files to the bucket's encryption instead of SSE-KMS with a key of yours.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-2
# custom:
#   severity: medium
#   resource_types:
#     - AWS::CloudTrail::Trail
#   risk: Whoever may read the bucket reads the logs. With a KMS key, its policy decides once more who may decrypt them.
#   remediation:
#     console: CloudTrail > Trails > select the trail > General details > Edit > Log file SSE-KMS encryption > Enabled.
#     cli: aws cloudtrail update-trail --name TRAIL --kms-key-id KEY_ARN
#     cloudformation: |
#       Type: AWS::CloudTrail::Trail
#       Properties:
#         KMSKeyId: !GetAtt Key.Arn
#         IsLogging: true
#         S3BucketName: !Ref LogBucket
package aws.cloudtrail.trail_not_encrypted_with_kms

deny contains {"message": message, "path": "/KMSKeyId"} if {
	object.get(input.properties, "KMSKeyId", "") == ""
	message := sprintf("trail `%s` does not encrypt its log files with a KMS key", [input.id])
}
