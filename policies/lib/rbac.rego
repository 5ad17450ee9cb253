# Rules of Kubernetes roles: which verbs they allow on which resources.
package lib.rbac

# The rule allows one of the verbs, by name or by `*`.
allows_verb(rule, verbs) if {
	some verb in rule.verbs
	verb in verbs | {"*"}
}

# The rule speaks of one of the resources of an API group, by name or by `*`.
covers(rule, group, resources) if {
	some named in rule.apiGroups
	named in {group, "*"}
	some resource in rule.resources
	resource in resources | {"*"}
}

# `*/exec` is that subresource of every resource.
covers(rule, group, resources) if {
	some named in rule.apiGroups
	named in {group, "*"}
	some resource in rule.resources
	startswith(resource, "*/")
	some known in resources
	endswith(known, trim_prefix(resource, "*"))
}

# Kubernetes makes the role itself.
is_builtin if startswith(input.properties.metadata.name, "system:")

is_builtin if {
	input.type == "rbac.authorization.k8s.io/v1/ClusterRole"
	input.properties.metadata.name in {"cluster-admin", "admin", "edit", "view"}
}
