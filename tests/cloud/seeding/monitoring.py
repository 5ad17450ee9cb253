"""Log groups, their metric filters, alarms and the topics that these report to."""

from seeding.place import allow, document

GROUP = "AWS::Logs::LogGroup"
ALARM = "AWS::CloudWatch::Alarm"
TOPIC = "AWS::SNS::Topic"


def log_group(place, name, encryption_key):
    """Kept for a year, encrypted."""
    client = place.client("logs")
    client.create_log_group(logGroupName=name, kmsKeyId=encryption_key)
    client.put_retention_policy(logGroupName=name, retentionInDays=365)
    place.make(GROUP, name, LogGroupName=name, KmsKeyId=encryption_key, RetentionInDays=365)


def bare_log_group(place):
    """As the API makes it."""
    place.client("logs").create_log_group(logGroupName="forgotten")
    place.plant(GROUP, "forgotten", "logs.log_group_without_retention", "logs.log_group_not_encrypted")


def short_log_group(place, encryption_key):
    client = place.client("logs")
    client.create_log_group(logGroupName="short", kmsKeyId=encryption_key)
    client.put_retention_policy(logGroupName="short", retentionInDays=7)
    place.plant(GROUP, "short", "logs.log_group_without_retention")


def metric_filters(place, group):
    for name, field in {"root-logins": "userIdentity.type", "denials": "errorCode"}.items():
        pattern = f'{{ $.{field} = "Root" }}'
        metric = {"metricName": name, "metricNamespace": "Audit", "metricValue": "1"}
        place.client("logs").put_metric_filter(
            logGroupName=group, filterName=name, filterPattern=pattern, metricTransformations=[metric]
        )
        transformation = {"MetricName": name, "MetricNamespace": "Audit", "MetricValue": "1"}
        properties = {"LogGroupName": group, "FilterName": name, "FilterPattern": pattern}
        place.make("AWS::Logs::MetricFilter", f"{group}|{name}", **properties, MetricTransformations=[transformation])


def topic(place, name):
    """The ARN of a topic with a policy and a subscription of its own."""
    client = place.client("sns")
    arn = client.create_topic(Name=name, Attributes={"DisplayName": name})["TopicArn"]
    owner = {"AWS": f"arn:aws:iam::{place.account}:root"}
    policy = document(allow("sns:Publish", arn, Principal=owner))
    client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    client.subscribe(TopicArn=arn, Protocol="email", Endpoint=f"{name}@example.com")
    subscription = {"Endpoint": f"{name}@example.com", "Protocol": "email"}
    place.make(TOPIC, arn, TopicName=name, DisplayName=name, Subscription=[subscription])
    return arn


def alarm(place, name, metric, namespace="Audit", dimensions=None, actions=()):
    settings = {
        "AlarmName": name,
        "Namespace": namespace,
        "MetricName": metric,
        "Statistic": "Maximum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "AlarmActions": list(actions),
    }
    if dimensions:
        settings["Dimensions"] = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    place.client("cloudwatch").put_metric_alarm(**settings)
    return settings


def alarms(place, alerts):
    """One that is heard, two that are not, and one that speaks through another."""
    place.make(ALARM, "root-logins", **alarm(place, "root-logins", "root-logins", actions=[alerts]))
    alarm(place, "without-actions", "denials")
    alarm(place, "switched-off", "denials", actions=[alerts])
    place.client("cloudwatch").disable_alarm_actions(AlarmNames=["switched-off"])
    for name in ("without-actions", "switched-off"):
        place.plant(ALARM, name, "cloudwatch.alarm_without_action")
    alarm(place, "part", "denials")
    for name in ("whole", "whole-again"):
        rule = 'ALARM("part") AND ALARM("root-logins")'
        place.client("cloudwatch").put_composite_alarm(AlarmName=name, AlarmRule=rule, AlarmActions=[alerts])
        place.make("AWS::CloudWatch::CompositeAlarm", name, AlarmName=name, AlarmRule=rule, AlarmActions=[alerts])


def database_alarms(place, actions, dimension, name, *metrics):
    """The alarms that a database needs, by the name of the instance or of its cluster."""
    for metric in metrics:
        alarm(place, f"{name}-{metric}", metric, "AWS/RDS", {dimension: name}, actions)
