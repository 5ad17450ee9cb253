# METADATA
# title: Role lets its holders read Secrets
# description: A rule of a role allows to get, list or watch Secrets, and not only some that it names.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: medium
#   resource_types:
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/ClusterRole
#   risk: Secrets hold the tokens and passwords of everything in the namespace or the cluster; to list them is to read them.
#   remediation:
#     manifest: |
#       rules:
#         - apiGroups: [""]
#           resources: [secrets]
#           resourceNames: [database]
#           verbs: [get]
package kubernetes.rbac_reads_secrets

import data.lib.objects
import data.lib.rbac

not_applicable if rbac.is_builtin

deny contains {"message": message, "path": path} if {
	some index, rule in input.properties.rules
	rbac.covers(rule, "", {"secrets"})
	rbac.allows_verb(rule, {"get", "list", "watch"})
	count(object.get(rule, "resourceNames", [])) == 0
	path := sprintf("/rules/%d/resources", [index])
	message := sprintf("%s reads every Secret", [objects.subject])
}
