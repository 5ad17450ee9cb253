# METADATA
# title: CloudTrail trail does not deliver to CloudWatch Logs
# description: The trail names no log group, so its events come only to S3.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-5
# custom:
#   severity: low
#   resource_types:
#     - AWS::CloudTrail::Trail
#   risk: Metric filters and alarms see nothing of the trail, and a suspicious call is noticed only when somebody searches the bucket.
#   remediation:
#     console: CloudTrail > Trails > select the trail > CloudWatch Logs > Edit > Enabled.
#     cli: aws cloudtrail update-trail --name TRAIL --cloud-watch-logs-log-group-arn LOG_GROUP_ARN --cloud-watch-logs-role-arn ROLE_ARN
#     cloudformation: |
#       Type: AWS::CloudTrail::Trail
#       Properties:
#         CloudWatchLogsLogGroupArn: !GetAtt LogGroup.Arn
#         CloudWatchLogsRoleArn: !GetAtt Role.Arn
#         IsLogging: true
#         S3BucketName: !Ref LogBucket
package aws.cloudtrail.trail_without_cloudwatch_logs

deny contains {"message": message, "path": "/CloudWatchLogsLogGroupArn"} if {
	object.get(input.properties, "CloudWatchLogsLogGroupArn", "") == ""
	message := sprintf("trail `%s` does not deliver to CloudWatch Logs", [input.id])
}
