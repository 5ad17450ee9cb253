# METADATA
# title: Role lets its holders change webhooks of the API server
# description: A rule of a role allows to create or change webhooks that see and alter requests to the API.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   resource_types:
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/ClusterRole
#   risk: A webhook reads every Secret that is written and puts what it likes into every pod that is made.
#   remediation:
#     manifest: |
#       rules:
#         - apiGroups: [admissionregistration.k8s.io]
#           resources: [validatingwebhookconfigurations]
#           verbs: [get, list]
package kubernetes.rbac_changes_webhooks

import data.lib.objects
import data.lib.rbac

not_applicable if rbac.is_builtin

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	rbac.covers(rule, "admissionregistration.k8s.io", {"validatingwebhookconfigurations", "mutatingwebhookconfigurations"})
	rbac.allows_verb(rule, {"create", "update", "patch"})
	path := sprintf("/rules/%d/resources", [index])
	message := sprintf("%s changes webhooks of the API server", [objects.subject])
}
