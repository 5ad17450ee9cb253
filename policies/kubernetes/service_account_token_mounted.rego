# METADATA
# title: Pod gets a token of the Kubernetes API
# description: A pod has the token of its service account mounted, as neither it nor its service account says that it does not.
# related_resources:
#   - https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
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
#   risk: Whoever takes over a container reads the token and asks the API of the cluster for all that the account may.
#   remediation:
#     manifest: |
#       spec:
#         automountServiceAccountToken: false
package kubernetes.service_account_token_mounted

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

account := object.get(workloads.pod, "serviceAccountName", object.get(workloads.pod, "serviceAccount", "default"))

is_left_out if workloads.pod.automountServiceAccountToken == false

is_left_out if {
	not workloads.pod.automountServiceAccountToken
	key := sprintf("%s/%s", [objects.namespace(input), account])
	data.resources["v1/ServiceAccount"][key].properties.automountServiceAccountToken == false
}

deny contains {"message": message, "path": path} if {
	not is_left_out
	path := sprintf("%s/automountServiceAccountToken", [workloads.at])
	message := sprintf("%s gets the token of service account `%s`", [objects.subject, account])
}
