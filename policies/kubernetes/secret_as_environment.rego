# METADATA
# title: Secret is given as an environment variable
# description: A container gets a Secret by environment variables in place of files.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
# custom:
#   severity: low
#   resource_types:
#     - v1/Pod
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#     - apps/v1/DaemonSet
#     - apps/v1/ReplicaSet
#     - v1/ReplicationController
#     - batch/v1/Job
#     - batch/v1/CronJob
#   risk: Variables are inherited by every child process and end up in crash dumps and logs, and a rotated secret reaches no running pod.
#   remediation:
#     manifest: |
#       volumes:
#         - name: database
#           secret: {secretName: database}
package kubernetes.secret_as_environment

import data.lib.workloads

not_applicable if not workloads.pod

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	some number, variable in container.env
	variable.valueFrom.secretKeyRef
	path := workloads.pointer(kind, index, sprintf("/env/%d/valueFrom/secretKeyRef", [number]))
	message := sprintf("%s gets a key of a Secret as `%s`", [workloads.described(kind, container), variable.name])
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	some number, source in container.envFrom
	source.secretRef
	path := workloads.pointer(kind, index, sprintf("/envFrom/%d/secretRef", [number]))
	name := object.get(source.secretRef, "name", "")
	message := sprintf("%s gets all keys of Secret `%s` as variables", [workloads.described(kind, container), name])
}
