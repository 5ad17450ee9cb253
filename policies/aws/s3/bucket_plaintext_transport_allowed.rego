# METADATA
# title: S3 bucket allows plaintext transport
# description: >-
#   No statement of the bucket's policy denies everyone to read and write objects, and to reach the bucket, where aws:SecureTransport is
#   false. Exceptions for AWS services are accepted, since these use TLS; any other condition or a named principal leaves a gap.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-HTTP-HTTPS
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-5
# custom:
#   severity: medium
#   resource_types:
#     - AWS::S3::Bucket
#   risk: A client that speaks plain HTTP hands objects and signed requests to anyone on the network path, who may also alter the answer.
#   remediation:
#     console: S3 > Buckets > select the bucket > Permissions > Bucket policy > Edit > add a statement that denies s3:* on the bucket and its objects to everyone where aws:SecureTransport is false.
#     cli: aws s3api put-bucket-policy --bucket BUCKET --policy file://policy.json
#     cloudformation: |
#       Type: AWS::S3::BucketPolicy
#       Properties:
#         Bucket: !Ref Bucket
#         PolicyDocument:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Deny
#               Principal: "*"
#               Action: s3:*
#               Resource:
#                 - !GetAtt Bucket.Arn
#                 - !Sub ${Bucket.Arn}/*
#               Condition:
#                 Bool:
#                   aws:SecureTransport: false
package aws.s3.bucket_plaintext_transport_allowed

import data.lib.iam
import data.lib.s3

names := {input.id, object.get(input.properties, "BucketName", input.id)}

policies contains policy if {
	some policy in data.resources["AWS::S3::BucketPolicy"]
	policy.properties.Bucket in names
}

refusals contains statement if {
	some policy in policies
	some statement in iam.statements(policy.properties.PolicyDocument)
	statement.Effect == "Deny"
	iam.everyone(statement)
	not statement.NotPrincipal
	refuses_plaintext(iam.conditions(statement))
}

refuses_plaintext(conditions) if {
	some condition in conditions
	condition.key == "aws:securetransport"
	condition.operator in {"bool", "boolifexists"}
	some value in condition.values
	value in {false, "false", "False"}
	count([other | some other in conditions; not harmless(other)]) == 0
}

harmless(condition) if condition.key == "aws:securetransport"

# The other value would deny AWS services alone.
harmless(condition) if {
	condition.key in {"aws:principalisawsservice", "aws:viaawsservice"}
	condition.operator in {"bool", "boolifexists"}
	every value in condition.values {
		lower(value) == "false"
	}
}

refused contains action if {
	some statement in refusals
	some name in names
	s3.covers_objects(statement, name)
	some action in {"s3:GetObject", "s3:PutObject"}
	iam.denies_action(statement, action)
}

refused contains "requests to the bucket itself" if {
	some statement in refusals
	some name in names
	s3.covers_bucket(statement, name)
	iam.denies_action(statement, "s3:ListBucket")
}

deny contains {"message": message, "path": ""} if {
	count(policies) == 0
	message := sprintf("bucket `%s` has no policy that denies requests without TLS", [input.id])
}

deny contains {"message": message, "path": ""} if {
	count(policies) > 0
	allowed := {"s3:GetObject", "s3:PutObject", "requests to the bucket itself"} - refused
	count(allowed) > 0
	message := sprintf("the policy of bucket `%s` does not deny everyone %s without TLS", [input.id, concat(", ", allowed)])
}
