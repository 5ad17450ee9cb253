# METADATA
# title: Somebody unknown is given a role
# description: A binding gives a role to those who did not say who they are, or to everyone who did.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   resource_types:
#     - rbac.authorization.k8s.io/v1/ClusterRoleBinding
#     - rbac.authorization.k8s.io/v1/RoleBinding
#   risk: Whoever reaches the API of the cluster has the rights of the role, without an account or with any.
#   remediation:
#     manifest: |
#       subjects:
#         - kind: Group
#           apiGroup: rbac.authorization.k8s.io
#           name: ops
package kubernetes.rbac_anonymous

import data.lib.objects

strangers := {"system:anonymous", "system:unauthenticated", "system:authenticated"}

# These only tell that the cluster is there and which APIs it has.
harmless := {"system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery"}

not_applicable if input.properties.roleRef.name in harmless

deny contains {"message": message, "path": path} if {
	some index, subject in input.properties.subjects
	subject.name in strangers
	path := sprintf("/subjects/%d/name", [index])
	message := sprintf("%s gives role `%s` to `%s`", [objects.subject, input.properties.roleRef.name, subject.name])
}
