# METADATA
# title: Organization has no organization trail
# description: >-
#   No CloudTrail trail of the organization is at the same time an organization trail, multi-Region, logging, and
#   recording all management events.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
#   - https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/org-management.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::Organizations::Organization
#   risk: Accounts whose own trails are missing or switched off by an intruder leave no evidence of what was done in them.
#   remediation:
#     console: CloudTrail (management account) > Trails > Create trail > Enable for all accounts in my organization, with management events, read and write.
#     cli: aws cloudtrail create-trail --name organization --s3-bucket-name BUCKET --is-organization-trail --is-multi-region-trail --enable-log-file-validation && aws cloudtrail start-logging --name organization
#     cloudformation: |
#       Type: AWS::CloudTrail::Trail
#       Properties:
#         IsOrganizationTrail: true
#         IsMultiRegionTrail: true
#         IsLogging: true
#         EnableLogFileValidation: true
#         S3BucketName: !Ref LogBucket
package aws.cloudtrail.organization_trail_missing

import data.lib.recording

trails contains trail if {
	some trail in data.resources["AWS::CloudTrail::Trail"]
	trail.properties.IsOrganizationTrail
}

trails contains trail if {
	some trail in data.organization.resources["AWS::CloudTrail::Trail"]
	trail.properties.IsOrganizationTrail
}

adequate contains trail.id if {
	some trail in trails
	trail.properties.IsMultiRegionTrail
	trail.properties.IsLogging
	recording.records_management_events(trail)
}

deny contains {"message": message, "path": ""} if {
	count(trails) == 0
	message := sprintf("organization `%s` has no organization trail", [input.id])
}

deny contains {"message": message, "path": ""} if {
	count(trails) > 0
	count(adequate) == 0
	names := concat("`, `", {trail.id | some trail in trails})
	message := sprintf("no organization trail of organization `%s` logs all management events of every Region; it has `%s`", [input.id, names])
}
