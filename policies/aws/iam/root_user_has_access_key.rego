# METADATA
# title: Root user has an access key
# description: The root user of the account has access keys.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
# custom:
#   severity: critical
#   resource_types:
#     - Innovate::IAM::RootUser
#   risk: The key gives everything in the account without MFA and without limits, and works from wherever it was copied to, until somebody deletes it.
#   remediation:
#     console: Sign in as the root user > account name > Security credentials > Access keys > Actions > Deactivate, then Delete.
#     cli: aws iam delete-access-key --access-key-id ACCESS_KEY with the root user's credentials
#     cloudformation: There is no property for it; CloudFormation can't make or delete keys of the root user.
package aws.iam.root_user_has_access_key

deny contains {"message": message, "path": "/AccessKeysPresent"} if {
	input.properties.AccessKeysPresent
	message := sprintf("the root user of account `%s` has an access key", [input.account])
}
