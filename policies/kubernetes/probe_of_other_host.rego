# METADATA
# title: Probe or hook of a container calls another host
# description: A probe or a lifecycle hook names a host, so that the kubelet calls that host in place of the pod.
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
#   risk: The kubelet sits in the network of the node; who may write a pod can have it call services that no pod reaches.
#   remediation:
#     manifest: |
#       readinessProbe:
#         httpGet: {path: /ready, port: 8080}
package kubernetes.probe_of_other_host

import data.lib.workloads

not_applicable if not workloads.pod

handlers(container) := array.concat(
	[[name, container[name]] | some name in {"livenessProbe", "readinessProbe", "startupProbe"}],
	[[sprintf("lifecycle/%s", [name]), container.lifecycle[name]] | some name in {"postStart", "preStop"}],
)

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	some [name, handler] in handlers(container)
	some action in {"httpGet", "tcpSocket"}
	host := handler[action].host
	not host in {"", "127.0.0.1", "::1", "localhost"}
	path := workloads.pointer(kind, index, sprintf("/%s/%s/host", [name, action]))
	message := sprintf("%s has the kubelet call `%s`", [workloads.described(kind, container), host])
}
