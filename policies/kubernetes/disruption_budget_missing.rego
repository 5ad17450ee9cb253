# METADATA
# title: Replicas have no PodDisruptionBudget
# description: A Deployment or StatefulSet of several replicas is chosen by no PodDisruptionBudget of its namespace.
# related_resources:
#   - https://kubernetes.io/docs/tasks/run-application/configure-pdb/
# custom:
#   severity: low
#   resource_types:
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#   risk: When nodes are drained, as at every upgrade of the cluster, all replicas can be evicted at the same time.
#   remediation:
#     manifest: |
#       apiVersion: policy/v1
#       kind: PodDisruptionBudget
#       metadata: {name: api}
#       spec:
#         maxUnavailable: 1
#         selector: {matchLabels: {app: api}}
package kubernetes.disruption_budget_missing

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

# A single replica can't be kept up by a budget; another policy judges it.
not_applicable if workloads.least_replicas(input) < 2

is_budgeted if {
	some budget in data.resources["policy/v1/PodDisruptionBudget"]
	objects.namespace(budget) == objects.namespace(input)
	workloads.selects(budget.properties.spec.selector, workloads.pod_labels(input))
}

deny contains {"message": message, "path": "/spec/replicas"} if {
	not is_budgeted
	message := sprintf("%s has no PodDisruptionBudget", [objects.subject])
}
