# METADATA
# title: Database logs are not sent to CloudWatch
# description: A DB instance or DB cluster does not send the logs that its engine should to CloudWatch Logs. AWS sends none unless asked to. Instances of a cluster are judged with it; Aurora Serverless v1 and RDS Custom have no such setting.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: RDS keeps logs on the instance for days at most, so failed logins, errors and the traces of an intrusion are gone when somebody looks for them.
#   remediation:
#     console: RDS > Databases > the database > Modify > Additional configuration > Log exports.
#     cli: |
#       aws rds modify-db-instance --db-instance-identifier DATABASE --cloudwatch-logs-export-configuration '{"EnableLogTypes":["postgresql"]}'
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         EnableCloudwatchLogsExports:
#           - postgresql
#   parameters:
#     required_logs:
#       type: object
#       additionalProperties:
#         type: array
#         items:
#           type: string
#       default:
#         postgres: [postgresql]
#         aurora-postgresql: [postgresql]
#         mysql: [error, slowquery]
#         aurora-mysql: [error, slowquery]
#         mariadb: [error, slowquery]
#         sqlserver: [error, agent]
#         oracle: [alert, audit]
#         db2: [diag.log]
#       description: The logs that databases of each engine send to CloudWatch Logs. Engines that are left out are not judged.
package aws.rds.logs_not_exported

import data.lib.rds

family := rds.family(input.properties.Engine)

required := data.parameters.required_logs[family]

exported := {log | some log in input.properties.EnableCloudwatchLogsExports}

missing := [log |
	some log in required
	not log in exported
	exists(log)
]

exists(log) if log != "agent"

# SQL Server Express has no agent.
exists("agent") if lower(input.properties.Engine) != "sqlserver-ex"

not_applicable if not required

not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

not_applicable if input.properties.EngineMode == "serverless"

deny contains {"message": message, "path": "/EnableCloudwatchLogsExports"} if {
	count(missing) > 0
	message := sprintf("`%s` does not send these logs to CloudWatch: %s", [input.id, concat(", ", missing)])
}
