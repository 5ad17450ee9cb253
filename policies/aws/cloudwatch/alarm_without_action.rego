# METADATA
# title: CloudWatch alarm has no action
# description: >-
#   The alarm's actions are switched off, or it has none for the state ALARM. Alarms that a composite alarm of the account and
#   Region watches are left out, since that one speaks for them.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-15
# custom:
#   severity: low
#   resource_types:
#     - AWS::CloudWatch::Alarm
#   risk: The alarm goes off and nobody learns of it.
#   remediation:
#     console: CloudWatch > All alarms > select the alarm > Actions > Edit > Configure actions > Alarm state trigger "In alarm"; for actions that are switched off, Actions > Alarm actions > Enable.
#     cli: aws cloudwatch put-metric-alarm --alarm-name ALARM --alarm-actions TOPIC_ARN (with the alarm's other settings); aws cloudwatch enable-alarm-actions --alarm-names ALARM
#     cloudformation: |
#       Type: AWS::CloudWatch::Alarm
#       Properties:
#         ActionsEnabled: true
#         AlarmActions:
#           - !Ref Topic
package aws.cloudwatch.alarm_without_action

not_applicable if {
	some composite in data.resources["AWS::CloudWatch::CompositeAlarm"]
	some part in split(composite.properties.AlarmRule, "(")
	is_this(trim(split(part, ")")[0], " \"'"))
}

is_this(name) if name == input.id

is_this(name) if name == input.properties.AlarmName

is_this(name) if endswith(name, sprintf(":alarm:%s", [input.id]))

deny contains {"message": message, "path": "/ActionsEnabled"} if {
	object.get(input.properties, "ActionsEnabled", true) == false
	message := sprintf("the actions of alarm `%s` are switched off", [input.id])
}

deny contains {"message": message, "path": "/AlarmActions"} if {
	count(object.get(input.properties, "AlarmActions", [])) == 0
	message := sprintf("alarm `%s` does nothing when it goes off", [input.id])
}
