# METADATA
# title: Organization has not all features enabled
# description: The organization shares billing only. Service control policies and trusted access of security services need all features.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::Organizations::Organization
#   risk: No guardrail can be put on the member accounts, so whoever is administrator in one of them can turn off logging and detection there.
#   remediation:
#     console: AWS Organizations > Settings > Begin process to enable all features. Invited accounts then have to accept.
#     cli: aws organizations enable-all-features
#     cloudformation: |
#       Type: AWS::Organizations::Organization
#       Properties:
#         FeatureSet: ALL
package aws.organizations.all_features_disabled

deny contains {"message": message, "path": "/FeatureSet"} if {
	input.properties.FeatureSet == "CONSOLIDATED_BILLING"
	message := sprintf("organization `%s` has only the features of consolidated billing", [input.id])
}
