# METADATA
# title: Object is in the default namespace
# description: An object names no namespace, or names `default`.
# related_resources:
#   - https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
# custom:
#   severity: low
#   resource_types:
#     - v1/Pod
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#     - apps/v1/DaemonSet
#     - apps/v1/ReplicaSet
#     - v1/ReplicationController
#     - batch/v1/Job
#     - batch/v1/CronJob
#     - v1/Service
#     - v1/ConfigMap
#     - v1/Secret
#     - v1/ServiceAccount
#     - v1/PersistentVolumeClaim
#     - networking.k8s.io/v1/Ingress
#     - rbac.authorization.k8s.io/v1/Role
#     - rbac.authorization.k8s.io/v1/RoleBinding
#   risk: What shares a namespace shares its roles, network policies and quotas, so that one team or environment reaches the things of another.
#   remediation:
#     manifest: |
#       metadata:
#         namespace: shop
package kubernetes.default_namespace

import data.lib.objects

# Kubernetes puts these there itself.
not_applicable if {
	input.type == "v1/Service"
	input.properties.metadata.name == "kubernetes"
}

not_applicable if {
	input.type == "v1/ServiceAccount"
	input.properties.metadata.name == "default"
}

not_applicable if {
	input.type == "v1/ConfigMap"
	input.properties.metadata.name == "kube-root-ca.crt"
}

deny contains {"message": message, "path": "/metadata/namespace"} if {
	objects.namespace(input) == "default"
	message := sprintf("%s is in the default namespace", [objects.subject])
}
