# METADATA
# title: EKS node group is in a public subnet
# description: A managed node group places its nodes in subnets whose route table leads to an internet gateway.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
#   - https://docs.aws.amazon.com/eks/latest/best-practices/subnets.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EKS::Nodegroup
#   risk: One security group rule too many, or a public IP address given on launch, and the kubelet and node ports are reached from the internet.
#   remediation:
#     console: EKS > Clusters > the cluster > Compute > Add node group with private subnets, then delete the old node group; subnets of a node group can't be changed.
#     cli: aws eks create-nodegroup --cluster-name CLUSTER --nodegroup-name NAME --node-role ROLE_ARN --subnets PRIVATE_SUBNET_A PRIVATE_SUBNET_B
#     cloudformation: |
#       Type: AWS::EKS::Nodegroup
#       Properties:
#         Subnets:
#           - !Ref PrivateSubnetA
#           - !Ref PrivateSubnetB
package aws.eks.node_group_in_public_subnet

import data.lib.routing

deny contains {"message": message, "path": path} if {
	some i, subnet in input.properties.Subnets
	routing.is_public_subnet(subnet)
	path := sprintf("/Subnets/%d", [i])
	message := sprintf("node group `%s` places nodes in the public subnet `%s`", [object.get(input.properties, "NodegroupName", input.id), subnet])
}
