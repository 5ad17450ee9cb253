# METADATA
# title: Namespace has no NetworkPolicy for all of its pods
# description: A namespace is declared, and no NetworkPolicy in it that chooses every pod.
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: medium
#   resource_types:
#     - v1/Namespace
#   risk: Every pod of the cluster can connect to every pod of the namespace, so that one compromised container reaches all services.
#   remediation:
#     manifest: |
#       apiVersion: networking.k8s.io/v1
#       kind: NetworkPolicy
#       metadata: {name: default-deny, namespace: shop}
#       spec:
#         podSelector: {}
#         policyTypes: [Ingress]
package kubernetes.namespace_without_network_policy

import data.lib.objects

not_applicable if startswith(input.properties.metadata.name, "kube-")

not_applicable if input.properties.metadata.name == "default"

is_isolated if {
	some guard in data.resources["networking.k8s.io/v1/NetworkPolicy"]
	objects.namespace(guard) == input.properties.metadata.name
	object.get(guard.properties.spec, "podSelector", {}) in [{}, {"matchLabels": {}}]
}

deny contains {"message": message, "path": "/metadata/name"} if {
	not is_isolated
	message := sprintf("%s has no NetworkPolicy that chooses all pods", [objects.subject])
}
