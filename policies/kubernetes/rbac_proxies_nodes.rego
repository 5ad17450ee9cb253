# METADATA
# title: Role reaches the kubelets of nodes
# description: A rule of a role allows the proxy of nodes, by which requests go straight to their kubelets.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   resource_types:
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/ClusterRole
#   risk: Kubelets run commands in every pod of their node, and neither admission control nor the audit log sees it.
#   remediation:
#     manifest: |
#       rules:
#         - apiGroups: [""]
#           resources: [nodes]
#           verbs: [get, list]
package kubernetes.rbac_proxies_nodes

import data.lib.objects
import data.lib.rbac

not_applicable if rbac.is_builtin

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	rbac.covers(rule, "", {"nodes/proxy"})
	rbac.allows_verb(rule, {"get", "create"})
	path := sprintf("/rules/%d/resources", [index])
	message := sprintf("%s reaches the kubelets of nodes", [objects.subject])
}
