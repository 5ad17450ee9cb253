# METADATA
# title: Container sees the unmasked files of the kernel
# description: A container has `/proc` mounted without the masks that runtimes put over it.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
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
#   risk: Files below `/proc` tell and change the state of the kernel that all pods of the node share.
#   remediation:
#     manifest: |
#       securityContext:
#         procMount: Default
package kubernetes.proc_mount

import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	object.get(container.securityContext, "procMount", "Default") != "Default"
	path := workloads.pointer(kind, index, "/securityContext/procMount")
	message := sprintf("%s has `/proc` unmasked", [workloads.described(kind, container)])
}
