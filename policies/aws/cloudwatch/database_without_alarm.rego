# METADATA
# title: RDS instance has no alarms
# description: >-
#   No CloudWatch alarm of the account and Region watches one of the parameter's metrics for the instance: by DBInstanceIdentifier, by the DBClusterIdentifier
#   of its cluster, in metric math, or by a Metrics Insights query. Aurora's storage grows by itself, so FreeStorageSpace is not asked of it.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html#RDS
# custom:
#   severity: low
#   resource_types:
#     - AWS::RDS::DBInstance
#   risk: A database that runs out of storage or is overloaded is noticed when the application fails.
#   remediation:
#     console: CloudWatch > All alarms > Create alarm > Select metric > RDS > DBInstanceIdentifier.
#     cli: aws cloudwatch put-metric-alarm --alarm-name INSTANCE-storage --namespace AWS/RDS --metric-name FreeStorageSpace --dimensions Name=DBInstanceIdentifier,Value=INSTANCE --statistic Minimum --period 300 --evaluation-periods 3 --comparison-operator LessThanThreshold --threshold 10000000000 --alarm-actions TOPIC_ARN
#     cloudformation: |
#       Type: AWS::CloudWatch::Alarm
#       Properties:
#         Namespace: AWS/RDS
#         MetricName: CPUUtilization
#         Dimensions:
#           - Name: DBInstanceIdentifier
#             Value: !Ref Database
#         Statistic: Average
#         Period: 300
#         EvaluationPeriods: 3
#         ComparisonOperator: GreaterThanThreshold
#         Threshold: 90
#         AlarmActions:
#           - !Ref Topic
#   parameters:
#     metrics:
#       type: array
#       items:
#         type: string
#       minItems: 1
#       default: [CPUUtilization, FreeStorageSpace]
#       description: The metrics of AWS/RDS that each need an alarm.
package aws.cloudwatch.database_without_alarm

# The RDS API lists the instances of these services too; their metrics have other namespaces.
not_applicable if lower(input.properties.Engine) in {"docdb", "neptune"}

identifiers contains lower(input.id)

identifiers contains lower(input.properties.DBInstanceIdentifier)

has_metric("FreeStorageSpace") if not startswith(lower(object.get(input.properties, "Engine", "")), "aurora")

has_metric(metric) if metric != "FreeStorageSpace"

names_instance(dimensions) if {
	some dimension in dimensions
	dimension.Name == "DBInstanceIdentifier"
	lower(dimension.Value) in identifiers
}

names_instance(dimensions) if {
	some dimension in dimensions
	dimension.Name == "DBClusterIdentifier"
	lower(dimension.Value) == lower(input.properties.DBClusterIdentifier)
}

watched contains metric if {
	some alarm in data.resources["AWS::CloudWatch::Alarm"]
	metric := alarm.properties.MetricName
	alarm.properties.Namespace == "AWS/RDS"
	names_instance(alarm.properties.Dimensions)
}

watched contains metric if {
	some alarm in data.resources["AWS::CloudWatch::Alarm"]
	some query in alarm.properties.Metrics
	metric := query.MetricStat.Metric.MetricName
	query.MetricStat.Metric.Namespace == "AWS/RDS"
	names_instance(query.MetricStat.Metric.Dimensions)
}

# SELECT MAX(CPUUtilization) FROM SCHEMA("AWS/RDS", DBInstanceIdentifier)
watched contains metric if {
	some alarm in data.resources["AWS::CloudWatch::Alarm"]
	some query in alarm.properties.Metrics
	regex.match(`(?is)^\s*select\s.*"?aws/rds"?`, query.Expression)
	of_instance(lower(query.Expression))
	some metric in data.parameters.metrics
	regex.match(sprintf(`(?i)\(\s*"?%s"?\s*\)`, [metric]), query.Expression)
}

of_instance(expression) if not contains(expression, "where")

of_instance(expression) if {
	some identifier in identifiers
	contains(expression, sprintf("'%s'", [identifier]))
}

deny contains {"message": message, "path": ""} if {
	some metric in data.parameters.metrics
	has_metric(metric)
	not metric in watched
	message := sprintf("no alarm watches `%s` of DB instance `%s`", [metric, input.id])
}
