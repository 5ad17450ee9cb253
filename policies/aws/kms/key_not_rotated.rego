# METADATA
# title: KMS key is not rotated
# description: >-
#   Automatic rotation of the customer managed key is off, or its period is longer than the parameter. Disabled keys and keys
#   that KMS can't rotate by itself are left out: asymmetric and HMAC keys, imported key material, custom key stores.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-4
# custom:
#   severity: medium
#   resource_types:
#     - AWS::KMS::Key
#   risk: The longer one key encrypts, the more data is lost with it should its material ever be disclosed.
#   remediation:
#     console: KMS > Customer managed keys > select the key > Key rotation > Edit > Enable.
#     cli: aws kms enable-key-rotation --key-id KEY_ID --rotation-period-in-days 365
#     cloudformation: |
#       Type: AWS::KMS::Key
#       Properties:
#         EnableKeyRotation: true
#   parameters:
#     max_days:
#       type: integer
#       minimum: 90
#       maximum: 2560
#       default: 365
#       description: The longest rotation period, in days, that passes.
package aws.kms.key_not_rotated

not_applicable if object.get(input.properties, "KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT"

not_applicable if object.get(input.properties, "Origin", "AWS_KMS") != "AWS_KMS"

not_applicable if object.get(input.properties, "Enabled", true) == false

deny contains {"message": message, "path": "/EnableKeyRotation"} if {
	not input.properties.EnableKeyRotation
	message := sprintf("key `%s` is not rotated", [input.id])
}

deny contains {"message": message, "path": "/RotationPeriodInDays"} if {
	input.properties.EnableKeyRotation
	input.properties.RotationPeriodInDays > data.parameters.max_days
	message := sprintf("key `%s` is rotated every %d days, which is more than %d", [input.id, input.properties.RotationPeriodInDays, data.parameters.max_days])
}
