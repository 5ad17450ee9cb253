# METADATA
# title: Container may run as root
# description: Neither a container nor its pod has `runAsNonRoot` set to true, so that the image alone decides whether it runs as root.
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
#   risk: A process that breaks out of a container as root is root on the node, unless users are remapped.
#   remediation:
#     manifest: |
#       securityContext:
#         runAsNonRoot: true
package kubernetes.run_as_non_root_not_required

import data.lib.workloads

not_applicable if not workloads.pod

is_required(container) if workloads.effective(container, "runAsNonRoot") == true

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	not is_required(container)
	path := workloads.pointer(kind, index, "/securityContext/runAsNonRoot")
	message := sprintf("%s is not required to run as another user than root", [workloads.described(kind, container)])
}
