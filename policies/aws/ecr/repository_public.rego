# METADATA
# title: ECR repository is public
# description: A statement of the repository policy allows every AWS account in, without a condition that names the callers.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::ECR::Repository
#   risk: Strangers pull the images, with the code and credentials in them; where the statement covers pushes, they plant images of their own.
#   remediation:
#     console: ECR > Repositories > select the repository > Permissions > Edit policy JSON; name the principals or add a condition on aws:PrincipalOrgID.
#     cli: aws ecr set-repository-policy --repository-name REPOSITORY --policy-text file://policy.json
#     cloudformation: |
#       Type: AWS::ECR::Repository
#       Properties:
#         RepositoryPolicyText:
#           Version: "2012-10-17"
#           Statement:
#             - Effect: Allow
#               Principal: "*"
#               Action:
#                 - ecr:BatchGetImage
#                 - ecr:GetDownloadUrlForLayer
#               Condition:
#                 StringEquals:
#                   aws:PrincipalOrgID: o-exampleorg
package aws.ecr.repository_public

import data.lib.documents
import data.lib.iam

deny contains {"message": message, "path": path} if {
	some i, statement in iam.statements(input.properties.RepositoryPolicyText)
	iam.is_public(statement)
	path := documents.statement_path("/RepositoryPolicyText", input.properties.RepositoryPolicyText, i)
	message := sprintf("%s of the policy of repository `%s` lets everyone in", [documents.statement_name(statement, i), input.id])
}
