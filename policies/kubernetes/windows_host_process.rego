# METADATA
# title: Windows container runs as a process of its node
# description: A pod or a container on Windows runs as a process of the node, outside of any container.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/
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
#   risk: Such a process has the files, the network and the accounts of the node, and with them those of every pod there.
#   remediation:
#     manifest: |
#       securityContext:
#         windowsOptions:
#           hostProcess: false
package kubernetes.windows_host_process

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

deny contains {"message": message, "path": path} if {
	workloads.pod.securityContext.windowsOptions.hostProcess == true
	path := sprintf("%s/securityContext/windowsOptions/hostProcess", [workloads.at])
	message := sprintf("%s runs as processes of its node", [objects.subject])
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	container.securityContext.windowsOptions.hostProcess == true
	path := workloads.pointer(kind, index, "/securityContext/windowsOptions/hostProcess")
	message := sprintf("%s runs as a process of its node", [workloads.described(kind, container)])
}
