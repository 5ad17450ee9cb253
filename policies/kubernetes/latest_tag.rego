# METADATA
# title: Image is not pinned to a version
# description: A container runs an image without a tag, or with the tag `latest`, and without a digest.
# related_resources:
#   - https://kubernetes.io/docs/concepts/containers/images/
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
#   risk: What runs changes with the next restart, differs between nodes, and nobody can tell afterwards what it was.
#   remediation:
#     manifest: |
#       image: example.com/shop/api:1.4.2
package kubernetes.latest_tag

import data.lib.workloads

not_applicable if not workloads.pod

is_pinned(image) if contains(image, "@sha256:")

is_pinned(image) if contains(image, "@sha512:")

# What follows a colon before the last slash is the port of the registry.
is_pinned(image) if {
	name := regex.replace(image, "^.*/", "")
	parts := split(name, ":")
	count(parts) > 1
	not parts[1] in {"", "latest"}
}

deny contains {"message": message, "path": path} if {
	some kind in workloads.containers
	some index, container in workloads.pod[kind]
	not is_pinned(container.image)
	path := workloads.pointer(kind, index, "/image")
	message := sprintf("%s runs `%s`, which is no fixed version", [workloads.described(kind, container), container.image])
}
