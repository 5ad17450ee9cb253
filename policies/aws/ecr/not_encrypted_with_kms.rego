# METADATA
# title: ECR repository is not encrypted with a KMS key
# description: The repository's images are encrypted with AES256 and a key of Amazon S3, as is the default, and not with a KMS key.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::ECR::Repository
#   risk: No key policy limits who reads the layers, no log shows their decryption, and access can't be withdrawn by way of a key.
#   remediation:
#     console: ECR > Repositories > Create repository > Encryption configuration > AWS KMS; the setting can't be changed later, so push the images to the new repository.
#     cli: aws ecr create-repository --repository-name REPOSITORY --encryption-configuration encryptionType=KMS,kmsKey=KEY_ARN
#     cloudformation: |
#       Type: AWS::ECR::Repository
#       Properties:
#         EncryptionConfiguration:
#           EncryptionType: KMS
#           KmsKey: !GetAtt Key.Arn
package aws.ecr.not_encrypted_with_kms

encryption := object.get(input.properties, "EncryptionConfiguration", {"EncryptionType": "AES256"})

deny contains {"message": message, "path": "/EncryptionConfiguration/EncryptionType"} if {
	not encryption.EncryptionType in {"KMS", "KMS_DSSE"}
	message := sprintf("repository `%s` is encrypted with `%s` and no KMS key", [input.id, encryption.EncryptionType])
}
