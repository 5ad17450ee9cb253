# METADATA
# title: EKS nodes are not scaled with the load
# description: A managed node group has a fixed number of nodes, and nothing tells of an autoscaler of the cluster - no EKS Auto Mode, no other node group of variable size, no tag, add-on, pod identity or IAM role of Karpenter or the Cluster Autoscaler.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/autoscaling.html
#   - https://docs.aws.amazon.com/eks/latest/best-practices/cluster-autoscaling.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::EKS::Nodegroup
#   risk: Pods stay pending when the load grows or a node fails under load, and idle nodes are paid for when it shrinks.
#   remediation:
#     console: EKS > Clusters > the cluster > Compute > the node group > Edit > raise the maximum size, and install Karpenter or the Cluster Autoscaler; or enable EKS Auto Mode.
#     cli: aws eks update-nodegroup-config --cluster-name CLUSTER --nodegroup-name NODE_GROUP --scaling-config minSize=2,maxSize=6
#     cloudformation: |
#       Type: AWS::EKS::Nodegroup
#       Properties:
#         ScalingConfig:
#           MinSize: 2
#           MaxSize: 6
#         Tags:
#           k8s.io/cluster-autoscaler/enabled: "true"
#   parameters:
#     autoscalers:
#       type: array
#       items:
#         type: string
#       default: [karpenter, cluster-autoscaler, clusterautoscaler]
#       description: Words that give an autoscaler away in the name of an add-on, a service account or an IAM role, in lower case.
package aws.eks.nodes_without_autoscaling

# The template may name the cluster by its logical id or by its name.
clusters := [cluster |
	some id, cluster in data.resources["AWS::EKS::Cluster"]
	input.properties.ClusterName in {id, object.get(cluster.properties, "Name", id)}
]

cluster_names := ({input.properties.ClusterName} | {cluster.id | some cluster in clusters}) | {cluster.properties.Name | some cluster in clusters}

is_autoscaler(name) if {
	is_string(name)
	some word in data.parameters.autoscalers
	contains(lower(name), word)
}

autoscaled if {
	some cluster in clusters
	cluster.properties.ComputeConfig.Enabled
}

autoscaled if input.properties.Tags["k8s.io/cluster-autoscaler/enabled"]

autoscaled if {
	some group in data.resources["AWS::EKS::Nodegroup"]
	group.properties.ClusterName in cluster_names
	group.properties.Tags["k8s.io/cluster-autoscaler/enabled"]
}

autoscaled if {
	some group in data.resources["AWS::EKS::Nodegroup"]
	group.properties.ClusterName in cluster_names
	group.properties.ScalingConfig.MinSize < group.properties.ScalingConfig.MaxSize
}

autoscaled if {
	some addon in data.resources["AWS::EKS::Addon"]
	addon.properties.ClusterName in cluster_names
	is_autoscaler(addon.properties.AddonName)
}

autoscaled if {
	some association in data.resources["AWS::EKS::PodIdentityAssociation"]
	association.properties.ClusterName in cluster_names
	some name in [association.properties.ServiceAccount, association.properties.RoleArn]
	is_autoscaler(name)
}

autoscaled if {
	some id, role in data.resources["AWS::IAM::Role"]
	some name in [id, object.get(role.properties, "RoleName", id)]
	is_autoscaler(name)
}

# A capacity block is bought for a fixed number of instances.
not_applicable if input.properties.CapacityType == "CAPACITY_BLOCK"

deny contains {"message": message, "path": "/ScalingConfig/MaxSize"} if {
	input.properties.ScalingConfig.MinSize == input.properties.ScalingConfig.MaxSize
	not autoscaled
	message := sprintf("the size of node group `%s` is fixed at %v, and its cluster has no autoscaler", [object.get(input.properties, "NodegroupName", input.id), input.properties.ScalingConfig.MaxSize])
}
