# METADATA
# title: CloudTrail log file validation is off
# description: CloudTrail writes no signed digest files for the trail. That is the default.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-4
# custom:
#   severity: medium
#   resource_types:
#     - AWS::CloudTrail::Trail
#   risk: Log files can be changed or deleted without anybody being able to tell, so the logs prove little after an incident.
#   remediation:
#     console: CloudTrail > Trails > select the trail > General details > Edit > Additional settings > Log file validation > Enabled.
#     cli: aws cloudtrail update-trail --name TRAIL --enable-log-file-validation
#     cloudformation: |
#       Type: AWS::CloudTrail::Trail
#       Properties:
#         EnableLogFileValidation: true
#         IsLogging: true
#         S3BucketName: !Ref LogBucket
package aws.cloudtrail.trail_log_validation_disabled

deny contains {"message": message, "path": "/EnableLogFileValidation"} if {
	not input.properties.EnableLogFileValidation
	message := sprintf("trail `%s` does not validate its log files", [input.id])
}
