"""AWS CloudTrail: what a trail records."""

from moto.cloudtrail.models import cloudtrail_backends
from wire import Failure

from corrections.kms import key_of
from corrections.registry import amended, correction

# What a trail may lack.
OPTIONAL = ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn", "KmsKeyId", "S3KeyPrefix", "SnsTopicARN", "SnsTopicName")


def find(call, parameter):
    """moto's trail of the name or ARN that the parameter is."""
    asked, trails = call.parameters()[parameter], cloudtrail_backends[call.account][call.region].trails.values()
    return next((trail for trail in trails if asked in (trail.trail_name, trail.arn)), None)


def described(call, trail):
    """moto tells what a trail lacks as empty, the key as it was given, and of no trail that it has selectors
    (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Trail.html)."""
    for name in OPTIONAL:
        if not trail.get(name):
            trail.pop(name, None)
    key = key_of(call, trail["KmsKeyId"]) if "KmsKeyId" in trail else None
    if key:
        trail["KmsKeyId"] = key.arn
    for backend in cloudtrail_backends[call.account].values():
        for held in backend.trails.values():
            if held.arn == trail.get("TrailARN") and "HasCustomEventSelectors" in trail:
                trail["HasCustomEventSelectors"] = bool(held.event_selectors or held.advanced_event_selectors)
                trail["HasInsightSelectors"] = bool(held.insight_selectors)


@correction("cloudtrail", "DescribeTrails")
def describe_trails(call, onward):
    return amended(call, onward(call), lambda result: [described(call, trail) for trail in result["trailList"]])


@correction("cloudtrail", "GetTrail")
def get_trail(call, onward):
    return amended(call, onward(call), lambda result: described(call, result["Trail"]))


@correction("cloudtrail", "PutInsightSelectors")
def put_insight_selectors(call, onward):
    """moto adds to those that were there: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html"""
    trail = find(call, "TrailName")
    if trail:
        trail.insight_selectors.clear()
    return onward(call)


@correction("cloudtrail", "PutEventSelectors")
def put_event_selectors(call, onward):
    """A trail has selectors of one of the two kinds:
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html"""
    trail = find(call, "TrailName")
    if trail:
        trail.advanced_event_selectors = []
    return onward(call)


@correction("cloudtrail", "DeleteTrail")
def delete_trail(call, onward):
    """moto keeps the tags, and deletes by name alone: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html"""
    backend, trail = cloudtrail_backends[call.account][call.region], find(call, "Name")
    if not trail:
        raise Failure("TrailNotFoundException", f"Unknown trail: {call.parameters()['Name']} for the user: {call.account}")
    backend.delete_trail(trail.trail_name)
    backend.tagging_service.delete_all_tags_for_resource(trail.arn)
    return call.answer({})
