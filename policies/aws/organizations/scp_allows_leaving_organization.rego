# METADATA
# title: Account may leave the organization
# description: No service control policy in effect for the account denies organizations:LeaveOrganization to its principals. The management account is not judged, as service control policies do not apply to it and it can't leave.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
# custom:
#   severity: high
#   resource_types:
#     - Innovate::Organizations::EffectivePolicies
#   risk: An administrator of the account can take it out of the organization, and with it out of every guardrail, the central audit trail and the delegated security services.
#   remediation:
#     console: AWS Organizations > Policies > Service control policies > Create policy that denies organizations:LeaveOrganization, and attach it to the root.
#     cli: aws organizations attach-policy --policy-id POLICY --target-id ROOT
#     cloudformation: |
#       Type: AWS::Organizations::Policy
#       Properties:
#         Name: stay
#         Type: SERVICE_CONTROL_POLICY
#         TargetIds: [ROOT]
#         Content:
#           Version: "2012-10-17"
#           Statement:
#             - {Effect: Deny, Action: "organizations:LeaveOrganization", Resource: "*"}
package aws.organizations.scp_allows_leaving_organization

import data.lib.scp

not_applicable if input.properties.AccountId == data.organization.management_account

protected if scp.protects(input.properties.Levels, "organizations:LeaveOrganization", input.properties.AccountId)

deny contains {"message": message, "path": "/Levels"} if {
	not protected
	message := sprintf("no service control policy keeps account `%s` from leaving the organization", [input.properties.AccountId])
}
