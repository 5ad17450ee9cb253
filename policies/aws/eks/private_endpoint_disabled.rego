# METADATA
# title: EKS private API server endpoint is disabled
# description: An EKS cluster has no private endpoint for its Kubernetes API server, so that nodes and pods leave the VPC to reach it. AWS leaves it off unless the cluster asks for it.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EKS::Cluster
#   risk: The public endpoint can't be closed or limited to a few addresses as long as the nodes depend on it, and they lose their control plane when their way to the internet fails.
#   remediation:
#     console: EKS > Clusters > the cluster > Networking > Manage > Endpoint access > Public and private, or Private.
#     cli: aws eks update-cluster-config --name CLUSTER --resources-vpc-config endpointPrivateAccess=true
#     cloudformation: |
#       Type: AWS::EKS::Cluster
#       Properties:
#         ResourcesVpcConfig:
#           EndpointPrivateAccess: true
package aws.eks.private_endpoint_disabled

deny contains {"message": message, "path": "/ResourcesVpcConfig/EndpointPrivateAccess"} if {
	not input.properties.ResourcesVpcConfig.EndpointPrivateAccess
	message := sprintf("cluster `%s` has no private API server endpoint", [input.id])
}
