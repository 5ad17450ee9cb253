# METADATA
# title: Manifest holds a secret in plain text
# description: An environment variable has a literal value that is a credential by its name or by its form.
# related_resources:
#   - https://kubernetes.io/docs/concepts/configuration/secret/
#   - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
# custom:
#   severity: high
#   sensitive: true
#   resource_types:
#     - v1/Pod
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#     - apps/v1/DaemonSet
#     - apps/v1/ReplicaSet
#     - v1/ReplicationController
#     - batch/v1/Job
#     - batch/v1/CronJob
#   risk: Everyone who can read the repository, the manifest or the pod has the credential, and it stays in the history of both.
#   remediation:
#     manifest: |
#       env:
#         - name: DATABASE_PASSWORD
#           valueFrom:
#             secretKeyRef: {name: database, key: password}
package kubernetes.secret_in_environment

import data.lib.workloads

not_applicable if not workloads.pod

# Names that end so hold the credential itself, not where it is or how long it lives.
is_named(name) if {
	regex.match(
		`(?i)(^|[_.-])(password|passwd|passphrase|pass|pwd|dbpass|secret|token|credentials?|(api|access|auth|private|secret|encryption|signing)[_-]?key)$`,
		name,
	)
}

# References, paths, addresses and switches are no credentials.
is_reference(value) if regex.match(`^\s*$|^\$\(|^\$\{|^/|^arn:|^[a-z][a-z0-9+.-]*://|^(?i)(true|false|none|null|enabled|disabled)$`, value)

is_credential(name, value) if {
	is_named(name)
	not is_reference(value)
}

is_credential(_, value) if regex.match(`^(AKIA|ASIA)[A-Z0-9]{16}$`, value)

is_credential(_, value) if regex.match(`-----BEGIN [A-Z ]*PRIVATE KEY-----`, value)

is_credential(_, value) if regex.match(`^(gh[pousr]_[A-Za-z0-9]{36}|github_pat_|glpat-|xox[abprs]-|sk_live_|npm_[A-Za-z0-9]{36})`, value)

is_credential(_, value) if {
	regex.match(`^[a-z][a-z0-9+.-]*://[^/:@\s]*:[^/@\s]+@`, value)
	not regex.match(`^[a-z][a-z0-9+.-]*://[^/:@\s]*:(\$\(|\$\{)`, value)
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	some number, variable in container.env
	is_string(variable.value)
	is_credential(variable.name, variable.value)
	path := workloads.pointer(kind, index, sprintf("/env/%d/value", [number]))
	message := sprintf("%s has a credential in plain text in `%s`", [workloads.described(kind, container), variable.name])
}
