# METADATA
# title: Container has no seccomp profile
# description: Neither a container nor its pod names a seccomp profile, so that it runs without one unless the node has another default.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tutorials/security/seccomp/
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
#   risk: Without a profile the container can make every system call, the rarely used ones with most of the known flaws of kernels among them.
#   remediation:
#     manifest: |
#       securityContext:
#         seccompProfile: {type: RuntimeDefault}
package kubernetes.seccomp_not_set

import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

is_confined(container) if workloads.effective(container, "seccompProfile").type in {"RuntimeDefault", "Localhost", "Unconfined"}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	not is_confined(container)
	path := workloads.pointer(kind, index, "/securityContext/seccompProfile")
	message := sprintf("%s has no seccomp profile", [workloads.described(kind, container)])
}
