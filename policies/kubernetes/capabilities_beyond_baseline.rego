# METADATA
# title: Container has capabilities beyond the usual ones
# description: A container adds Linux capabilities that container runtimes do not give by default, such as `SYS_ADMIN` or `NET_ADMIN`.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://man7.org/linux/man-pages/man7/capabilities.7.html
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
#   risk: Such a capability is most of what root on the node has; several of them are enough to leave the container.
#   remediation:
#     manifest: |
#       securityContext:
#         capabilities:
#           drop: [ALL]
#           add: [NET_BIND_SERVICE]
#   parameters:
#     allowed:
#       type: array
#       items: {type: string}
#       default:
#         - AUDIT_WRITE
#         - CHOWN
#         - DAC_OVERRIDE
#         - FOWNER
#         - FSETID
#         - KILL
#         - MKNOD
#         - NET_BIND_SERVICE
#         - SETFCAP
#         - SETGID
#         - SETPCAP
#         - SETUID
#         - SYS_CHROOT
#       description: Capabilities that a container may add, without `CAP_`.
package kubernetes.capabilities_beyond_baseline

import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	some number, capability in container.securityContext.capabilities.add
	not trim_prefix(upper(capability), "CAP_") in data.parameters.allowed
	path := workloads.pointer(kind, index, sprintf("/securityContext/capabilities/add/%d", [number]))
	message := sprintf("%s adds the capability `%s`", [workloads.described(kind, container), capability])
}
