# METADATA
# title: Container is privileged
# description: A container runs privileged, with all capabilities and every device of its node.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   severity: critical
#   resource_types:
#     - v1/Pod
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#     - apps/v1/DaemonSet
#     - apps/v1/ReplicaSet
#     - v1/ReplicationController
#     - batch/v1/Job
#     - batch/v1/CronJob
#   risk: Whoever takes over the container owns the node, and with it every other pod there and the credentials of the kubelet.
#   remediation:
#     manifest: |
#       securityContext:
#         privileged: false
package kubernetes.privileged

import data.lib.workloads

not_applicable if not workloads.pod

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	container.securityContext.privileged == true
	path := workloads.pointer(kind, index, "/securityContext/privileged")
	message := sprintf("%s is privileged", [workloads.described(kind, container)])
}
