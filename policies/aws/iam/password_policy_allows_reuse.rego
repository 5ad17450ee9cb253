# METADATA
# title: Password policy allows old passwords again
# description: The password policy of the account remembers fewer old passwords than required. An account without a policy of its own is judged by the default policy of AWS, which remembers none.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
# custom:
#   severity: low
#   resource_types:
#     - Innovate::IAM::PasswordPolicy
#   risk: A password that leaked once comes back into use after a change or two, and whoever has the leak tries it.
#   remediation:
#     console: IAM > Account settings > Password policy > Edit > Custom > Prevent password reuse.
#     cli: aws iam update-account-password-policy --minimum-password-length 14 --require-symbols --require-numbers --require-uppercase-characters --require-lowercase-characters --max-password-age 90 --password-reuse-prevention 24 --allow-users-to-change-password
#     cloudformation: CloudFormation has no type for the password policy of an account; set it by console or CLI.
#   parameters:
#     remembered_passwords:
#       type: integer
#       minimum: 1
#       maximum: 24
#       default: 24
#       description: How many old passwords are refused at least.
package aws.iam.password_policy_allows_reuse

remembered := object.get(input.properties, "PasswordReusePrevention", 0)

deny contains {"message": message, "path": "/PasswordReusePrevention"} if {
	remembered < data.parameters.remembered_passwords
	message := sprintf("%v old passwords are refused, fewer than %v", [remembered, data.parameters.remembered_passwords])
}
