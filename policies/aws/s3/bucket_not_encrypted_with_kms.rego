# METADATA
# title: S3 bucket is not encrypted with a KMS key
# description: >-
#   The bucket's default encryption is SSE-S3, as it is without a configuration, and not SSE-KMS or DSSE-KMS. Buckets that receive
#   S3 server access logs or logs of an Application Load Balancer are left out: AWS delivers these only to buckets with SSE-S3.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-17
# custom:
#   severity: low
#   resource_types:
#     - AWS::S3::Bucket
#   risk: Whoever may read an object also decrypts it. There is no key whose policy, use and deletion could be controlled apart from the bucket.
#   remediation:
#     console: S3 > Buckets > select the bucket > Properties > Default encryption > Edit > Server-side encryption with AWS Key Management Service keys (SSE-KMS), with a Bucket Key.
#     cli: "aws s3api put-bucket-encryption --bucket BUCKET --server-side-encryption-configuration '{\"Rules\": [{\"ApplyServerSideEncryptionByDefault\": {\"SSEAlgorithm\": \"aws:kms\", \"KMSMasterKeyID\": \"KEY_ARN\"}, \"BucketKeyEnabled\": true}]}'"
#     cloudformation: |
#       Type: AWS::S3::Bucket
#       Properties:
#         BucketEncryption:
#           ServerSideEncryptionConfiguration:
#             - BucketKeyEnabled: true
#               ServerSideEncryptionByDefault:
#                 SSEAlgorithm: aws:kms
#                 KMSMasterKeyID: !GetAtt Key.Arn
package aws.s3.bucket_not_encrypted_with_kms

names := {input.id, object.get(input.properties, "BucketName", input.id)}

not_applicable if {
	some bucket in data.resources["AWS::S3::Bucket"]
	bucket.properties.LoggingConfiguration.DestinationBucketName in names
}

not_applicable if {
	some balancer in data.resources["AWS::ElasticLoadBalancingV2::LoadBalancer"]
	object.get(balancer.properties, "Type", "application") == "application"
	some attribute in balancer.properties.LoadBalancerAttributes
	attribute.Key in {"access_logs.s3.bucket", "connection_logs.s3.bucket"}
	attribute.Value in names
}

encrypted if {
	some rule in input.properties.BucketEncryption.ServerSideEncryptionConfiguration
	rule.ServerSideEncryptionByDefault.SSEAlgorithm in {"aws:kms", "aws:kms:dsse"}
}

deny contains {"message": message, "path": "/BucketEncryption"} if {
	not encrypted
	message := sprintf("the default encryption of bucket `%s` uses S3's own key and no KMS key", [input.id])
}
