# METADATA
# title: Permission set grants administrator access
# description: A permission set of IAM Identity Center attaches AdministratorAccess, or a policy of its own that allows everything, without a permissions boundary that takes it back.
# related_resources:
#   - https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::SSO::PermissionSet
#   risk: Everybody who is assigned the permission set, and whoever takes over one of these people's sessions, owns every account that it is assigned in.
#   remediation:
#     console: IAM Identity Center > Permission sets > the permission set > Permissions > detach AdministratorAccess and attach the policies that the job needs.
#     cli: aws sso-admin detach-managed-policy-from-permission-set --instance-arn INSTANCE --permission-set-arn PERMISSION_SET --managed-policy-arn arn:aws:iam::aws:policy/AdministratorAccess
#     cloudformation: |
#       Type: AWS::SSO::PermissionSet
#       Properties:
#         ManagedPolicies:
#           - arn:aws:iam::aws:policy/PowerUserAccess
#   parameters:
#     exempt_names:
#       type: array
#       items: {type: string}
#       default: []
#       description: Names of permission sets that are meant for administrators; `*` and `?` are wildcards.
package aws.sso.permission_set_grants_administrator

import data.lib.iam

not_applicable if {
	some pattern in data.parameters.exempt_names
	iam.match(pattern, input.properties.Name)
}

bounded if {
	boundary := input.properties.PermissionsBoundary.ManagedPolicyArn
	boundary != ""
	not iam.is_administrator_policy(boundary)
}

bounded if {
	input.properties.PermissionsBoundary.CustomerManagedPolicyReference.Name
	count(accounts_with_everything(input.properties.PermissionsBoundary.CustomerManagedPolicyReference)) == 0
}

deny contains {"message": message, "path": sprintf("/ManagedPolicies/%d", [i])} if {
	not bounded
	some i, arn in input.properties.ManagedPolicies
	iam.is_administrator_policy(arn)
	message := sprintf("permission set `%s` attaches `%s`", [name, arn])
}

deny contains {"message": message, "path": "/InlinePolicy"} if {
	not bounded
	iam.grants_administrator(input.properties.InlinePolicy)
	message := sprintf("the inline policy of permission set `%s` allows every action on every resource", [name])
}

# A customer managed policy is referred to by its name, and is looked up in whatever account has it.
accounts_with_everything(reference) := {policy.account |
	some policy in data.organization.resources["AWS::IAM::ManagedPolicy"]
	policy.properties.ManagedPolicyName == reference.Name
	object.get(policy.properties, "Path", "/") == object.get(reference, "Path", "/")
	iam.grants_administrator(policy.properties.PolicyDocument)
}

deny contains {"message": message, "path": sprintf("/CustomerManagedPolicyReferences/%d", [i])} if {
	not bounded
	some i, reference in input.properties.CustomerManagedPolicyReferences
	accounts := accounts_with_everything(reference)
	count(accounts) > 0
	message := sprintf("permission set `%s` attaches `%s`, which allows every action in account `%s`", [name, reference.Name, sort(accounts)[0]])
}

name := object.get(input.properties, "Name", input.id)
