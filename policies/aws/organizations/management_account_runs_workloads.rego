# METADATA
# title: Management account runs workloads
# description: EC2 instances, RDS databases, EKS clusters or load balancers run in a Region of the management account of the organization.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices_mgmt-acct.html
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::Account::Region
#   risk: Service control policies do not apply to the management account, so whoever breaks into a workload there is a step away from every account of the organization, with no guardrail in between.
#   remediation:
#     console: Move the workloads to a member account, which AWS Organizations > AWS accounts > Add an AWS account creates.
#     cli: aws organizations create-account --account-name workloads --email workloads@example.com
#     cloudformation: |
#       Type: AWS::Organizations::Account
#       Properties:
#         AccountName: workloads
#         Email: workloads@example.com
#         ParentIds: [ORGANIZATIONAL_UNIT]
package aws.organizations.management_account_runs_workloads

not_applicable if not data.account.management

deny contains denial("EC2 instances", ids) if {
	ids := [id |
		some id, instance in data.resources["AWS::EC2::Instance"]
		not gone(instance.properties.State)
	]
	count(ids) > 0
}

deny contains denial("DB instances", ids) if {
	ids := [id | some id, _ in data.resources["AWS::RDS::DBInstance"]]
	count(ids) > 0
}

deny contains denial("DB clusters", ids) if {
	ids := [id | some id, _ in data.resources["AWS::RDS::DBCluster"]]
	count(ids) > 0
}

deny contains denial("EKS clusters", ids) if {
	ids := [id | some id, _ in data.resources["AWS::EKS::Cluster"]]
	count(ids) > 0
}

deny contains denial("load balancers", ids) if {
	ids := [id | some id, _ in data.resources["AWS::ElasticLoadBalancingV2::LoadBalancer"]]
	count(ids) > 0
}

# A terminated instance stays visible for an hour.
gone(state) if state.Name in {"shutting-down", "terminated"}

denial(kind, ids) := {"message": message, "path": ""} if {
	quoted := [sprintf("`%s`", [id]) | some id in sort(ids)]
	message := sprintf("the management account has %s in `%s`: %s", [kind, input.properties.RegionName, concat(", ", quoted)])
}
