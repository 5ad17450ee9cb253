# METADATA
# title: Instance accepts version 1 of the metadata service
# description: An EC2 instance answers requests to its metadata service without a session token (IMDSv1).
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8
# custom:
#   severity: high
#   resource_types:
#     - AWS::EC2::Instance
#   risk: An application that can be made to fetch a URL hands out the credentials of the instance's role, since IMDSv1 answers any plain GET request.
#   remediation:
#     console: EC2 > Instances > select the instance > Actions > Instance settings > Modify instance metadata options > IMDSv2 Required.
#     cli: aws ec2 modify-instance-metadata-options --instance-id INSTANCE --http-tokens required --http-endpoint enabled
#     cloudformation: |
#       Type: AWS::EC2::Instance
#       Properties:
#         MetadataOptions:
#           HttpTokens: required
package aws.ec2.instance_metadata_v1_allowed

not_applicable if input.properties.State.Name in {"shutting-down", "terminated"}

# What the launch template of a template's instance sets; what the instance sets itself goes before it.
launch_template_options := [template.properties.LaunchTemplateData.MetadataOptions |
	some template in data.resources["AWS::EC2::LaunchTemplate"]
	is_launch_template(template)
]

is_launch_template(template) if template.id == input.properties.LaunchTemplate.LaunchTemplateId

is_launch_template(template) if template.properties.LaunchTemplateName == input.properties.LaunchTemplate.LaunchTemplateName

# A reference by name to a template's resource gives its logical id.
is_launch_template(template) if template.id == input.properties.LaunchTemplate.LaunchTemplateName

tokens := input.properties.MetadataOptions.HttpTokens

tokens := launch_template_options[0].HttpTokens if not input.properties.MetadataOptions.HttpTokens

endpoint := input.properties.MetadataOptions.HttpEndpoint

endpoint := launch_template_options[0].HttpEndpoint if not input.properties.MetadataOptions.HttpEndpoint

required if tokens == "required"

required if endpoint == "disabled"

deny contains {"message": message, "path": "/MetadataOptions/HttpTokens"} if {
	not required
	message := sprintf("instance `%s` does not require session tokens of its metadata service: %s", [input.id, setting])
}

setting := sprintf("HttpTokens is `%s`", [tokens])

setting := "HttpTokens is not set" if not tokens
