# METADATA
# title: KMS key policy is public
# description: A statement of the key policy allows everyone to use or manage the key, without a condition that names the callers, such as kms:CallerAccount.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-5
# custom:
#   severity: critical
#   resource_types:
#     - AWS::KMS::Key
#   risk: Anyone with an AWS account uses the key as the statement says, to decrypt data, to take the key over or to schedule its deletion.
#   remediation:
#     console: KMS > Customer managed keys > select the key > Key policy > Edit; name the principals or add a condition on aws:PrincipalOrgID or kms:CallerAccount.
#     cli: aws kms put-key-policy --key-id KEY_ID --policy-name default --policy file://policy.json
#     cloudformation: |
#       Type: AWS::KMS::Key
#       Properties:
#         KeyPolicy:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Allow
#               Principal:
#                 AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root
#               Action: kms:*
#               Resource: "*"
package aws.kms.key_policy_public

import data.lib.documents
import data.lib.iam

deny contains {"message": message, "path": path} if {
	some i, statement in iam.statements(input.properties.KeyPolicy)
	iam.is_public(statement)
	path := documents.statement_path("/KeyPolicy", input.properties.KeyPolicy, i)
	message := sprintf("%s of the policy of key `%s` lets everyone in", [documents.statement_name(statement, i), input.id])
}
