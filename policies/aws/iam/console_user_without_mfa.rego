# METADATA
# title: Console user has no MFA
# description: An IAM user has a console password and no MFA device. Users without a password are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html
# custom:
#   severity: high
#   resource_types:
#     - Innovate::IAM::UserCredentials
#   risk: A phished, guessed or reused password is enough to sign in as the user.
#   remediation:
#     console: IAM > Users > the user > Security credentials > Multi-factor authentication (MFA) > Assign MFA device.
#     cli: aws iam enable-mfa-device --user-name USER --serial-number DEVICE --authentication-code1 CODE --authentication-code2 NEXT_CODE
#     cloudformation: |
#       Type: AWS::IAM::VirtualMFADevice
#       Properties:
#         Users: [USER]
package aws.iam.console_user_without_mfa

not_applicable if not input.properties.PasswordEnabled

deny contains {"message": message, "path": "/MFADevices"} if {
	count(object.get(input.properties, "MFADevices", [])) == 0
	message := sprintf("user `%s` signs in to the console without MFA", [input.id])
}
