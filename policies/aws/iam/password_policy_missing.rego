# METADATA
# title: Account has no password policy
# description: The account has set no password policy for its IAM users, so that the default policy of AWS applies, with eight characters of three of four kinds, no expiry and no memory of old passwords.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::IAM::PasswordPolicy
#   risk: Users choose short passwords and keep or reuse them for years, and a password that leaked elsewhere opens the console.
#   remediation:
#     console: IAM > Account settings > Password policy > Edit > Custom.
#     cli: aws iam update-account-password-policy --minimum-password-length 14 --require-symbols --require-numbers --require-uppercase-characters --require-lowercase-characters --max-password-age 90 --password-reuse-prevention 24 --allow-users-to-change-password
#     cloudformation: CloudFormation has no type for the password policy of an account; set it by console or CLI.
package aws.iam.password_policy_missing

deny contains {"message": message, "path": "/Configured"} if {
	not input.properties.Configured
	message := sprintf("account `%s` has no password policy", [input.id])
}
