# METADATA
# title: PodDisruptionBudget lets no pod be evicted
# description: A PodDisruptionBudget leaves no room for an eviction, as none may be unavailable, or as many must be available as there are.
# related_resources:
#   - https://kubernetes.io/docs/tasks/run-application/configure-pdb/
# custom:
#   severity: medium
#   resource_types:
#     - policy/v1/PodDisruptionBudget
#   risk: Nodes with these pods cannot be drained, so that upgrades of the cluster and repairs of nodes stop or end them by force.
#   remediation:
#     manifest: |
#       spec:
#         maxUnavailable: 1
package kubernetes.disruption_budget_blocks_eviction

import data.lib.objects
import data.lib.workloads

is_none(amount) if amount in {0, "0", "0%"}

deny contains {"message": message, "path": "/spec/maxUnavailable"} if {
	is_none(input.properties.spec.maxUnavailable)
	message := sprintf("%s lets no pod be unavailable", [objects.subject])
}

deny contains {"message": message, "path": "/spec/minAvailable"} if {
	input.properties.spec.minAvailable == "100%"
	message := sprintf("%s wants all pods available", [objects.subject])
}

chosen contains workload if {
	some type in {"apps/v1/Deployment", "apps/v1/StatefulSet"}
	some workload in data.resources[type]
	objects.namespace(workload) == objects.namespace(input)
	workloads.selects(input.properties.spec.selector, workloads.pod_labels(workload))
}

is_autoscaled if {
	some workload in chosen
	workloads.autoscaled(workload)
}

deny contains {"message": message, "path": "/spec/minAvailable"} if {
	wanted := input.properties.spec.minAvailable
	is_number(wanted)
	not is_autoscaled
	replicas := sum([workloads.least_replicas(workload) | some workload in chosen])
	replicas > 0
	wanted >= replicas
	message := sprintf("%s wants %d pods available, and there are %d", [objects.subject, wanted, replicas])
}
