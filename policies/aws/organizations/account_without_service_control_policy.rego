# METADATA
# title: No service control policy restricts the account
# description: On the way from the root to the account only FullAWSAccess, or policies that allow everything as it does, are attached. The management account is not judged, as service control policies do not apply to it.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::Organizations::EffectivePolicies
#   risk: An administrator of the account, or whoever steals such a session, can turn off its audit trail, leave the organization and work in Regions that nobody watches.
#   remediation:
#     console: AWS Organizations > Policies > Service control policies > Create policy, then attach it to the organizational unit of the account.
#     cli: aws organizations attach-policy --policy-id POLICY --target-id ACCOUNT_OR_UNIT
#     cloudformation: |
#       Type: AWS::Organizations::Policy
#       Properties:
#         Name: baseline
#         Type: SERVICE_CONTROL_POLICY
#         TargetIds: [ORGANIZATIONAL_UNIT]
#         Content:
#           Version: "2012-10-17"
#           Statement:
#             - {Effect: Deny, Action: "organizations:LeaveOrganization", Resource: "*"}
package aws.organizations.account_without_service_control_policy

import data.lib.iam
import data.lib.values

not_applicable if input.properties.AccountId == data.organization.management_account

restricted if {
	some level in input.properties.Levels
	some policy in level.Policies
	not policy.AwsManaged
	restricts(policy.Content)
}

# An Allow of less than everything restricts only where nothing else at its level allows the rest.
restricts(content) if {
	some statement in iam.statements(content)
	statement.Effect == "Deny"
}

restricted if {
	some level in input.properties.Levels
	count(level.Policies) > 0
	count([statement |
		some policy in level.Policies
		some statement in iam.statements(policy.Content)
		statement.Effect == "Allow"
		some pattern in values.as_array(statement.Action)
		pattern in {"*", "*:*"}
	]) == 0
}

deny contains {"message": message, "path": "/Levels"} if {
	not restricted
	message := sprintf("no service control policy restricts account `%s`", [input.properties.AccountId])
}
