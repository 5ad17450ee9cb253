# METADATA
# title: EKS API server endpoint is public
# description: The Kubernetes API server of an EKS cluster has an endpoint that is reached from outside the VPC. AWS enables it unless the cluster says otherwise.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EKS::Cluster
#   risk: Stolen credentials or a flaw of the API server can be used against the cluster from other networks than its own.
#   remediation:
#     console: EKS > Clusters > the cluster > Networking > Manage > Endpoint access > Private.
#     cli: aws eks update-cluster-config --name CLUSTER --resources-vpc-config endpointPublicAccess=false,endpointPrivateAccess=true
#     cloudformation: |
#       Type: AWS::EKS::Cluster
#       Properties:
#         ResourcesVpcConfig:
#           EndpointPublicAccess: false
#           EndpointPrivateAccess: true
package aws.eks.endpoint_public

deny contains {"message": message, "path": "/ResourcesVpcConfig/EndpointPublicAccess"} if {
	not input.properties.ResourcesVpcConfig.EndpointPublicAccess == false
	message := sprintf("the API server endpoint of cluster `%s` is public", [input.id])
}
