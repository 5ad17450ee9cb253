# METADATA
# title: AWS Config does not record
# description: A Region has no configuration recorder of AWS Config that is recording. Recorders that a service keeps for itself (AWSConfigurationRecorderFor…) do not count, as they record for that service alone.
# related_resources:
#   - https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::Account::Region
#   risk: After an incident nobody can tell what was changed when, and the rules and Security Hub controls that build on the recorder see nothing.
#   remediation:
#     console: AWS Config > Settings > Recorder > Set up or Start recording, in the Region.
#     cli: aws configservice start-configuration-recorder --configuration-recorder-name default --region REGION
#     cloudformation: |
#       Type: AWS::Config::ConfigurationRecorder
#       Properties:
#         RoleARN: ROLE
#         RecordingGroup:
#           AllSupported: true
package aws.account.config_recorder_disabled

import data.lib.values

region := input.properties.RegionName

recorders contains name if {
	some name, _ in data.resources["AWS::Config::ConfigurationRecorder"]
	not startswith(name, "AWSConfigurationRecorderFor")
}

recording if {
	some name in recorders
	values.is_true(data.resources["Innovate::Config::RecorderStatus"][name].properties.Recording)
}

deny contains {"message": message, "path": ""} if {
	count(recorders) == 0
	message := sprintf("`%s` has no configuration recorder", [region])
}

deny contains {"message": message, "path": ""} if {
	count(recorders) > 0
	not recording
	message := sprintf("the configuration recorder `%s` of `%s` is not recording", [sort(recorders)[0], region])
}
