# METADATA
# title: Seccomp is switched off
# description: A pod or a container has the seccomp profile `Unconfined`, by its security context or by an annotation of old.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tutorials/security/seccomp/
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
#   risk: The container can make every system call, the rarely used ones with most of the known flaws of kernels among them.
#   remediation:
#     manifest: |
#       securityContext:
#         seccompProfile: {type: RuntimeDefault}
package kubernetes.seccomp_unconfined

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

deny contains {"message": message, "path": path} if {
	workloads.pod.securityContext.seccompProfile.type == "Unconfined"
	path := sprintf("%s/securityContext/seccompProfile/type", [workloads.at])
	message := sprintf("%s switches seccomp off", [objects.subject])
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	container.securityContext.seccompProfile.type == "Unconfined"
	path := workloads.pointer(kind, index, "/securityContext/seccompProfile/type")
	message := sprintf("%s switches seccomp off", [workloads.described(kind, container)])
}
