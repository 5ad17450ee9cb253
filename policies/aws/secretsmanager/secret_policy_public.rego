# METADATA
# title: Secret's resource policy is public
# description: A statement of the secret's resource policy allows everyone in, without a condition that names the callers.
# related_resources:
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
#   - https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
# custom:
#   severity: critical
#   resource_types:
#     - AWS::SecretsManager::ResourcePolicy
#   risk: Every AWS account may do with the secret what the statement says; with a customer managed key that is open too, strangers read its value.
#   remediation:
#     console: Secrets Manager > Secrets > select the secret > Overview > Resource permissions > Edit permissions; name the principals and block public access.
#     cli: aws secretsmanager put-resource-policy --secret-id SECRET --resource-policy file://policy.json --block-public-policy
#     cloudformation: |
#       Type: AWS::SecretsManager::ResourcePolicy
#       Properties:
#         SecretId: !Ref Secret
#         BlockPublicPolicy: true
#         ResourcePolicy:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Allow
#               Principal:
#                 AWS: !GetAtt ReaderRole.Arn
#               Action: secretsmanager:GetSecretValue
#               Resource: "*"
package aws.secretsmanager.secret_policy_public

import data.lib.documents
import data.lib.iam

deny contains {"message": message, "path": path} if {
	some i, statement in iam.statements(input.properties.ResourcePolicy)
	iam.is_public(statement)
	path := documents.statement_path("/ResourcePolicy", input.properties.ResourcePolicy, i)
	message := sprintf("%s of secret policy `%s` lets everyone in", [documents.statement_name(statement, i), input.id])
}
