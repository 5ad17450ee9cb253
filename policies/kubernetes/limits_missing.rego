# METADATA
# title: Container has no limit of its memory
# description: A container has no limit for a resource that it must not take from others, memory unless a parameter names more.
# related_resources:
#   - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   severity: medium
#   resource_types:
#     - v1/Pod
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#     - apps/v1/DaemonSet
#     - apps/v1/ReplicaSet
#     - v1/ReplicationController
#     - batch/v1/Job
#     - batch/v1/CronJob
#   risk: A leak in one container takes the memory of the node, and the kernel ends processes of other pods.
#   remediation:
#     manifest: |
#       resources:
#         limits: {memory: 256Mi}
#   parameters:
#     resources:
#       type: array
#       items: {type: string}
#       default: [memory]
#       description: The resources that need a limit, such as `memory`, `cpu` or `ephemeral-storage`.
package kubernetes.limits_missing

import data.lib.workloads

not_applicable if not workloads.pod

deny contains {"message": message, "path": path} if {
	some kind in {"containers", "initContainers"}
	some index, container in workloads.pod[kind]
	some resource in data.parameters.resources
	not container.resources.limits[resource]
	not workloads.pod.resources.limits[resource]
	path := workloads.pointer(kind, index, "/resources/limits")
	message := sprintf("%s has no limit of %s", [workloads.described(kind, container), resource])
}
