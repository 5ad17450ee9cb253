# METADATA
# title: Role lets its holders approve certificates
# description: A rule of a role allows to approve requests for certificates that the cluster signs.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   resource_types:
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/ClusterRole
#   risk: Who approves requests makes themselves a certificate of any user or node, which works until it expires.
#   remediation:
#     manifest: |
#       rules:
#         - apiGroups: [certificates.k8s.io]
#           resources: [certificatesigningrequests]
#           verbs: [create, get]
package kubernetes.rbac_approves_certificates

import data.lib.objects
import data.lib.rbac

not_applicable if rbac.is_builtin

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	rbac.covers(rule, "certificates.k8s.io", {"certificatesigningrequests/approval"})
	rbac.allows_verb(rule, {"update", "patch"})
	path := sprintf("/rules/%d/resources", [index])
	message := sprintf("%s approves certificates", [objects.subject])
}
