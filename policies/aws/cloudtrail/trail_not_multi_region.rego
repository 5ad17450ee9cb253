# METADATA
# title: CloudTrail trail covers one Region only
# description: >-
#   The trail is not multi-Region, and no multi-Region trail, of the account or of the organization, records all management events beside it.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-multi-region-trails.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-1
# custom:
#   severity: high
#   resource_types:
#     - AWS::CloudTrail::Trail
#   risk: What an intruder does in a Region that nobody uses is not recorded, and neither are events of global services.
#   remediation:
#     console: CloudTrail > Trails > Create trail makes multi-Region trails only; delete the old one afterwards, or change it with the CLI.
#     cli: aws cloudtrail update-trail --name TRAIL --is-multi-region-trail --include-global-service-events
#     cloudformation: |
#       Type: AWS::CloudTrail::Trail
#       Properties:
#         IsMultiRegionTrail: true
#         IncludeGlobalServiceEvents: true
#         IsLogging: true
#         S3BucketName: !Ref LogBucket
package aws.cloudtrail.trail_not_multi_region

import data.lib.recording

multi_region_trails contains trail.id if {
	some trail in data.resources["AWS::CloudTrail::Trail"]
	trail.properties.IsMultiRegionTrail
	trail.properties.IsLogging
	recording.records_management_events(trail)
}

multi_region_trails contains trail.id if {
	some trail in data.organization.resources["AWS::CloudTrail::Trail"]
	covers_account(trail)
	trail.properties.IsMultiRegionTrail
	trail.properties.IsLogging
	recording.records_management_events(trail)
}

covers_account(trail) if trail.account == input.account

covers_account(trail) if trail.properties.IsOrganizationTrail

deny contains {"message": message, "path": "/IsMultiRegionTrail"} if {
	not input.properties.IsMultiRegionTrail
	count(multi_region_trails) == 0
	message := sprintf("trail `%s` records only Region `%s`, and no other trail records the rest", [input.id, input.region])
}
