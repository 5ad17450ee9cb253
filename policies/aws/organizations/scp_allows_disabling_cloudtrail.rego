# METADATA
# title: Account may disable CloudTrail
# description: The service control policies in effect for the account do not deny every action that stops or weakens a trail. The management account is not judged, as service control policies do not apply to it.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-security-best-practices.html
# custom:
#   severity: high
#   resource_types:
#     - Innovate::Organizations::EffectivePolicies
#   risk: Whoever takes over an administrator of the account first stops its trail or narrows its event selectors, and what follows leaves no record.
#   remediation:
#     console: AWS Organizations > Policies > Service control policies > Create policy that denies the actions, and attach it to the root.
#     cli: aws organizations attach-policy --policy-id POLICY --target-id ROOT
#     cloudformation: |
#       Type: AWS::Organizations::Policy
#       Properties:
#         Name: keep-the-trail
#         Type: SERVICE_CONTROL_POLICY
#         TargetIds: [ROOT]
#         Content:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Deny
#               Action:
#                 - cloudtrail:StopLogging
#                 - cloudtrail:DeleteTrail
#                 - cloudtrail:UpdateTrail
#                 - cloudtrail:PutEventSelectors
#               Resource: "*"
package aws.organizations.scp_allows_disabling_cloudtrail

import data.lib.scp

not_applicable if input.properties.AccountId == data.organization.management_account

actions := ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"]

allowed := [sprintf("`%s`", [action]) |
	some action in actions
	not scp.protects(input.properties.Levels, action, input.properties.AccountId)
]

deny contains {"message": message, "path": "/Levels"} if {
	count(allowed) > 0
	message := sprintf("no service control policy denies %s in account `%s`", [concat(", ", allowed), input.properties.AccountId])
}
