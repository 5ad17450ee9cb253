# METADATA
# title: Root user has no MFA
# description: The root user of the account has no MFA device. A root user without password and access keys, as central root access in AWS Organizations leaves it, has no credentials to protect and is not judged.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_centralized-access.html
# custom:
#   severity: critical
#   resource_types:
#     - Innovate::IAM::RootUser
#   risk: Whoever gets at the password, or at the mailbox that resets it, owns the account and everything in it; no IAM policy limits the root user.
#   remediation:
#     console: Sign in as the root user > account name > Security credentials > Multi-factor authentication > Assign MFA device.
#     cli: aws iam enable-mfa-device with the root user's credentials, or for member accounts aws iam enable-organizations-root-credentials-management and then aws iam delete-login-profile in an sts assume-root session.
#     cloudformation: There is no property for it; the root user's MFA is set by hand, or its credentials are removed with central root access.
package aws.iam.root_user_without_mfa

not_applicable if {
	input.properties.PasswordEnabled == false
	input.properties.AccessKeysPresent == false
}

deny contains {"message": message, "path": "/MFAEnabled"} if {
	not input.properties.MFAEnabled
	message := sprintf("the root user of account `%s` has no MFA device", [input.account])
}
