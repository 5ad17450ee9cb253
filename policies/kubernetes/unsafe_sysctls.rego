# METADATA
# title: Pod sets kernel parameters that are not its own
# description: A pod sets a parameter of the kernel that is not known to stay within the pod.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
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
#   risk: The parameter holds for the whole node, so that one pod can take memory, sockets or protections from all others.
#   remediation:
#     manifest: |
#       securityContext:
#         sysctls:
#           - {name: net.ipv4.ip_unprivileged_port_start, value: "0"}
#   parameters:
#     allowed:
#       type: array
#       items: {type: string}
#       default:
#         - kernel.shm_rmid_forced
#         - net.ipv4.ip_local_port_range
#         - net.ipv4.ip_unprivileged_port_start
#         - net.ipv4.tcp_syncookies
#         - net.ipv4.ping_group_range
#         - net.ipv4.ip_local_reserved_ports
#         - net.ipv4.tcp_keepalive_time
#         - net.ipv4.tcp_fin_timeout
#         - net.ipv4.tcp_keepalive_intvl
#         - net.ipv4.tcp_keepalive_probes
#       description: Kernel parameters that a pod may set, with dots between the parts of their names.
package kubernetes.unsafe_sysctls

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

deny contains {"message": message, "path": path} if {
	some index, sysctl in workloads.pod.securityContext.sysctls
	not replace(sysctl.name, "/", ".") in data.parameters.allowed
	path := sprintf("%s/securityContext/sysctls/%d/name", [workloads.at, index])
	message := sprintf("%s sets the kernel parameter `%s`", [objects.subject, sysctl.name])
}
