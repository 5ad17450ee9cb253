# METADATA
# title: Container runs as root
# description: A pod or a container is given the user 0.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   severity: high
#   resource_types:
#     - v1/Pod
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#     - apps/v1/DaemonSet
#     - apps/v1/ReplicaSet
#     - v1/ReplicationController
#     - batch/v1/Job
#     - batch/v1/CronJob
#   risk: A process that breaks out of a container as root is root on the node, unless users are remapped.
#   remediation:
#     manifest: |
#       securityContext:
#         runAsUser: 10001
package kubernetes.runs_as_root

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

deny contains {"message": message, "path": path} if {
	workloads.pod.securityContext.runAsUser == 0
	path := sprintf("%s/securityContext/runAsUser", [workloads.at])
	message := sprintf("%s runs as root", [objects.subject])
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	container.securityContext.runAsUser == 0
	path := workloads.pointer(kind, index, "/securityContext/runAsUser")
	message := sprintf("%s runs as root", [workloads.described(kind, container)])
}
