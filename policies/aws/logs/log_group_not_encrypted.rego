# METADATA
# title: CloudWatch log group is not encrypted with a KMS key
# description: The log group names no KMS key. CloudWatch Logs then encrypts it with a key of its own, which nobody but AWS controls.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::Logs::LogGroup
#   risk: Whoever may read the group reads what applications write there by mistake, tokens and personal data among it; no key policy stands in between.
#   remediation:
#     console: CloudWatch Logs associates a key with an existing group only through the CLI or API; new groups take it under Log groups > Create log group > KMS key ARN.
#     cli: aws logs associate-kms-key --log-group-name LOG_GROUP --kms-key-id KEY_ARN
#     cloudformation: |
#       Type: AWS::Logs::LogGroup
#       Properties:
#         KmsKeyId: !GetAtt Key.Arn
package aws.logs.log_group_not_encrypted

deny contains {"message": message, "path": "/KmsKeyId"} if {
	object.get(input.properties, "KmsKeyId", "") == ""
	message := sprintf("log group `%s` is not encrypted with a KMS key", [input.id])
}
