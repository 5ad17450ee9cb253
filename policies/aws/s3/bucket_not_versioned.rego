# METADATA
# title: S3 bucket is not versioned
# description: The bucket keeps one version of each object. Object Lock implies versioning.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-14
# custom:
#   severity: medium
#   resource_types:
#     - AWS::S3::Bucket
#   risk: Whatever is overwritten or deleted, by mistake or by ransomware, is gone, and the bucket can't be replicated.
#   remediation:
#     console: S3 > Buckets > select the bucket > Properties > Bucket Versioning > Edit > Enable; add a lifecycle rule that expires noncurrent versions.
#     cli: aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled
#     cloudformation: |
#       Type: AWS::S3::Bucket
#       Properties:
#         VersioningConfiguration:
#           Status: Enabled
package aws.s3.bucket_not_versioned

versioned if input.properties.VersioningConfiguration.Status == "Enabled"

versioned if input.properties.ObjectLockEnabled

state := "suspended" if input.properties.VersioningConfiguration.Status == "Suspended"

state := "off" if not input.properties.VersioningConfiguration.Status

deny contains {"message": message, "path": "/VersioningConfiguration/Status"} if {
	not versioned
	message := sprintf("versioning of bucket `%s` is %s", [input.id, state])
}
