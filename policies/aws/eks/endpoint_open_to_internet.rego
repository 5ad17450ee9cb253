# METADATA
# title: EKS API server endpoint is open to the internet
# description: The public endpoint of an EKS cluster's Kubernetes API server answers every address of the internet. That is what AWS sets where a cluster names no address ranges.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::EKS::Cluster
#   risk: Anyone can try leaked tokens and keys against the API server, and exploit a flaw of it before it is patched.
#   remediation:
#     console: EKS > Clusters > the cluster > Networking > Manage > Endpoint access > Advanced settings > replace 0.0.0.0/0 by your own address ranges, or choose Private.
#     cli: aws eks update-cluster-config --name CLUSTER --resources-vpc-config endpointPublicAccess=true,publicAccessCidrs=203.0.113.0/24,endpointPrivateAccess=true
#     cloudformation: |
#       Type: AWS::EKS::Cluster
#       Properties:
#         ResourcesVpcConfig:
#           EndpointPublicAccess: true
#           EndpointPrivateAccess: true
#           PublicAccessCidrs:
#             - 203.0.113.0/24
package aws.eks.endpoint_open_to_internet

import data.lib.network

public if not input.properties.ResourcesVpcConfig.EndpointPublicAccess == false

ranges := object.get(input.properties.ResourcesVpcConfig, "PublicAccessCidrs", [])

deny contains {"message": message, "path": path} if {
	public
	some i, cidr in ranges
	network.is_internet(cidr)
	path := sprintf("/ResourcesVpcConfig/PublicAccessCidrs/%d", [i])
	message := sprintf("the API server endpoint of cluster `%s` is open to `%s`", [input.id, cidr])
}

deny contains {"message": message, "path": "/ResourcesVpcConfig/PublicAccessCidrs"} if {
	public
	count(ranges) == 0
	message := sprintf("the API server endpoint of cluster `%s` is open to every address, because it names no address ranges", [input.id])
}
