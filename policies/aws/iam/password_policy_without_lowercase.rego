# METADATA
# title: Password policy does not require lowercase letters
# description: The password policy of the account does not require a lowercase letter. An account without a policy of its own is judged by the default policy of AWS, which asks for three of four kinds of characters, none of them in particular.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
# custom:
#   severity: low
#   resource_types:
#     - Innovate::IAM::PasswordPolicy
#   risk: Passwords of fewer kinds of characters, without lowercase letters, are guessed sooner.
#   remediation:
#     console: IAM > Account settings > Password policy > Edit > Custom > Require at least one lowercase letter.
#     cli: aws iam update-account-password-policy --minimum-password-length 14 --require-symbols --require-numbers --require-uppercase-characters --require-lowercase-characters --max-password-age 90 --password-reuse-prevention 24 --allow-users-to-change-password
#     cloudformation: CloudFormation has no type for the password policy of an account; set it by console or CLI.
package aws.iam.password_policy_without_lowercase

required if input.properties.RequireLowercaseCharacters

deny contains {"message": "passwords need no lowercase letters", "path": "/RequireLowercaseCharacters"} if not required
