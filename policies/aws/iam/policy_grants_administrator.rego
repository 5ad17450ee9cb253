# METADATA
# title: Policy grants administrator access
# description: A customer managed or inline policy allows every action on every resource, or all but actions whose absence does not keep its holder from granting themselves the rest. Roles that AWS services, AWS Organizations or IAM Identity Center keep, and policies that serve as permissions boundary only, are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::IAM::ManagedPolicy
#     - AWS::IAM::Policy
#     - AWS::IAM::User
#     - AWS::IAM::Group
#     - AWS::IAM::Role
#     - AWS::IAM::UserPolicy
#     - AWS::IAM::GroupPolicy
#     - AWS::IAM::RolePolicy
#   risk: Whoever takes over a principal with the policy owns the account, and can read, change and delete everything in it.
#   remediation:
#     console: IAM > Policies > the policy > Permissions > Edit, and name the actions and resources that are needed; IAM > Access analyzer > Policy generation proposes them from the audit trail.
#     cli: aws iam create-policy-version --policy-arn POLICY --policy-document file://policy.json --set-as-default
#     cloudformation: |
#       Type: AWS::IAM::ManagedPolicy
#       Properties:
#         PolicyDocument:
#           Version: "2012-10-17"
#           Statement:
#             - {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::BUCKET/*"}
#   parameters:
#     exempt_roles:
#       type: array
#       items: {type: string}
#       default:
#         - AWSControlTowerExecution
#         - OrganizationAccountAccessRole
#         - stacksets-exec-*
#       description: Names of roles that AWS makes for administrators, whose inline policies are not judged; `*` and `?` are wildcards.
package aws.iam.policy_grants_administrator

import data.lib.iam
import data.lib.principals

not_applicable if principals.is_kept_by_service(input.properties.Path)

not_applicable if startswith(input.id, "arn:aws:iam::aws:policy/")

not_applicable if {
	input.type == "AWS::IAM::Role"
	some pattern in data.parameters.exempt_roles
	iam.match(pattern, object.get(input.properties, "RoleName", input.id))
}

not_applicable if {
	input.properties.PermissionsBoundaryUsageCount > 0
	input.properties.AttachmentCount == 0
}

deny contains {"message": message, "path": "/PolicyDocument"} if {
	iam.grants_administrator(input.properties.PolicyDocument)
	message := sprintf("policy `%s` allows every action on every resource", [input.id])
}

deny contains {"message": message, "path": sprintf("/Policies/%d/PolicyDocument", [i])} if {
	some i, policy in input.properties.Policies
	iam.grants_administrator(policy.PolicyDocument)
	message := sprintf("inline policy `%s` of `%s` allows every action on every resource", [policy.PolicyName, input.id])
}
