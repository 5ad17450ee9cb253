# METADATA
# title: EKS cluster has no node group for system pods
# description: None of the managed node groups of an EKS cluster is set aside by label or taint for system pods such as CoreDNS, ingress and autoscaling controllers.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
#   - https://docs.aws.amazon.com/eks/latest/best-practices/karpenter.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::EKS::Cluster
#   risk: A workload that runs away or is taken over starves or attacks the pods that the whole cluster depends on, because it shares their nodes.
#   remediation:
#     console: EKS > Clusters > the cluster > Compute > Add node group > Kubernetes labels role=system and taint CriticalAddonsOnly=true:NoSchedule.
#     cli: aws eks create-nodegroup --cluster-name CLUSTER --nodegroup-name system --node-role ROLE_ARN --subnets SUBNETS --labels role=system --taints key=CriticalAddonsOnly,value=true,effect=NO_SCHEDULE
#     cloudformation: |
#       Type: AWS::EKS::Nodegroup
#       Properties:
#         Labels:
#           role: system
#         Taints:
#           - Key: CriticalAddonsOnly
#             Value: "true"
#             Effect: NO_SCHEDULE
#   parameters:
#     labels:
#       type: array
#       items:
#         type: string
#         pattern: ^[^=]+=[^=]*$
#       default: [role=system, node-role=system, node-type=system, workload=system]
#       description: Kubernetes labels, as key=value, any of which marks a node group for system pods.
#     taints:
#       type: array
#       items:
#         type: string
#       default: [CriticalAddonsOnly]
#       description: Keys of Kubernetes taints any of which marks a node group for system pods.
package aws.eks.system_node_group_missing

cluster_names := {input.id, object.get(input.properties, "Name", input.id)}

node_groups := [id |
	some id, group in data.resources["AWS::EKS::Nodegroup"]
	group.properties.ClusterName in cluster_names
]

# EKS Auto Mode runs the system pods off the nodes or on a node pool of its own.
not_applicable if input.properties.ComputeConfig.Enabled

# Nodes that nobody but Kubernetes or EC2 knows of can't be judged.
not_applicable if count(node_groups) == 0

not_applicable if {
	some profile in data.resources["AWS::EKS::FargateProfile"]
	profile.properties.ClusterName in cluster_names
	some selector in profile.properties.Selectors
	glob.match(selector.Namespace, [], "kube-system")
}

system_node_group if {
	some group in data.resources["AWS::EKS::Nodegroup"]
	group.properties.ClusterName in cluster_names
	some label in data.parameters.labels
	parts := split(label, "=")
	group.properties.Labels[parts[0]] == parts[1]
}

system_node_group if {
	some group in data.resources["AWS::EKS::Nodegroup"]
	group.properties.ClusterName in cluster_names
	some taint in group.properties.Taints
	taint.Key in data.parameters.taints
}

deny contains {"message": message, "path": ""} if {
	not system_node_group
	message := sprintf("no node group of cluster `%s` is set aside for system pods", [input.id])
}
