# METADATA
# title: Role allows everything of a kind
# description: A rule of a role has the wildcard `*` for its verbs, its resources or its API groups.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   resource_types:
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/ClusterRole
#   risk: Whoever holds the role may do more than anyone thought of, and all that later versions of Kubernetes add.
#   remediation:
#     manifest: |
#       rules:
#         - apiGroups: [apps]
#           resources: [deployments]
#           verbs: [get, list, patch]
package kubernetes.rbac_wildcard

import data.lib.objects
import data.lib.rbac

not_applicable if rbac.is_builtin

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	some field in ["verbs", "resources", "apiGroups"]
	some number, value in rule[field]
	value == "*"
	path := sprintf("/rules/%d/%s/%d", [index, field, number])
	message := sprintf("%s has `*` among its %s", [objects.subject, field])
}
