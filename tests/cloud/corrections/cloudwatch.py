"""Amazon CloudWatch alarms."""

from datetime import datetime, timezone

from moto.cloudwatch.models import cloudwatch_backends

from corrections.registry import State, amended, correction

# The composite alarms by name.
COMPOSITES = State()


@correction("cloudwatch", "PutCompositeAlarm")
def put_composite(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html"""
    asked = call.parameters()
    arn = f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm:{asked['AlarmName']}"
    cloudwatch_backends[call.account][call.region].tagger.tag_resource(arn, asked.pop("Tags", []))
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

    return amended(call, onward(call), amend)


def is_named(asked, name):
    return name in asked.get("AlarmNames", [name]) and name.startswith(asked.get("AlarmNamePrefix", ""))


@correction("cloudwatch", "DeleteAlarms")
def delete_alarms(call, onward):
    """For those that moto lacks: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html"""
    for name in call.parameters()["AlarmNames"]:
        COMPOSITES.of(call).pop(name, None)
    return onward(call)
