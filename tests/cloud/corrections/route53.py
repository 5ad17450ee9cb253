"""Amazon Route 53."""

from corrections.registry import correction

MOST = 300


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
