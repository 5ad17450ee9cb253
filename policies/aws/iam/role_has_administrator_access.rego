# METADATA
# title: Role has administrator access
# description: A role has AdministratorAccess or another policy that allows everything, and no permissions boundary that takes it back. Service-linked roles are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::IAM::Role
#   risk: Whoever gets into a workload or pipeline with the role, or may assume or pass it, owns the account.
#   remediation:
#     console: IAM > Roles > the role > Permissions > Remove AdministratorAccess and add policies of what it uses, which the tab Last Accessed shows.
#     cli: aws iam detach-role-policy --role-name ROLE --policy-arn arn:aws:iam::aws:policy/AdministratorAccess
#     cloudformation: |
#       Type: AWS::IAM::Role
#       Properties:
#         ManagedPolicyArns:
#           - arn:aws:iam::aws:policy/ReadOnlyAccess
#   parameters:
#     exempt_roles:
#       type: array
#       items: {type: string}
#       default:
#         - AWSReservedSSO_*
#         - AWSControlTowerExecution
#         - OrganizationAccountAccessRole
#         - stacksets-exec-*
#       description: Names of roles that are meant for administrators; `*` and `?` are wildcards. Roles of IAM Identity Center are judged by their permission sets.
package aws.iam.role_has_administrator_access

import data.lib.iam
import data.lib.principals

not_applicable if startswith(input.properties.Path, "/aws-service-role/")

not_applicable if {
	some pattern in data.parameters.exempt_roles
	iam.match(pattern, object.get(input.properties, "RoleName", input.id))
}

deny contains {"message": message, "path": policy.path} if {
	not principals.is_bounded(input.properties.PermissionsBoundary)
	some policy in principals.role_policies(input)
	principals.is_administrator(policy)
	message := sprintf("%s makes role `%s` an administrator", [policy.name, input.id])
}
