# METADATA
# title: Container may gain more privileges than it starts with
# description: A container does not set `allowPrivilegeEscalation` to false, so that set-user-id programs in it make root.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
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
#   risk: Whoever runs code as an ordinary user in the container becomes its root by any set-user-id program of the image.
#   remediation:
#     manifest: |
#       securityContext:
#         allowPrivilegeEscalation: false
package kubernetes.allows_privilege_escalation

import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

is_held(container) if container.securityContext.allowPrivilegeEscalation == false

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	not is_held(container)
	path := workloads.pointer(kind, index, "/securityContext/allowPrivilegeEscalation")
	message := sprintf("%s may gain more privileges than it starts with", [workloads.described(kind, container)])
}
