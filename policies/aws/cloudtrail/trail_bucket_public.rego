# METADATA
# title: CloudTrail log bucket is public
# description: >-
#   The bucket that the trail delivers to, in its own account or another of the organization, is open to everyone by its policy or ACL, and
#   Block Public Access or its object ownership does not close it. A bucket that is not among the resources read is not judged.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-6
# custom:
#   severity: critical
#   resource_types:
#     - AWS::CloudTrail::Trail
#   risk: The logs tell strangers the accounts' roles, resources, addresses and habits; with write access they also forge or delete evidence.
#   remediation:
#     console: S3 (account of the bucket) > Buckets > select the bucket > Permissions > Block public access (bucket settings) > Edit > Block all public access.
#     cli: aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
#     cloudformation: |
#       Type: AWS::S3::Bucket
#       Properties:
#         PublicAccessBlockConfiguration:
#           BlockPublicAcls: true
#           BlockPublicPolicy: true
#           IgnorePublicAcls: true
#           RestrictPublicBuckets: true
package aws.cloudtrail.trail_bucket_public

import data.lib.documents
import data.lib.iam
import data.lib.s3

name := input.properties.S3BucketName

buckets contains bucket if {
	some bucket in data.resources["AWS::S3::Bucket"]
	name in {bucket.id, object.get(bucket.properties, "BucketName", "")}
}

buckets contains bucket if some bucket in data.organization.identified["AWS::S3::Bucket"][name]

names contains name

names contains bucket.id if some bucket in buckets

policies contains policy if {
	some policy in data.resources["AWS::S3::BucketPolicy"]
	policy.properties.Bucket in names
}

policies contains policy if some policy in data.organization.identified["AWS::S3::BucketPolicy"][name]

acls contains acl if {
	some acl in data.resources["Innovate::S3::BucketAcl"]
	acl.id in names
}

acls contains acl if some acl in data.organization.identified["Innovate::S3::BucketAcl"][name]

owners contains bucket.account if some bucket in buckets

account_blocks contains block if {
	some block in data.resources["Innovate::S3::AccountPublicAccessBlock"]
	block.account in owners
}

account_blocks contains block if {
	some owner in owners
	some block in data.organization.identified["Innovate::S3::AccountPublicAccessBlock"][owner]
}

not_applicable if {
	count(buckets) == 0
	count(policies) == 0
	count(acls) == 0
}

restricted if {
	some bucket in buckets
	bucket.properties.PublicAccessBlockConfiguration.RestrictPublicBuckets
}

restricted if {
	some block in account_blocks
	block.properties.RestrictPublicBuckets
}

acls_void if {
	some bucket in buckets
	bucket.properties.PublicAccessBlockConfiguration.IgnorePublicAcls
}

acls_void if {
	some bucket in buckets
	some rule in bucket.properties.OwnershipControls.Rules
	rule.ObjectOwnership == "BucketOwnerEnforced"
}

acls_void if {
	some block in account_blocks
	block.properties.IgnorePublicAcls
}

deny contains {"message": message, "path": "/S3BucketName"} if {
	not restricted
	some policy in policies
	some i, statement in iam.statements(policy.properties.PolicyDocument)
	iam.is_public(statement)
	message := sprintf("%s of the policy of the trail's bucket `%s` lets everyone in", [documents.statement_name(statement, i), name])
}

# What a template's canned ACL stands for is what the ACL of the live bucket grants.
grants contains grant if {
	some bucket in buckets
	some grant in s3.canned_grants(bucket.properties.AccessControl)
}

grants contains {"permission": grant.Permission, "group": group} if {
	some acl in acls
	some grant in acl.properties.Grants
	group := s3.public_group(grant.Grantee.URI)
}

deny contains {"message": message, "path": "/S3BucketName"} if {
	not acls_void
	some grant in grants
	message := sprintf("the ACL of the trail's bucket `%s` grants `%s` to %s", [name, grant.permission, grant.group])
}
