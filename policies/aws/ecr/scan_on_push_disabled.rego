# METADATA
# title: ECR repository does not scan images on push
# description: >-
#   The repository's own setting to scan images on push is off, as it is by default. A scanning configuration of the registry, basic with filters or enhanced with
#   Amazon Inspector, overrides the setting and is not among what innovate reads; make an exception for accounts that have one.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-1
# custom:
#   severity: medium
#   resource_types:
#     - AWS::ECR::Repository
#   risk: Images with known vulnerabilities are deployed, and nobody is told.
#   remediation:
#     console: ECR > Private registry > Features & Settings > Scanning > Edit; for one repository, Repositories > select it > Edit > Scan on push.
#     cli: aws ecr put-image-scanning-configuration --repository-name REPOSITORY --image-scanning-configuration scanOnPush=true
#     cloudformation: |
#       Type: AWS::ECR::Repository
#       Properties:
#         ImageScanningConfiguration:
#           ScanOnPush: true
package aws.ecr.scan_on_push_disabled

deny contains {"message": message, "path": "/ImageScanningConfiguration/ScanOnPush"} if {
	not input.properties.ImageScanningConfiguration.ScanOnPush
	message := sprintf("repository `%s` does not scan images on push", [input.id])
}
