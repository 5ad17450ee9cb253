# METADATA
# title: Pod mounts a folder of its node
# description: A pod has a volume of the type `hostPath`.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
# custom:
#   severity: high
#   resource_types:
#     - v1/Pod
#     - apps/v1/Deployment
#     - apps/v1/StatefulSet
#     - apps/v1/DaemonSet
#     - apps/v1/ReplicaSet
#     - v1/ReplicationController
#     - batch/v1/Job
#     - batch/v1/CronJob
#   risk: Through files of the node a container reads the credentials of the kubelet and secrets of other pods, or writes what the node runs.
#   remediation:
#     manifest: |
#       volumes:
#         - name: data
#           persistentVolumeClaim: {claimName: data}
package kubernetes.host_path

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

deny contains {"message": message, "path": path} if {
	some index, volume in workloads.pod.volumes
	volume.hostPath
	path := sprintf("%s/volumes/%d/hostPath", [workloads.at, index])
	message := sprintf("%s mounts `%s` of its node", [objects.subject, object.get(volume.hostPath, "path", "")])
}
