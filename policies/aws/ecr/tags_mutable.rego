# METADATA
# title: ECR repository has mutable tags
# description: >-
#   An image tag of the repository can be moved to another image, as is the default. Immutable tags with exclusions, such as `latest`, are
#   accepted; mutable tags with exclusions are not.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-2
# custom:
#   severity: medium
#   resource_types:
#     - AWS::ECR::Repository
#   risk: Whoever may push replaces the image behind a tag that was reviewed and deployed, and the next start of a task or pod runs theirs.
#   remediation:
#     console: ECR > Repositories > select the repository > Edit > Image tag settings > Immutable.
#     cli: aws ecr put-image-tag-mutability --repository-name REPOSITORY --image-tag-mutability IMMUTABLE
#     cloudformation: |
#       Type: AWS::ECR::Repository
#       Properties:
#         ImageTagMutability: IMMUTABLE
package aws.ecr.tags_mutable

mutability := object.get(input.properties, "ImageTagMutability", "MUTABLE")

deny contains {"message": message, "path": "/ImageTagMutability"} if {
	not mutability in {"IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"}
	message := sprintf("the tags of repository `%s` are `%s`", [input.id, mutability])
}
