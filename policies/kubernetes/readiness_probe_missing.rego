# METADATA
# title: Container has no readiness probe
# description: A container that runs for long has no readiness probe, so that it gets traffic as soon as it starts.
# related_resources:
#   - https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
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
#   risk: Requests go to pods that are not up yet or cannot answer, at every deployment and every restart.
#   remediation:
#     manifest: |
#       readinessProbe:
#         httpGet: {path: /ready, port: 8080}
package kubernetes.readiness_probe_missing

import data.lib.workloads

# What ends by itself is not probed.
not_applicable if input.type in {"batch/v1/Job", "batch/v1/CronJob"}

not_applicable if workloads.pod.restartPolicy in {"Never", "OnFailure"}

not_applicable if not workloads.pod

deny contains {"message": message, "path": path} if {
	some index, container in workloads.pod.containers
	not container.readinessProbe
	path := workloads.pointer("containers", index, "/readinessProbe")
	message := sprintf("%s has no readiness probe", [workloads.described("containers", container)])
}
