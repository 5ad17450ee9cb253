# METADATA
# title: Role lets its holders make pods
# description: A rule of a role allows to create pods or to run commands in them.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: low
#   resource_types:
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/ClusterRole
#   risk: Whoever makes a pod chooses its service account and its Secrets, and so has the rights of every account of the namespace.
#   remediation:
#     manifest: |
#       rules:
#         - apiGroups: [""]
#           resources: [pods]
#           verbs: [get, list, watch]
package kubernetes.rbac_creates_pods

import data.lib.objects
import data.lib.rbac

not_applicable if rbac.is_builtin

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	rbac.covers(rule, "", {"pods", "pods/exec", "pods/attach", "pods/ephemeralcontainers"})
	rbac.allows_verb(rule, {"create"})
	path := sprintf("/rules/%d/verbs", [index])
	message := sprintf("%s makes pods, or runs commands in them", [objects.subject])
}

# Commands run over a connection that is opened by GET, and a container is added to a pod by an update. A rule on everything is another policy's.
deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	some resource, verbs in {
		"pods/exec": {"get"},
		"pods/attach": {"get"},
		"pods/ephemeralcontainers": {"patch", "update"},
	}
	not "*" in rule.resources
	rbac.covers(rule, "", {resource})
	rbac.allows_verb(rule, verbs)
	path := sprintf("/rules/%d/verbs", [index])
	message := sprintf("%s makes pods, or runs commands in them", [objects.subject])
}
