# METADATA
# title: CloudWatch alarm has no action
# description: >-
#   The alarm's actions are switched off, or it has none for the state ALARM. Alarms that a composite alarm of the account and
#   Region watches are left out where that one has an action, since it speaks for them.
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
	speaks(composite)
	some name in watched(composite)
	is_this(name)
}

watched(composite) := {trim(split(part, ")")[0], " \"'") | some part in split(composite.properties.AlarmRule, "(")}

# A composite alarm has an action, or another one with an action watches it in its turn.
speaks(composite) if acts(composite)

speaks(composite) if {
	some above in data.resources["AWS::CloudWatch::CompositeAlarm"]
	acts(above)
	some name in watched(above)
	regex.replace(name, `^arn:.*:alarm:`, "") == composite.id
}

acts(composite) if {
	object.get(composite.properties, "ActionsEnabled", true) != false
	count(object.get(composite.properties, "AlarmActions", [])) > 0
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
