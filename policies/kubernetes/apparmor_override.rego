# METADATA
# title: AppArmor is switched off
# description: A pod or a container runs without the AppArmor profile that runtimes give it, by its security context or by an annotation.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/tutorials/security/apparmor/
# custom:
#   severity: medium
#   resource_types:
#     - v1/Pod
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#     - apps/v1/DaemonSet
#     - apps/v1/ReplicaSet
#     - v1/ReplicationController
#     - batch/v1/Job
#     - batch/v1/CronJob
#   risk: Without the profile a process in the container may mount file systems and write where only the node should.
#   remediation:
#     manifest: |
#       securityContext:
#         appArmorProfile: {type: RuntimeDefault}
package kubernetes.apparmor_override

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

prefix := "container.apparmor.security.beta.kubernetes.io/"

allowed := {"RuntimeDefault", "Localhost"}

deny contains {"message": message, "path": path} if {
	type := workloads.pod.securityContext.appArmorProfile.type
	not type in allowed
	path := sprintf("%s/securityContext/appArmorProfile/type", [workloads.at])
	message := sprintf("%s has the AppArmor profile `%s`", [objects.subject, type])
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	type := container.securityContext.appArmorProfile.type
	not type in allowed
	path := workloads.pointer(kind, index, "/securityContext/appArmorProfile/type")
	message := sprintf("%s has the AppArmor profile `%s`", [workloads.described(kind, container), type])
}

is_kept(profile) if profile in {"", "runtime/default"}

is_kept(profile) if startswith(profile, "localhost/")

deny contains {"message": message, "path": path} if {
	some name, profile in workloads.annotations
	startswith(name, prefix)
	not is_kept(profile)
	path := sprintf("%s/metadata/annotations/%s", [trim_suffix(workloads.at, "/spec"), replace(name, "/", "~1")])
	message := sprintf("%s gives container `%s` the AppArmor profile `%s`", [objects.subject, trim_prefix(name, prefix), profile])
}
