# METADATA
# title: Pod sets SELinux options that lift its confinement
# description: A pod or a container sets an SELinux user or role, or a type that is not one of those for containers.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
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
#   risk: With a label of its own a process leaves the confinement that SELinux puts containers under.
#   remediation:
#     manifest: |
#       securityContext:
#         seLinuxOptions: {level: "s0:c123,c456"}
package kubernetes.selinux_options

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

not_applicable if workloads.is_windows

# What each field may be.
allowed := {
	"type": {"", null, "container_t", "container_init_t", "container_kvm_t", "container_engine_t"},
	"user": {"", null},
	"role": {"", null},
}

deny contains {"message": message, "path": path} if {
	options := workloads.pod.securityContext.seLinuxOptions
	some field, values in allowed
	not object.get(options, field, null) in values
	path := sprintf("%s/securityContext/seLinuxOptions/%s", [workloads.at, field])
	message := sprintf("%s sets the SELinux %s `%s`", [objects.subject, field, options[field]])
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	options := container.securityContext.seLinuxOptions
	some field, values in allowed
	not object.get(options, field, null) in values
	path := workloads.pointer(kind, index, sprintf("/securityContext/seLinuxOptions/%s", [field]))
	message := sprintf("%s sets the SELinux %s `%s`", [workloads.described(kind, container), field, options[field]])
}
