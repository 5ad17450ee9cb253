# METADATA
# title: Somebody is bound to cluster-admin
# description: A binding gives the role `cluster-admin` to someone else than Kubernetes itself.
# related_resources:
#   - https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   resource_types:
#     - rbac.authorization.k8s.io/v1/ClusterRoleBinding
#     - rbac.authorization.k8s.io/v1/RoleBinding
#   risk: Whoever takes over one of its subjects owns the cluster, or, by a RoleBinding, all of the namespace.
#   remediation:
#     manifest: |
#       roleRef:
#         apiGroup: rbac.authorization.k8s.io
#         kind: Role
#         name: deployer
package kubernetes.cluster_admin_binding

import data.lib.objects

is_of_kubernetes(subject) if {
	subject.kind == "Group"
	subject.name == "system:masters"
}

deny contains {"message": message, "path": path} if {
	input.properties.roleRef.kind == "ClusterRole"
	input.properties.roleRef.name == "cluster-admin"
	some index, subject in input.properties.subjects
	not is_of_kubernetes(subject)
	path := sprintf("/subjects/%d", [index])
	message := sprintf("%s makes %s `%s` an administrator", [objects.subject, subject.kind, subject.name])
}
