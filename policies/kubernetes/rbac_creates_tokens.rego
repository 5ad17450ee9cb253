# METADATA
# title: Role lets its holders make tokens of service accounts
# description: A rule of a role allows to create tokens for service accounts.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   resource_types:
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/ClusterRole
#   risk: Its holder gets a token of any service account of the namespace or the cluster, and with it all that the account may.
#   remediation:
#     manifest: |
#       rules:
#         - apiGroups: [""]
#           resources: [serviceaccounts]
#           verbs: [get, list]
package kubernetes.rbac_creates_tokens

import data.lib.objects
import data.lib.rbac

not_applicable if rbac.is_builtin

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	rbac.covers(rule, "", {"serviceaccounts/token"})
	rbac.allows_verb(rule, {"create"})
	path := sprintf("/rules/%d/resources", [index])
	message := sprintf("%s makes tokens of service accounts", [objects.subject])
}
