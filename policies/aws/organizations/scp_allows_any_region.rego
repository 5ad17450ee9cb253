# METADATA
# title: Account may use every Region
# description: No service control policy in effect for the account denies by aws:RequestedRegion, so that resources can be made in Regions that nobody uses. The management account is not judged, as service control policies do not apply to it.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
#   - https://docs.aws.amazon.com/controltower/latest/controlreference/region-deny.html
# custom:
#   severity: low
#   resource_types:
#     - Innovate::Organizations::EffectivePolicies
#   risk: Stolen credentials run instances in a Region that is not watched, and personal data comes to lie outside of the agreed jurisdictions.
#   remediation:
#     console: AWS Organizations > Policies > Service control policies > Create policy that denies by aws:RequestedRegion but for global services, and attach it. In AWS Control Tower, Landing zone settings > Region deny.
#     cli: aws organizations attach-policy --policy-id POLICY --target-id ROOT
#     cloudformation: |
#       Type: AWS::Organizations::Policy
#       Properties:
#         Name: regions
#         Type: SERVICE_CONTROL_POLICY
#         TargetIds: [ROOT]
#         Content:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Deny
#               NotAction: ["iam:*", "organizations:*", "route53:*", "cloudfront:*", "sts:*", "support:*"]
#               Resource: "*"
#               Condition:
#                 StringNotEquals:
#                   aws:RequestedRegion: [eu-west-1, eu-central-1]
package aws.organizations.scp_allows_any_region

import data.lib.iam
import data.lib.scp

not_applicable if input.properties.AccountId == data.organization.management_account

# A guard concerns compute at least: one for a single other service leaves the Regions open.
guarded if {
	some level in input.properties.Levels
	some policy in level.Policies
	some statement in iam.statements(policy.Content)
	iam.denies_action(statement, "ec2:RunInstances")
	scp.reaches(statement, "ec2")
	not scp.spares_path(statement, input.properties.Levels)
	conditions := iam.conditions(statement)
	count([condition | some condition in conditions; by_region(condition)]) > 0
	every condition in conditions {
		by_region_or_exception(condition)
	}
}

by_region(condition) if {
	condition.key == "aws:requestedregion"
	regex.match(`string(not)?(equals|equalsignorecase|like)(ifexists)?$`, condition.operator)
	count([pattern | some pattern in condition.values; iam.match(pattern, "zz-nowhere-0")]) == 0
}

by_region_or_exception(condition) if by_region(condition)

by_region_or_exception(condition) if scp.is_exception(condition, input.properties.AccountId)

deny contains {"message": message, "path": "/Levels"} if {
	not guarded
	message := sprintf("no service control policy limits the Regions of account `%s`", [input.properties.AccountId])
}
