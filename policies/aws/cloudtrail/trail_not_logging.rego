# METADATA
# title: CloudTrail trail is not logging
# description: The trail exists, but logging is stopped.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-turning-off-logging.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-3
# custom:
#   severity: high
#   resource_types:
#     - AWS::CloudTrail::Trail
#   risk: To stop the trail is among the first things an intruder does. Until somebody notices, no activity is recorded.
#   remediation:
#     console: CloudTrail > Trails > select the trail > Start logging; find out from the event history who called StopLogging.
#     cli: aws cloudtrail start-logging --name TRAIL
#     cloudformation: |
#       Type: AWS::CloudTrail::Trail
#       Properties:
#         IsLogging: true
#         S3BucketName: !Ref LogBucket
package aws.cloudtrail.trail_not_logging

deny contains {"message": message, "path": "/IsLogging"} if {
	not input.properties.IsLogging
	message := sprintf("trail `%s` is not logging", [input.id])
}
