# METADATA
# title: Role lets its holders give themselves more
# description: A rule of a role allows to bind or escalate roles, or to impersonate others.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   resource_types:
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/ClusterRole
#   risk: With one of these rights its holder gets every right of the cluster, whatever else the role says.
#   remediation:
#     manifest: |
#       rules:
#         - apiGroups: [rbac.authorization.k8s.io]
#           resources: [roles, rolebindings]
#           verbs: [get, list]
package kubernetes.rbac_escalation

import data.lib.objects
import data.lib.rbac

not_applicable if rbac.is_builtin

roles := {"roles", "clusterroles"}

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	rbac.covers(rule, "rbac.authorization.k8s.io", roles)
	rbac.allows_verb(rule, {"bind", "escalate"})
	path := sprintf("/rules/%d/verbs", [index])
	message := sprintf("%s lets its holders bind or escalate roles", [objects.subject])
}

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	rbac.covers(rule, "", {"users", "groups", "serviceaccounts"})
	rbac.allows_verb(rule, {"impersonate"})
	path := sprintf("/rules/%d/verbs", [index])
	message := sprintf("%s lets its holders impersonate others", [objects.subject])
}
