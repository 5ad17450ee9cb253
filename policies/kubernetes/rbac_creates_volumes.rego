# METADATA
# title: Role lets its holders make persistent volumes
# description: A rule of a role allows to create persistent volumes, which may be folders of nodes.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: medium
#   resource_types:
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/ClusterRole
#   risk: A volume of the type `hostPath` gives its pod the files of the node, around the standard that the namespace enforces.
#   remediation:
#     manifest: |
#       rules:
#         - apiGroups: [""]
#           resources: [persistentvolumeclaims]
#           verbs: [create]
package kubernetes.rbac_creates_volumes

import data.lib.objects
import data.lib.rbac

not_applicable if rbac.is_builtin

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	rbac.covers(rule, "", {"persistentvolumes"})
	rbac.allows_verb(rule, {"create"})
	path := sprintf("/rules/%d/resources", [index])
	message := sprintf("%s makes persistent volumes", [objects.subject])
}
