# METADATA
# title: GuardDuty is not enabled
# description: A Region has no GuardDuty detector, or one that is suspended.
# related_resources:
#   - https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html
#   - https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_suspend-disable.html
# custom:
#   severity: high
#   resource_types:
#     - Innovate::Account::Region
#   risk: Stolen credentials, mining and traffic to known command servers in the Region raise no alarm, and attackers choose Regions that nobody uses for this reason.
#   remediation:
#     console: GuardDuty > Get started > Enable GuardDuty in the Region, or for the organization GuardDuty > Accounts > Auto-enable in the delegated administrator account.
#     cli: aws guardduty create-detector --enable --region REGION
#     cloudformation: |
#       Type: AWS::GuardDuty::Detector
#       Properties:
#         Enable: true
package aws.account.guardduty_disabled

import data.lib.values

region := input.properties.RegionName

detectors := data.resources["AWS::GuardDuty::Detector"]

enabled if {
	some detector in detectors
	values.is_true(detector.properties.Enable)
}

deny contains {"message": message, "path": ""} if {
	count(detectors) == 0
	message := sprintf("`%s` has no GuardDuty detector", [region])
}

deny contains {"message": message, "path": ""} if {
	some id, _ in detectors
	not enabled
	message := sprintf("the GuardDuty detector `%s` of `%s` is suspended", [id, region])
}
