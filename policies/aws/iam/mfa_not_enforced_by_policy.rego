# METADATA
# title: No policy requires MFA of the user
# description: None of the policies of an IAM user with a console password, its own or those of its groups, denies what is done without MFA. Users without a password are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::IAM::User
#   risk: A user who has no MFA device, or removes it, keeps every permission, so a stolen password is enough.
#   remediation:
#     console: IAM > User groups > a group of all users > Permissions > Create inline policy that denies everything but the set-up of MFA where aws:MultiFactorAuthPresent is false.
#     cli: aws iam put-group-policy --group-name GROUP --policy-name require-mfa --policy-document file://require-mfa.json
#     cloudformation: |
#       Type: AWS::IAM::Group
#       Properties:
#         Policies:
#           - PolicyName: require-mfa
#             PolicyDocument:
#               Version: "2012-10-17"
#               Statement:
#                 - Effect: Deny
#                   NotAction: ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ChangePassword", "sts:GetSessionToken"]
#                   Resource: "*"
#                   Condition:
#                     BoolIfExists:
#                       aws:MultiFactorAuthPresent: "false"
package aws.iam.mfa_not_enforced_by_policy

import data.lib.iam
import data.lib.principals

not_applicable if not principals.has_console_password(input)

enforced if {
	some policy in principals.user_policies(input)
	some statement in iam.statements(policy.document)
	denies_broadly(statement)
	conditions := iam.conditions(statement)
	count([condition | some condition in conditions; without_mfa(condition)]) > 0

	# A further condition leaves some requests without MFA.
	every condition in conditions {
		without_mfa_or_by_service(condition)
	}
}

without_mfa_or_by_service(condition) if without_mfa(condition)

# The forwarded requests of a service follow one that was denied already.
without_mfa_or_by_service(condition) if {
	condition.operator in {"bool", "boolifexists"}
	condition.key == "aws:viaawsservice"
	condition.values == ["false"]
}

# A Deny of a few actions protects these, not the user.
denies_broadly(statement) if {
	every action in ["ec2:RunInstances", "s3:GetObject", "iam:CreateAccessKey"] {
		iam.denies_action(statement, action)
	}
	"*" in iam.resources(statement)
}

without_mfa(condition) if {
	condition.operator in {"bool", "boolifexists"}
	condition.key == "aws:multifactorauthpresent"
	condition.values == ["false"]
}

# aws:MultiFactorAuthPresent is there in every console session, with or without MFA.
without_mfa(condition) if {
	condition.operator == "null"
	condition.key == "aws:multifactorauthage"
	condition.values == ["true"]
}

without_mfa(condition) if {
	condition.operator in {"numericgreaterthanifexists", "numericgreaterthanequalsifexists"}
	condition.key == "aws:multifactorauthage"
}

deny contains {"message": message, "path": ""} if {
	not enforced
	message := sprintf("no policy requires MFA of user `%s`", [input.id])
}
