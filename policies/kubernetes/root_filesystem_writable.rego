# METADATA
# title: Container can write its root file system
# description: A container does not set `readOnlyRootFilesystem`, so that it can change its own programs.
# related_resources:
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
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
#   risk: Whoever runs code in the container puts tools there and changes its programs, and what they change is lost with the pod.
#   remediation:
#     manifest: |
#       securityContext:
#         readOnlyRootFilesystem: true
package kubernetes.root_filesystem_writable

import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

is_read_only(container) if container.securityContext.readOnlyRootFilesystem == true

deny contains {"message": message, "path": path} if {
	some kind in {"containers", "initContainers"}
	some index, container in workloads.pod[kind]
	not is_read_only(container)
	path := workloads.pointer(kind, index, "/securityContext/readOnlyRootFilesystem")
	message := sprintf("%s can write its root file system", [workloads.described(kind, container)])
}
