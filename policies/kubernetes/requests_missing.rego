# METADATA
# title: Container does not say what resources it needs
# description: A container requests no processor time or no memory; where it has a limit, the request is the same.
# related_resources:
#   - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   severity: low
#   resource_types:
#     - v1/Pod
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#     - apps/v1/DaemonSet
#     - apps/v1/ReplicaSet
#     - v1/ReplicationController
#     - batch/v1/Job
#     - batch/v1/CronJob
#   risk: The scheduler puts too many such pods on one node, and they are the first to be evicted when it runs short.
#   remediation:
#     manifest: |
#       resources:
#         requests: {cpu: 100m, memory: 128Mi}
package kubernetes.requests_missing

import data.lib.workloads

not_applicable if not workloads.pod

is_requested(container, resource) if container.resources.requests[resource]

is_requested(container, resource) if container.resources.limits[resource]

is_requested(_, resource) if workloads.pod.resources.requests[resource]

deny contains {"message": message, "path": path} if {
	some kind in {"containers", "initContainers"}
	some index, container in workloads.pod[kind]
	missing := [resource | some resource in ["cpu", "memory"]; not is_requested(container, resource)]
	count(missing) > 0
	path := workloads.pointer(kind, index, "/resources/requests")
	message := sprintf("%s requests no %s", [workloads.described(kind, container), concat(" and no ", missing)])
}
