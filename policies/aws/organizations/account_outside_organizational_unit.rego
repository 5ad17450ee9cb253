# METADATA
# title: Account is in no organizational unit
# description: A member account lies directly under the root of the organization. The management account is not judged, as it is kept there by convention and no service control policy applies to it; suspended and closed accounts are not either.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_ous_best_practices.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::Organizations::Account
#   risk: Guardrails, baselines and stack sets that are attached to organizational units miss the account, and nobody notices that it goes without them.
#   remediation:
#     console: AWS Organizations > AWS accounts > select the account > Actions > Move, and choose the organizational unit.
#     cli: aws organizations move-account --account-id ACCOUNT --source-parent-id ROOT --destination-parent-id ORGANIZATIONAL_UNIT
#     cloudformation: |
#       Type: AWS::Organizations::Account
#       Properties:
#         ParentIds: [ORGANIZATIONAL_UNIT]
package aws.organizations.account_outside_organizational_unit

not_applicable if input.properties.AccountId == data.organization.management_account

not_applicable if input.properties.Status in {"SUSPENDED", "PENDING_CLOSURE"}

not_applicable if input.properties.State in {"SUSPENDED", "PENDING_CLOSURE", "CLOSED"}

parents := object.get(input.properties, "ParentIds", [])

under_root if count(parents) == 0

under_root if {
	some parent in parents
	startswith(parent, "r-")
}

# In a template the parent may be the RootId of the organization.
under_root if {
	some parent in parents
	data.resources["AWS::Organizations::Organization"][parent]
}

deny contains {"message": message, "path": "/ParentIds"} if {
	under_root
	message := sprintf("account `%s` lies directly under the root", [input.id])
}
