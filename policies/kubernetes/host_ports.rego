# METADATA
# title: Container takes a port of its node
# description: A container claims a port of the node that it runs on.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
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
#   risk: The port is reachable around the network policies of the cluster, and no two such pods fit on one node.
#   remediation:
#     manifest: |
#       ports:
#         - containerPort: 8080
package kubernetes.host_ports

import data.lib.workloads

not_applicable if not workloads.pod

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	some number, port in container.ports
	port.hostPort > 0
	path := workloads.pointer(kind, index, sprintf("/ports/%d/hostPort", [number]))
	message := sprintf("%s takes port %d of its node", [workloads.described(kind, container), port.hostPort])
}
