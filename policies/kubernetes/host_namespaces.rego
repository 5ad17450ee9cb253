# METADATA
# title: Pod shares namespaces of its node
# description: A pod uses the network, the processes or the inter-process communication of its node in place of its own.
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
#   risk: The pod can listen to the traffic of the node, reach services that listen on its loopback, and see or signal processes that are not its own.
#   remediation:
#     manifest: |
#       spec:
#         hostNetwork: false
#         hostPID: false
#         hostIPC: false
package kubernetes.host_namespaces

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

# What each field shares.
shared := {"hostNetwork": "network", "hostPID": "processes", "hostIPC": "inter-process communication"}

deny contains {"message": message, "path": path} if {
	some field, what in shared
	workloads.pod[field] == true
	path := sprintf("%s/%s", [workloads.at, field])
	message := sprintf("%s shares the %s of its node", [objects.subject, what])
}
