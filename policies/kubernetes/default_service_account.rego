# METADATA
# title: Pod runs as the default service account
# description: A pod names no service account of its own and has the token of the one that all pods of its namespace share.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
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
#   risk: A role that one workload needs is given to all pods of the namespace, and the audit log does not tell them apart.
#   remediation:
#     manifest: |
#       spec:
#         serviceAccountName: api
package kubernetes.default_service_account

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

account := object.get(workloads.pod, "serviceAccountName", object.get(workloads.pod, "serviceAccount", "default"))

has_no_token if workloads.pod.automountServiceAccountToken == false

deny contains {"message": message, "path": path} if {
	account in {"default", ""}
	not has_no_token
	path := sprintf("%s/serviceAccountName", [workloads.at])
	message := sprintf("%s runs as the default service account", [objects.subject])
}
