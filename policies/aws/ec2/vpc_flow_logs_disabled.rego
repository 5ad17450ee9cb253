# METADATA
# title: VPC has no flow logs
# description: Neither the VPC nor each of its subnets has a flow log that records at least the rejected traffic.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EC2::VPC
#   risk: An intruder's scans and connections leave no trace in the network, so that an attack is neither noticed nor can be reconstructed afterwards.
#   remediation:
#     console: VPC > Your VPCs > select the VPC > Flow logs > Create flow log.
#     cli: aws ec2 create-flow-logs --resource-type VPC --resource-ids VPC --traffic-type ALL --log-destination-type s3 --log-destination BUCKET_ARN
#     cloudformation: |
#       Type: AWS::EC2::FlowLog
#       Properties:
#         ResourceType: VPC
#         ResourceId: !Ref Vpc
#         TrafficType: ALL
#         LogDestinationType: s3
#         LogDestination: !GetAtt Bucket.Arn
#   parameters:
#     traffic_types:
#       type: array
#       items:
#         type: string
#         enum: [ACCEPT, ALL, REJECT]
#       default: [ALL, REJECT]
#       description: The traffic that a flow log has to record, one of these, to count.
package aws.ec2.vpc_flow_logs_disabled

logged contains flow_log.properties.ResourceId if {
	some flow_log in data.resources["AWS::EC2::FlowLog"]
	flow_log.properties.TrafficType in data.parameters.traffic_types
}

subnets contains subnet.id if {
	some subnet in data.resources["AWS::EC2::Subnet"]
	subnet.properties.VpcId == input.id
}

covered if input.id in logged

covered if {
	count(subnets) > 0
	count(subnets - logged) == 0
}

deny contains {"message": message, "path": ""} if {
	not covered
	message := sprintf("VPC `%s` has no flow log of %s traffic%s", [
		input.id,
		concat(" or ", [sprintf("`%s`", [kind]) | some kind in data.parameters.traffic_types]),
		uncovered,
	])
}

uncovered := sprintf(", nor have its subnets `%s`", [concat("`, `", subnets - logged)]) if some_subnets_covered

uncovered := "" if not some_subnets_covered

some_subnets_covered if count(subnets & logged) > 0
