# METADATA
# title: Launch template accepts version 1 of the metadata service
# description: Instances that are launched from an EC2 launch template need not use session tokens for the metadata service (IMDSv2).
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-170
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EC2::LaunchTemplate
#   risk: Every instance that an Auto Scaling group or a user launches from it may give the credentials of its role to whoever makes its application fetch a URL.
#   remediation:
#     console: EC2 > Launch Templates > select the template > Actions > Modify template (Create new version) > Advanced details > Metadata version > V2 only, then set the version as default.
#     cli: aws ec2 create-launch-template-version --launch-template-id TEMPLATE --source-version 1 --launch-template-data '{"MetadataOptions":{"HttpTokens":"required"}}'
#     cloudformation: |
#       Type: AWS::EC2::LaunchTemplate
#       Properties:
#         LaunchTemplateData:
#           MetadataOptions:
#             HttpTokens: required
package aws.ec2.launch_template_metadata_v1_allowed

required if input.properties.LaunchTemplateData.MetadataOptions.HttpTokens == "required"

required if input.properties.LaunchTemplateData.MetadataOptions.HttpEndpoint == "disabled"

deny contains {"message": message, "path": "/LaunchTemplateData/MetadataOptions/HttpTokens"} if {
	not required
	message := sprintf("launch template `%s` does not require session tokens of the metadata service: %s", [name, setting])
}

name := object.get(input.properties, "LaunchTemplateName", input.id)

setting := sprintf("HttpTokens is `%s`", [input.properties.LaunchTemplateData.MetadataOptions.HttpTokens])

setting := "HttpTokens is not set" if not input.properties.LaunchTemplateData.MetadataOptions.HttpTokens
