# METADATA
# title: Role can be assumed by everyone
# description: The trust policy of a role lets any AWS principal assume it, with no condition that keeps it to known accounts, organizations, networks or sources. An external ID is no such condition, as whoever knows it gets in.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html
# custom:
#   severity: critical
#   resource_types:
#     - AWS::IAM::Role
#   risk: Anyone with an AWS account of their own who knows or guesses the name of the role has its permissions.
#   remediation:
#     console: IAM > Roles > the role > Trust relationships > Edit trust policy, and name the accounts or roles that assume it.
#     cli: aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json
#     cloudformation: |
#       Type: AWS::IAM::Role
#       Properties:
#         AssumeRolePolicyDocument:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Allow
#               Action: sts:AssumeRole
#               Principal: {AWS: "arn:aws:iam::ACCOUNT:role/CALLER"}
package aws.iam.role_trusts_everyone

import data.lib.iam

trust := iam.statements(input.properties.AssumeRolePolicyDocument)

guarded if {
	some statement in trust
	iam.denies_outsiders(statement, "sts:AssumeRole")
}

deny contains {"message": message, "path": "/AssumeRolePolicyDocument"} if {
	not guarded
	some statement in trust
	iam.is_public(statement)
	iam.allows_action(statement, "sts:AssumeRole")
	message := sprintf("role `%s` can be assumed from every AWS account", [input.id])
}
