# METADATA
# title: Workload has a single replica
# description: A Deployment or StatefulSet has one replica, and no autoscaler that keeps more.
# related_resources:
#   - https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas
# custom:
#   severity: low
#   resource_types:
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#   risk: The service is away whenever its only pod restarts, is moved to another node, or loses its node.
#   remediation:
#     manifest: |
#       kind: Deployment
#       spec:
#         replicas: 2
package kubernetes.single_replica

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if input.properties.spec.replicas == 0

deny contains {"message": message, "path": "/spec/replicas"} if {
	workloads.least_replicas(input) == 1
	message := sprintf("%s has a single replica", [objects.subject])
}
