# METADATA
# title: Policy is attached to a user directly
# description: An IAM user has a managed or an inline policy of its own, in place of those of a group or a role.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::IAM::User
#     - AWS::IAM::UserPolicy
#     - AWS::IAM::Policy
#     - AWS::IAM::ManagedPolicy
#   risk: Permissions of single users are missed when a person changes jobs or a group's permissions are reviewed, so they pile up.
#   remediation:
#     console: IAM > Users > the user > Permissions > Remove the policy, and Groups > Add user to groups.
#     cli: aws iam detach-user-policy --user-name USER --policy-arn POLICY, or aws iam delete-user-policy --user-name USER --policy-name POLICY, and aws iam add-user-to-group --user-name USER --group-name GROUP
#     cloudformation: |
#       Type: AWS::IAM::Group
#       Properties:
#         ManagedPolicyArns: [POLICY]
#   parameters:
#     allowed_policies:
#       type: array
#       items: {type: string}
#       default: []
#       description: ARNs of managed policies that users may have directly, such as `arn:aws:iam::aws:policy/IAMUserChangePassword`; `*` and `?` are wildcards.
package aws.iam.policy_attached_to_user

import data.lib.iam

allowed(arn) if {
	some pattern in data.parameters.allowed_policies
	iam.match(pattern, arn)
}

deny contains {"message": message, "path": sprintf("/ManagedPolicyArns/%d", [i])} if {
	input.type == "AWS::IAM::User"
	some i, arn in input.properties.ManagedPolicyArns
	not allowed(arn)
	message := sprintf("managed policy `%s` is attached to user `%s`", [arn, input.id])
}

deny contains {"message": message, "path": sprintf("/Policies/%d", [i])} if {
	input.type == "AWS::IAM::User"
	some i, policy in input.properties.Policies
	message := sprintf("user `%s` has the inline policy `%s`", [input.id, policy.PolicyName])
}

deny contains {"message": message, "path": "/UserName"} if {
	input.type == "AWS::IAM::UserPolicy"
	message := sprintf("`%s` is an inline policy of user `%s`", [input.id, input.properties.UserName])
}

deny contains {"message": message, "path": sprintf("/Users/%d", [i])} if {
	input.type in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}
	some i, user in input.properties.Users
	not allowed(input.id)
	not shown_by_user(user)
	message := sprintf("policy `%s` is attached to user `%s`", [input.id, user])
}

# A live user has its managed policies in its own properties, and is denied there.
shown_by_user(user) if input.id in data.resources["AWS::IAM::User"][user].properties.ManagedPolicyArns
