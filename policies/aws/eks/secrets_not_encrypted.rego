# METADATA
# title: EKS secrets are not encrypted with a customer managed key
# description: An EKS cluster names no KMS key of the customer for the envelope encryption of Kubernetes secrets. From Kubernetes 1.28 on EKS encrypts all API data with a key that AWS owns; that key can be neither audited nor revoked.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html
#   - https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EKS::Cluster
#   risk: Nobody but AWS controls or sees the use of the key that protects the cluster's passwords and tokens, so access to them can't be cut off at the key.
#   remediation:
#     console: EKS > Clusters > the cluster > Overview > Secrets encryption > Enable > choose a KMS key. It can't be turned off again.
#     cli: |
#       aws eks associate-encryption-config --cluster-name CLUSTER --encryption-config '[{"resources":["secrets"],"provider":{"keyArn":"KEY_ARN"}}]'
#     cloudformation: |
#       Type: AWS::EKS::Cluster
#       Properties:
#         EncryptionConfig:
#           - Resources:
#               - secrets
#             Provider:
#               KeyArn: !GetAtt Key.Arn
package aws.eks.secrets_not_encrypted

# EKS encrypts secrets with every key that it is given: from Kubernetes 1.28 on the list of resources has no effect.
customer_key if {
	some config in input.properties.EncryptionConfig
	config.Provider.KeyArn
}

deny contains {"message": message, "path": "/EncryptionConfig"} if {
	not customer_key
	message := sprintf("cluster `%s` encrypts its secrets with no key of yours", [input.id])
}
