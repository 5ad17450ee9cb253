# METADATA
# title: Container has no liveness probe
# description: A container that runs for long has no liveness probe, so that Kubernetes only notices its end.
# related_resources:
#   - https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
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
#   risk: A process that hangs stays as it is, until somebody notices and restarts it.
#   remediation:
#     manifest: |
#       livenessProbe:
#         httpGet: {path: /healthz, port: 8080}
package kubernetes.liveness_probe_missing

import data.lib.workloads

# What ends by itself is not probed.
not_applicable if input.type in {"batch/v1/Job", "batch/v1/CronJob"}

not_applicable if workloads.pod.restartPolicy in {"Never", "OnFailure"}

not_applicable if not workloads.pod

deny contains {"message": message, "path": path} if {
	some index, container in workloads.pod.containers
	not container.livenessProbe
	path := workloads.pointer("containers", index, "/livenessProbe")
	message := sprintf("%s has no liveness probe", [workloads.described("containers", container)])
}
