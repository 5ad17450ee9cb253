# METADATA
# title: Container keeps capabilities that it does not need
# description: A container does not drop all Linux capabilities, or adds others than `NET_BIND_SERVICE`.
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
#   risk: With the capabilities that runtimes give by default, root in the container forges packets and overrides the owners of files.
#   remediation:
#     manifest: |
#       securityContext:
#         capabilities:
#           drop: [ALL]
package kubernetes.capabilities_not_dropped

import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

drops_all(container) if {
	some capability in container.securityContext.capabilities.drop
	upper(capability) == "ALL"
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	not drops_all(container)
	path := workloads.pointer(kind, index, "/securityContext/capabilities/drop")
	message := sprintf("%s does not drop all capabilities", [workloads.described(kind, container)])
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	some number, capability in container.securityContext.capabilities.add
	drops_all(container)
	trim_prefix(upper(capability), "CAP_") != "NET_BIND_SERVICE"
	path := workloads.pointer(kind, index, sprintf("/securityContext/capabilities/add/%d", [number]))
	message := sprintf("%s adds the capability `%s`", [workloads.described(kind, container), capability])
}
