# METADATA
# title: Namespace does not enforce a Pod Security Standard
# description: A namespace has no label by which Kubernetes refuses pods that break the baseline or the restricted standard.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-admission/
# custom:
#   severity: medium
#   resource_types:
#     - v1/Namespace
#   risk: Whoever may make pods in the namespace may make privileged ones, and owns the node with them.
#   remediation:
#     manifest: |
#       metadata:
#         labels:
#           pod-security.kubernetes.io/enforce: restricted
package kubernetes.namespace_without_pod_security

import data.lib.objects

not_applicable if startswith(input.properties.metadata.name, "kube-")

label := object.get(object.get(input.properties.metadata, "labels", {}), "pod-security.kubernetes.io/enforce", "none")

deny contains {"message": message, "path": "/metadata/labels/pod-security.kubernetes.io~1enforce"} if {
	not label in {"baseline", "restricted"}
	message := sprintf("%s enforces no Pod Security Standard", [objects.subject])
}
