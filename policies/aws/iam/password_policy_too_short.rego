# METADATA
# title: Password policy allows short passwords
# description: The password policy of the account allows passwords of fewer characters than required. An account without a policy of its own is judged by the default policy of AWS, which takes eight.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::IAM::PasswordPolicy
#   risk: Short passwords are guessed, or found from a leaked hash, within the reach of rented hardware.
#   remediation:
#     console: IAM > Account settings > Password policy > Edit > Custom > Password minimum length.
#     cli: aws iam update-account-password-policy --minimum-password-length 14 --require-symbols --require-numbers --require-uppercase-characters --require-lowercase-characters --max-password-age 90 --password-reuse-prevention 24 --allow-users-to-change-password
#     cloudformation: CloudFormation has no type for the password policy of an account; set it by console or CLI.
#   parameters:
#     minimum_length:
#       type: integer
#       minimum: 6
#       maximum: 128
#       default: 14
#       description: How many characters a password has at least.
package aws.iam.password_policy_too_short

# AWS's own default policy asks for 8; a policy that sets no length asks for 6.
default_length := 6 if input.properties.Configured

default_length := 8 if not input.properties.Configured

deny contains {"message": message, "path": "/MinimumPasswordLength"} if {
	length := object.get(input.properties, "MinimumPasswordLength", default_length)
	length < data.parameters.minimum_length
	message := sprintf("passwords may have %v characters, fewer than %v", [length, data.parameters.minimum_length])
}
