# METADATA
# title: Federated role accepts any subject
# description: A role can be assumed with a token of an identity provider, and no condition says whose. OpenID Connect needs a condition on the subject (or on another claim that names the caller), SAML one on the audience. Wildcards that cover every subject, such as `*` or `repo:*`, count as none.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
#   - https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
# custom:
#   severity: critical
#   resource_types:
#     - AWS::IAM::Role
#   risk: Everyone whom the provider gives a token has the role's permissions, which for GitHub, GitLab and the like is everyone with an account there, and for EKS every pod.
#   remediation:
#     console: IAM > Roles > the role > Trust relationships > Edit trust policy, and add a condition on PROVIDER:sub.
#     cli: aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json
#     cloudformation: |
#       Type: AWS::IAM::Role
#       Properties:
#         AssumeRolePolicyDocument:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Allow
#               Action: sts:AssumeRoleWithWebIdentity
#               Principal: {Federated: "arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com"}
#               Condition:
#                 StringEquals:
#                   token.actions.githubusercontent.com:aud: sts.amazonaws.com
#                   token.actions.githubusercontent.com:sub: repo:ORGANIZATION/REPOSITORY:ref:refs/heads/main
package aws.iam.federated_role_without_subject_condition

import data.lib.iam
import data.lib.values

deny contains {"message": message, "path": "/AssumeRolePolicyDocument"} if {
	some statement in iam.statements(input.properties.AssumeRolePolicyDocument)
	some provider in values.as_array(statement.Principal.Federated)
	assumable(statement)
	not names_subject(statement)
	message := sprintf("role `%s` accepts any subject of `%s`", [input.id, provider])
}

# Everyone is also whoever has a token. Who needs none is the matter of aws.iam.role_trusts_everyone.
deny contains {"message": message, "path": "/AssumeRolePolicyDocument"} if {
	some statement in iam.statements(input.properties.AssumeRolePolicyDocument)
	iam.is_public(statement)
	assumable(statement)
	not iam.allows_action(statement, "sts:AssumeRole")
	not names_subject(statement)
	message := sprintf("role `%s` accepts any subject of any identity provider", [input.id])
}

assumable(statement) if iam.allows_action(statement, "sts:AssumeRoleWithWebIdentity")

assumable(statement) if iam.allows_action(statement, "sts:AssumeRoleWithSAML")

names_subject(statement) if {
	some condition in iam.conditions(statement)
	regex.match(`^(foranyvalue:)?string(equals|equalsignorecase|like)(ifexists)?$`, condition.operator)
	names_caller(condition.key)
	in_every_token(condition)
	every value in condition.values {
		not covers_everyone(condition, value)
		not audience_of_everyone(condition.key, value)
	}
}

# Claims are `<provider>:<claim>`; keys of AWS itself (aws:, sts:) say nothing of the token, and everyone has a branch
# `main` and an environment `production`.
names_caller(key) if {
	not regex.match(`^(aws|sts):`, key)
	not regex.match(`:(amr|iss|ref|ref_type|ref_path|ref_protected|base_ref|head_ref|environment|environment_protected|deployment_tier|event_name|pipeline_source|workflow|repository_visibility|project_visibility|runner_environment)$`, key)
}

# Of a claim that a token does not have IfExists asks nothing.
in_every_token(condition) if not endswith(condition.operator, "ifexists")

in_every_token(condition) if regex.match(`:(sub|aud)$`, condition.key)

# Before the first wildcard there has to be more than the labels that every subject starts with, and of a repository its
# whole owner: `repo:octo*` is also `repo:octopus/…`.
covers_everyone(condition, value) if {
	contains(condition.operator, "stringlike")
	some open in [
		`^((repository|repository_owner|organization|org|project|project_path|namespace_path|group|workspace|user):)*[*?]`,
		`^(repo|project_path):[^/]*[*?]`,
		`^organization:[^:]*[*?]`,
		`^system:(serviceaccount:)?[*?:]*$`,
	]
	regex.match(open, value)
}

covers_everyone(condition, value) if {
	contains(condition.operator, "stringlike")
	regex.match(`:(repository|repository_owner|job_workflow_ref|workflow_ref|project_path|namespace_path|ci_config_ref_uri)$`, condition.key)
	regex.match(`^[^/]*[*?]`, value)
}

# The wildcard is in the label already: `rep*`, `system:serviceaccount*`.
covers_everyone(condition, value) if {
	contains(condition.operator, "stringlike")
	iam.has_wildcard(value)
	start := regex.replace(value, `[*?](?s:.*)$`, "")
	some label in ["repo:", "project_path:", "organization:", "system:serviceaccount:"]
	startswith(label, start)
	start != label
}

# Who asks GitHub, GitLab, EKS and the like for a token chooses its audience.
audience_of_everyone(key, _) if {
	endswith(key, ":aud")
	regex.match(`github|gitlab|^oidc\.eks\.|app\.terraform\.io|buildkite|codefresh|scalr\.io|spacelift`, key)
}

audience_of_everyone(key, value) if {
	endswith(key, ":aud")
	value == "sts.amazonaws.com"
}
