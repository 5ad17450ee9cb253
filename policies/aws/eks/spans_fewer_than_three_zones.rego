# METADATA
# title: EKS cluster spans fewer than three Availability Zones
# description: The subnets of an EKS cluster lie in fewer than three Availability Zones. Subnets whose zone is not in sight, such as those of another account or template, count as zones of their own.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
#   - https://docs.aws.amazon.com/eks/latest/best-practices/reliability.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::EKS::Cluster
#   risk: When a zone fails, half of the cluster's capacity or more goes with it, and what keeps a quorum in the cluster, such as a database, stops.
#   remediation:
#     console: EKS > Clusters > the cluster > Networking > Manage > VPC resources > add a subnet of a third zone, then add it to the node groups.
#     cli: aws eks update-cluster-config --name CLUSTER --resources-vpc-config subnetIds=SUBNET_A,SUBNET_B,SUBNET_C
#     cloudformation: |
#       Type: AWS::EKS::Cluster
#       Properties:
#         ResourcesVpcConfig:
#           SubnetIds:
#             - !Ref SubnetA
#             - !Ref SubnetB
#             - !Ref SubnetC
#   parameters:
#     minimum_zones:
#       type: integer
#       minimum: 2
#       default: 3
#       description: How many Availability Zones the subnets of a cluster lie in at least.
package aws.eks.spans_fewer_than_three_zones

subnets := {id |
	is_array(input.properties.ResourcesVpcConfig.SubnetIds)
	some id in input.properties.ResourcesVpcConfig.SubnetIds
}

zone(id) := name if {
	name := data.resources["AWS::EC2::Subnet"][id].properties.AvailabilityZone
	is_string(name)
}

zones := {zone(id) | some id in subnets}

unknown := {id | some id in subnets; not zone(id)}

deny contains {"message": message, "path": "/ResourcesVpcConfig/SubnetIds"} if {
	count(subnets) > 0
	count(zones) + count(unknown) < data.parameters.minimum_zones
	message := sprintf("the subnets of cluster `%s` span at most %d Availability Zones", [input.id, count(zones) + count(unknown)])
}
