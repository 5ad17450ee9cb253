"""Amazon Route 53."""

from moto.route53.models import HostedZoneIdentifier, route53_backends
from wire import Failure

from corrections.registry import amended, correction

MOST = 300
GENERATE = HostedZoneIdentifier.generate

# The id of a zone begins with Z (https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html), moto's with whatever.
HostedZoneIdentifier.generate = lambda self, *arguments, **named: "Z" + GENERATE(self, *arguments, **named)[1:]


def key(record):
    """What tells a record set from the others of its zone."""
    return record["Name"], record["Type"], record.get("SetIdentifier")


@correction("route53", "ListResourceRecordSets")
def record_sets(call, onward):
    """moto never comes past record sets of one name and type, as it starts a page without regard to their identifiers
    (https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html)."""
    asked = call.parameters()
    answer = onward(call.again({"HostedZoneId": asked["HostedZoneId"], "MaxItems": "10000"}))
    if answer.status >= 300:
        return answer
    result = call.result(answer)
    sets, size, start = result["ResourceRecordSets"], int(asked.get("MaxItems", MOST)), 0
    if "StartRecordName" in asked:
        wanted = asked["StartRecordName"], asked.get("StartRecordType"), asked.get("StartRecordIdentifier")
        start = next((index for index, each in enumerate(sets) if key(each) == wanted), None)
    if start is None:
        return onward(call)
    result |= {"ResourceRecordSets": sets[start : start + size], "MaxItems": str(size), "IsTruncated": start + size < len(sets)}
    if result["IsTruncated"]:
        following = zip(("NextRecordName", "NextRecordType", "NextRecordIdentifier"), key(sets[start + size]))
        result |= {name: value for name, value in following if value}
    return call.answer(result)


@correction("route53", "ChangeResourceRecordSets")
def change_record_sets(call, onward):
    """moto makes a record set twice: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html"""
    asked = call.parameters()
    zone = route53_backends[call.account]["aws"].zones.get(asked["HostedZoneId"].rpartition("/")[2])
    there = {(each.name, each.type, each.set_identifier) for each in zone.rrsets} if zone else set()
    for change in asked["ChangeBatch"]["Changes"]:
        record = change["ResourceRecordSet"]
        name = record["Name"].rstrip(".") + "."
        if change["Action"] == "CREATE" and (name, record["Type"], record.get("SetIdentifier")) in there:
            message = f"Tried to create resource record set [name='{name}', type='{record['Type']}'] but it already exists"
            raise Failure("InvalidChangeBatch", f"[{message}]")
    return onward(call)


@correction("route53", "ListQueryLoggingConfigs")
def query_logging_configs(call, onward):
    """moto answers with those of all zones, or finds none of them
    (https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListQueryLoggingConfigs.html)."""
    asked = call.parameters()
    zone = asked.pop("HostedZoneId", "").rpartition("/")[2]
    if zone and zone not in route53_backends[call.account]["aws"].zones:
        raise Failure("NoSuchHostedZone", f"No hosted zone found with ID: {zone}", 404)

    def amend(result):
        configs = result["QueryLoggingConfigs"]
        result["QueryLoggingConfigs"] = [each for each in configs if zone in ("", each["HostedZoneId"])]

    return amended(call, onward(call.again(asked)), amend)


@correction("route53", "CreateQueryLoggingConfig")
def create_query_logging_config(call, onward):
    """moto takes no ARN of a log group without `:*`, as AWS writes it
    (https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateQueryLoggingConfig.html)."""
    asked = call.parameters()
    group = asked["CloudWatchLogsLogGroupArn"].removesuffix(":*")

    def amend(result):
        config = result["QueryLoggingConfig"]
        config["CloudWatchLogsLogGroupArn"] = group
        held = route53_backends[call.account]["aws"].query_logging_configs[config["Id"]]
        held.cloud_watch_logs_log_group_arn = group

    return amended(call, onward(call.again(asked | {"CloudWatchLogsLogGroupArn": f"{group}:*"})), amend)
