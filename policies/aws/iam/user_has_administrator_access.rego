# METADATA
# title: User has administrator access
# description: An IAM user has AdministratorAccess or another policy that allows everything, by itself or through a group, and no permissions boundary that takes it back.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::IAM::User
#   risk: The long-lived password or access key of the user, once phished or leaked, gives the whole account.
#   remediation:
#     console: IAM Identity Center > AWS accounts > assign people a permission set in place of IAM users; IAM > Users > the user > Permissions > Remove.
#     cli: aws iam detach-user-policy --user-name USER --policy-arn arn:aws:iam::aws:policy/AdministratorAccess, or aws iam remove-user-from-group --user-name USER --group-name GROUP
#     cloudformation: |
#       Type: AWS::IAM::User
#       Properties:
#         Groups: [GROUP_WITHOUT_ADMINISTRATOR_ACCESS]
#   parameters:
#     exempt_users:
#       type: array
#       items: {type: string}
#       default: []
#       description: Names of users that are meant to be administrators, such as one to break the glass; `*` and `?` are wildcards.
package aws.iam.user_has_administrator_access

import data.lib.iam
import data.lib.principals

not_applicable if {
	some pattern in data.parameters.exempt_users
	iam.match(pattern, object.get(input.properties, "UserName", input.id))
}

deny contains {"message": message, "path": policy.path} if {
	not principals.is_bounded(input.properties.PermissionsBoundary)
	some policy in principals.user_policies(input)
	principals.is_administrator(policy)
	message := sprintf("%s%s makes user `%s` an administrator", [policy.name, through(policy.group), input.id])
}

through("") := ""

through(group) := sprintf(" of group `%s`", [group]) if group != ""
