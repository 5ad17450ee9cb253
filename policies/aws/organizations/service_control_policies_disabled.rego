# METADATA
# title: Service control policies are not enabled
# description: The root of the organization does not have the policy type SERVICE_CONTROL_POLICY enabled. A type that is being enabled or disabled is not in force.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_enable-disable.html
# custom:
#   severity: high
#   resource_types:
#     - Innovate::Organizations::Root
#   risk: Nothing limits what the administrators of the member accounts can do, so one stolen administrator session can remove the logging, detection and backups of its account.
#   remediation:
#     console: AWS Organizations > Policies > Service control policies > Enable service control policies.
#     cli: aws organizations enable-policy-type --root-id ROOT --policy-type SERVICE_CONTROL_POLICY
#     cloudformation: There is no property for it; enable the policy type once by console or CLI, then keep the policies themselves as AWS::Organizations::Policy.
package aws.organizations.service_control_policies_disabled

enabled if {
	some kind in input.properties.PolicyTypes
	kind.Type == "SERVICE_CONTROL_POLICY"
	kind.Status == "ENABLED"
}

deny contains {"message": message, "path": "/PolicyTypes"} if {
	not enabled
	message := sprintf("root `%s` does not have service control policies enabled", [input.id])
}
