# METADATA
# title: Pod has a volume of a type that is not for applications
# description: A pod mounts storage directly, such as NFS or iSCSI, in place of a claim, a projection or scratch space.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://kubernetes.io/docs/concepts/storage/volumes/
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
#   risk: Drivers of such volumes run with the rights of the node, and who may write the pod chooses the server that they talk to.
#   remediation:
#     manifest: |
#       volumes:
#         - name: data
#           persistentVolumeClaim: {claimName: data}
package kubernetes.volume_types

import data.lib.objects
import data.lib.workloads

not_applicable if not workloads.pod

allowed := {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}

deny contains {"message": message, "path": path} if {
	some index, volume in workloads.pod.volumes
	some type in object.keys(volume)
	not type in allowed | {"name", "hostPath"}
	path := sprintf("%s/volumes/%d/%s", [workloads.at, index, type])
	message := sprintf("volume `%s` of %s is of the type `%s`", [object.get(volume, "name", ""), objects.subject, type])
}
