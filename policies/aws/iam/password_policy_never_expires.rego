# METADATA
# title: Passwords never expire
# description: The password policy of the account lets passwords stay valid without end, or for longer than allowed. An account without a policy of its own is judged by the default policy of AWS, which has no expiry.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
# custom:
#   severity: low
#   resource_types:
#     - Innovate::IAM::PasswordPolicy
#   risk: A password that leaked unnoticed opens the console for years.
#   remediation:
#     console: IAM > Account settings > Password policy > Edit > Custom > Turn on password expiration.
#     cli: aws iam update-account-password-policy --minimum-password-length 14 --require-symbols --require-numbers --require-uppercase-characters --require-lowercase-characters --max-password-age 90 --password-reuse-prevention 24 --allow-users-to-change-password
#     cloudformation: CloudFormation has no type for the password policy of an account; set it by console or CLI.
#   parameters:
#     max_days:
#       type: integer
#       minimum: 1
#       maximum: 1095
#       default: 90
#       description: For how many days a password may stay valid.
package aws.iam.password_policy_never_expires

expires if object.get(input.properties, "MaxPasswordAge", 0) > 0

deny contains {"message": "passwords never expire", "path": "/MaxPasswordAge"} if not expires

deny contains {"message": message, "path": "/MaxPasswordAge"} if {
	days := object.get(input.properties, "MaxPasswordAge", 0)
	days > data.parameters.max_days
	message := sprintf("passwords stay valid for %v days, more than %v", [days, data.parameters.max_days])
}
