# METADATA
# title: Permission set session is too long
# description: Sessions of a permission set of IAM Identity Center last longer than allowed. Without a SessionDuration they last one hour. A permission set with AdministratorAccess has a limit of its own.
# related_resources:
#   - https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::SSO::PermissionSet
#   risk: Credentials that are copied from a laptop or a browser stay usable until the session ends, even after the person has signed out.
#   remediation:
#     console: IAM Identity Center > Permission sets > the permission set > General settings > Edit > Session duration.
#     cli: aws sso-admin update-permission-set --instance-arn INSTANCE --permission-set-arn PERMISSION_SET --session-duration PT4H
#     cloudformation: |
#       Type: AWS::SSO::PermissionSet
#       Properties:
#         SessionDuration: PT4H
#   parameters:
#     max_hours:
#       type: number
#       exclusiveMinimum: 0
#       maximum: 12
#       default: 8
#       description: How many hours a session may last.
#     administrator_max_hours:
#       type: number
#       exclusiveMinimum: 0
#       maximum: 12
#       default: 4
#       description: How many hours a session with AdministratorAccess may last, where that is less.
package aws.sso.permission_set_session_too_long

import data.lib.iam

duration := object.get(input.properties, "SessionDuration", "PT1H")

hours := ((24 * amount("^[^T]*", "D")) + amount("T.*$", "H")) + ((amount("T.*$", "M") / 60) + (amount("T.*$", "S") / 3600))

# The number before a unit in a part of the ISO 8601 duration: minutes are the M after the T.
amount(part, unit) := sum([to_number(trim_suffix(found, unit)) |
	some text in regex.find_n(part, duration, 1)
	some found in regex.find_n(sprintf(`[0-9.]+%s`, [unit]), text, 1)
])

administrator if {
	some arn in input.properties.ManagedPolicies
	iam.is_administrator_policy(arn)
}

administrator if iam.grants_administrator(input.properties.InlinePolicy)

limits contains data.parameters.max_hours

limits contains data.parameters.administrator_max_hours if administrator

deny contains {"message": message, "path": "/SessionDuration"} if {
	hours > min(limits)
	message := sprintf(
		"sessions of permission set `%s` last `%s`, more than %v hours",
		[object.get(input.properties, "Name", input.id), duration, min(limits)],
	)
}
