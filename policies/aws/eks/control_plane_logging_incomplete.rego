# METADATA
# title: EKS control plane logs are not all sent to CloudWatch
# description: An EKS cluster does not send every required type of control plane log to CloudWatch Logs. AWS sends none unless the cluster asks for it.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EKS::Cluster
#   risk: Without the audit and authenticator logs nobody can tell who did what in the cluster after an incident, and AWS keeps no copy to ask for.
#   remediation:
#     console: EKS > Clusters > the cluster > Observability > Control plane logs > Manage > turn every type on.
#     cli: |
#       aws eks update-cluster-config --name CLUSTER --logging '{"clusterLogging":[{"types":["api","audit","authenticator","controllerManager","scheduler"],"enabled":true}]}'
#     cloudformation: |
#       Type: AWS::EKS::Cluster
#       Properties:
#         Logging:
#           ClusterLogging:
#             EnabledTypes:
#               - Type: api
#               - Type: audit
#               - Type: authenticator
#               - Type: controllerManager
#               - Type: scheduler
#   parameters:
#     required_types:
#       type: array
#       items:
#         type: string
#         enum: [api, audit, authenticator, controllerManager, scheduler]
#       default: [api, audit, authenticator, controllerManager, scheduler]
#       description: The types of control plane log that every cluster sends to CloudWatch Logs.
package aws.eks.control_plane_logging_incomplete

enabled := {log.Type | some log in input.properties.Logging.ClusterLogging.EnabledTypes}

missing := [name |
	some name in data.parameters.required_types
	not name in enabled
]

deny contains {"message": message, "path": "/Logging/ClusterLogging/EnabledTypes"} if {
	count(missing) > 0
	message := sprintf("cluster `%s` does not send these logs to CloudWatch: %s", [input.id, concat(", ", missing)])
}
