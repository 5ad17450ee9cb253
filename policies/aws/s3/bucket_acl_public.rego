# METADATA
# title: S3 bucket ACL is public
# description: >-
#   The bucket's ACL grants to everyone or to every AWS account, and neither IgnorePublicAcls, of the bucket or of its account,
#   nor the object ownership BucketOwnerEnforced voids it. These count only where they are stated: for a template that
#   leaves them out, S3 refuses the ACL on a new bucket, and accepts it on one from before April 2023.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
# custom:
#   severity: critical
#   resource_types:
#     - AWS::S3::Bucket
#   risk: Strangers list the bucket's objects, put objects of their own into it, or rewrite its ACL, as the grant says.
#   remediation:
#     console: S3 > Buckets > select the bucket > Permissions > Object Ownership > Edit > ACLs disabled.
#     cli: aws s3api put-bucket-acl --bucket BUCKET --acl private && aws s3api put-bucket-ownership-controls --bucket BUCKET --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'
#     cloudformation: |
#       Type: AWS::S3::Bucket
#       Properties:
#         OwnershipControls:
#           Rules:
#             - ObjectOwnership: BucketOwnerEnforced
package aws.s3.bucket_acl_public

import data.lib.s3

void if input.properties.PublicAccessBlockConfiguration.IgnorePublicAcls

void if {
	some block in data.resources["Innovate::S3::AccountPublicAccessBlock"]
	block.properties.IgnorePublicAcls
}

void if {
	some rule in input.properties.OwnershipControls.Rules
	rule.ObjectOwnership == "BucketOwnerEnforced"
}

# What a template's canned ACL stands for is what the ACL of the live bucket grants.
grants contains grant if some grant in s3.canned_grants(input.properties.AccessControl)

grants contains {"permission": grant.Permission, "group": group} if {
	some grant in data.resources["Innovate::S3::BucketAcl"][input.id].properties.Grants
	group := s3.public_group(grant.Grantee.URI)
}

deny contains {"message": message, "path": "/AccessControl"} if {
	not void
	some grant in grants
	message := sprintf("the ACL of bucket `%s` grants `%s` to %s", [input.id, grant.permission, grant.group])
}
