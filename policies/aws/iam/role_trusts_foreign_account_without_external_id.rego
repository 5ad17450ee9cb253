# METADATA
# title: Role trusts a foreign account without an external ID
# description: A role can be assumed from an account outside of the organization, and its trust policy asks for no external ID. Accounts of the organization, the role's own account and accounts that are declared trusted are not foreign.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::IAM::Role
#   risk: Another customer of the same vendor gives it the ARN of this role, and the vendor works in this account for them (the confused deputy).
#   remediation:
#     console: IAM > Roles > the role > Trust relationships > Edit trust policy, and add a condition on sts:ExternalId with the value that the vendor gives out.
#     cli: aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json
#     cloudformation: |
#       Type: AWS::IAM::Role
#       Properties:
#         AssumeRolePolicyDocument:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Allow
#               Action: sts:AssumeRole
#               Principal: {AWS: "arn:aws:iam::VENDOR_ACCOUNT:root"}
#               Condition:
#                 StringEquals:
#                   sts:ExternalId: EXTERNAL_ID
#   parameters:
#     trusted_accounts:
#       type: array
#       items: {type: string, pattern: "^[0-9]{12}$"}
#       default: []
#       description: Accounts outside of the organization that are one's own all the same.
package aws.iam.role_trusts_foreign_account_without_external_id

import data.lib.iam

known contains input.account

known contains account if some account in data.parameters.trusted_accounts

known contains account if some account, _ in data.organization.accounts

foreign contains account if {
	some statement in iam.statements(input.properties.AssumeRolePolicyDocument)
	iam.allows_action(statement, "sts:AssumeRole")
	not asks_for_external_id(statement)
	not stays_in_organization(statement)
	some account in iam.principal_accounts(statement) | accounts_of_conditions(statement)

	# Asked last: who trusts no account, as of a service, need not know the organization.
	not account in known
}

# Everyone, kept by a condition to some accounts, is these.
accounts_of_conditions(statement) := {account |
	iam.everyone(statement)
	some condition in iam.conditions(statement)
	condition.operator in {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"}
	condition.key in {"aws:principalaccount", "aws:principalarn"}
	some value in condition.values
	some account in regex.find_n(`^[0-9]{12}$`, account_part(value), 1)
}

account_part(value) := value if not startswith(value, "arn:")

account_part(value) := split(value, ":")[4] if startswith(value, "arn:")

asks_for_external_id(statement) if {
	some condition in iam.conditions(statement)
	condition.key == "sts:externalid"
	condition.operator in {"stringequals", "stringequalsignorecase", "stringlike"}
	every value in condition.values {
		not regex.match(`^[*?]*$`, value)
	}
}

# An account that has left the organization since may still be named.
stays_in_organization(statement) if {
	some condition in iam.conditions(statement)
	condition.key == "aws:principalorgid"
	condition.operator in {"stringequals", "stringlike"}
	condition.values == [data.organization.id]
}

deny contains {"message": message, "path": "/AssumeRolePolicyDocument"} if {
	some account in foreign
	message := sprintf("role `%s` trusts the foreign account `%s` without an external ID", [input.id, account])
}
