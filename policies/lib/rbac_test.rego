package lib.rbac_test

import data.lib.rbac

test_verbs_by_name_and_by_wildcard if {
	rbac.allows_verb({"verbs": ["get"]}, {"get", "list"})
	rbac.allows_verb({"verbs": ["*"]}, {"get"})
	not rbac.allows_verb({"verbs": ["watch"]}, {"get", "list"})
}

test_resources_by_group if {
	rbac.covers({"apiGroups": [""], "resources": ["secrets"]}, "", {"secrets"})
	rbac.covers({"apiGroups": ["*"], "resources": ["*"]}, "", {"secrets"})
	not rbac.covers({"apiGroups": ["apps"], "resources": ["*"]}, "", {"secrets"})
	not rbac.covers({"apiGroups": [""], "resources": ["pods"]}, "", {"secrets"})
}

test_subresources_of_every_resource if {
	rbac.covers({"apiGroups": [""], "resources": ["*/exec"]}, "", {"pods", "pods/exec"})
	not rbac.covers({"apiGroups": [""], "resources": ["*/exec"]}, "", {"pods", "pods/log"})
	not rbac.covers({"apiGroups": ["apps"], "resources": ["*/exec"]}, "", {"pods/exec"})
}

test_roles_of_kubernetes_itself if {
	rbac.is_builtin with input as {
		"type": "rbac.authorization.k8s.io/v1/ClusterRole",
		"properties": {"metadata": {"name": "cluster-admin"}},
	}
	not rbac.is_builtin with input as {
		"type": "rbac.authorization.k8s.io/v1/Role",
		"properties": {"metadata": {"name": "admin"}},
	}
}
