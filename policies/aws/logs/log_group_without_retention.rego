# METADATA
# title: CloudWatch log group has no suitable retention
# description: >-
#   The log group keeps its events for ever, as it does without RetentionInDays, or for fewer days than the parameter asks
#   for. Groups of the class DELIVERY are left out, for CloudWatch fixes their retention.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html#SettingLogRetention
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-16
# custom:
#   severity: low
#   resource_types:
#     - AWS::Logs::LogGroup
#   risk: Logs that never expire cost ever more and keep personal data past its time; logs that expire early are missing when an incident comes to light.
#   remediation:
#     console: CloudWatch > Log groups > select the group > Actions > Edit retention setting(s).
#     cli: aws logs put-retention-policy --log-group-name LOG_GROUP --retention-in-days 365
#     cloudformation: |
#       Type: AWS::Logs::LogGroup
#       Properties:
#         RetentionInDays: 365
#   parameters:
#     minimum_days:
#       type: integer
#       minimum: 1
#       default: 90
#       description: The shortest retention, in days, that passes.
package aws.logs.log_group_without_retention

not_applicable if input.properties.LogGroupClass == "DELIVERY"

deny contains {"message": message, "path": "/RetentionInDays"} if {
	not input.properties.RetentionInDays
	message := sprintf("log group `%s` keeps its events for ever", [input.id])
}

deny contains {"message": message, "path": "/RetentionInDays"} if {
	input.properties.RetentionInDays < data.parameters.minimum_days
	message := sprintf("log group `%s` keeps its events for %d days, which is less than %d", [input.id, input.properties.RetentionInDays, data.parameters.minimum_days])
}
