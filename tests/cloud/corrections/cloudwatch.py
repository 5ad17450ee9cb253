"""Amazon CloudWatch alarms."""

from datetime import datetime, timezone

from moto.cloudwatch.models import cloudwatch_backends

from corrections.registry import State, amended, correction

# The composite alarms by name.
COMPOSITES = State()
# What moto forgets of a metric alarm, by name.
ASKED = State()
FORGOTTEN = ("ActionConfiguration", "EvaluationCriteria", "EvaluationInterval", "EvaluationWindow", "Metrics", "WarmUpConfiguration")


def tagger(call):
    return cloudwatch_backends[call.account][call.region].tagger


@correction("cloudwatch", "PutMetricAlarm")
def put_alarm(call, onward):
    """moto forgets some settings: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300:
        ASKED.of(call)[asked["AlarmName"]] = {name: asked[name] for name in FORGOTTEN if name in asked}
    return answer


@correction("cloudwatch", "PutCompositeAlarm")
def put_composite(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html"""
    asked = call.parameters()
    arn = f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm:{asked['AlarmName']}"
    tagger(call).tag_resource(arn, asked.pop("Tags", []))
    now = datetime.now(timezone.utc)
    alarm = {"ActionsEnabled": True, "AlarmActions": [], "InsufficientDataActions": [], "OKActions": [], "StateValue": "OK"}
    alarm |= {"AlarmArn": arn, "AlarmConfigurationUpdatedTimestamp": now, "StateUpdatedTimestamp": now}
    COMPOSITES.of(call)[asked["AlarmName"]] = alarm | asked
    return call.answer({})


@correction("cloudwatch", "DescribeAlarms")
def describe_alarms(call, onward):
    """moto answers alarms of every type. AWS answers those of metrics unless asked for others
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html)."""
    asked = call.parameters()
    types = asked.get("AlarmTypes") or ["MetricAlarm"]
    wanted = [each for each in COMPOSITES.of(call).values() if "CompositeAlarm" in types and is_named(asked, each["AlarmName"])]

    def amend(result):
        result["CompositeAlarms"] = wanted
        result["MetricAlarms"] = result.get("MetricAlarms", []) if "MetricAlarm" in types else []
        for alarm in result["MetricAlarms"]:
            alarm |= ASKED.of(call).get(alarm["AlarmName"], {})

    return amended(call, onward(call), amend)


def is_named(asked, name):
    return name in asked.get("AlarmNames", [name]) and name.startswith(asked.get("AlarmNamePrefix", ""))


@correction("cloudwatch", "DeleteAlarms")
def delete_alarms(call, onward):
    """For those that moto lacks, and for their tags:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html"""
    for name in call.parameters()["AlarmNames"]:
        for kept in (COMPOSITES, ASKED):
            kept.of(call).pop(name, None)
        tagger(call).delete_all_tags_for_resource(f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm:{name}")
    return onward(call)


def is_dashboard(call, arn):
    return arn.partition(":dashboard/")[2] in cloudwatch_backends[call.account][call.region].dashboards


@correction("cloudwatch", "PutDashboard")
def put_dashboard(call, onward):
    """moto forgets the tags: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html"""
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300:
        tagger(call).tag_resource(f"arn:aws:cloudwatch::{call.account}:dashboard/{asked['DashboardName']}", asked.get("Tags", []))
    return answer


@correction("cloudwatch", "DeleteDashboards")
def delete_dashboards(call, onward):
    answer = onward(call)
    for name in call.parameters()["DashboardNames"] if answer.status < 300 else []:
        tagger(call).delete_all_tags_for_resource(f"arn:aws:cloudwatch::{call.account}:dashboard/{name}")
    return answer


@correction("cloudwatch", "TagResource")
def tag(call, onward):
    """moto tags no composite alarm and no dashboard:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html"""
    asked = call.parameters()
    arn = asked["ResourceARN"]
    if arn.partition(":alarm:")[2] not in COMPOSITES.of(call) and not is_dashboard(call, arn):
        return onward(call)
    tagger(call).tag_resource(arn, asked["Tags"])
    return call.answer({})
