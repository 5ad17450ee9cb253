"""Amazon S3: settings of buckets that moto lacks, and those of which it forgets a part."""

import hashlib

from wire import Failure

from corrections.registry import State, amended, correction
from corrections.s3 import bucket

# What was asked for each bucket by name: a setting by the name of its parameter, configurations also by id.
SETTINGS = State()
# Settings with an id.
KINDS = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")


def settings(call):
    if not bucket(call):
        raise Failure("NoSuchBucket", "The specified bucket does not exist", 404)
    return SETTINGS.of_account(call).setdefault(call.parameters()["Bucket"], {})


@correction("s3", "DeleteBucket")
def delete_bucket(call, onward):
    answer = onward(call)
    if answer.status < 300:
        SETTINGS.of_account(call).pop(call.parameters()["Bucket"], None)
    return answer


def configurations(call):
    """The configurations of the operation's kind, by id."""
    kind = next(kind for kind in KINDS if kind in call.name)
    return f"{kind}Configuration", settings(call).setdefault(f"{kind}Configuration", {})


@correction("s3", *(f"PutBucket{kind}Configuration" for kind in KINDS))
def put_configuration(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketMetricsConfiguration.html"""
    name, kept = configurations(call)
    kept[call.parameters()["Id"]] = call.parameters()[name]
    return call.answer({})


@correction("s3", *(f"GetBucket{kind}Configuration" for kind in KINDS))
def get_configuration(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetricsConfiguration.html"""
    name, kept = configurations(call)
    return call.answer({name: found(kept, call)})


@correction("s3", *(f"DeleteBucket{kind}Configuration" for kind in KINDS))
def delete_configuration(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketMetricsConfiguration.html"""
    kept = configurations(call)[1]
    found(kept, call)
    del kept[call.parameters()["Id"]]
    return call.answer({})


def found(kept, call):
    if call.parameters()["Id"] not in kept:
        raise Failure("NoSuchConfiguration", "The specified configuration does not exist.", 404)
    return kept[call.parameters()["Id"]]


@correction("s3", *(f"ListBucket{kind}Configurations" for kind in KINDS))
def list_configurations(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketMetricsConfigurations.html"""
    name, kept = configurations(call)
    return call.answer({"IsTruncated": False, f"{name}List": [kept[key] for key in sorted(kept)]})


@correction("s3", "PutBucketAbac")
def put_abac(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAbac.html"""
    settings(call)["AbacStatus"] = call.parameters()["AbacStatus"]
    return call.answer({})


@correction("s3", "GetBucketAbac")
def get_abac(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAbac.html"""
    return call.answer({"AbacStatus": settings(call).get("AbacStatus", {"Status": "Disabled"})})


def keep(call, name):
    settings(call)[name] = call.parameters().get(name)


def keep_rules(call, name):
    """A rule without an id gets one of AWS."""
    keep(call, name)
    for rule in settings(call)[name]["Rules"]:
        rule.setdefault("ID", hashlib.sha256(str(rule).encode()).hexdigest()[:48])


@correction("s3", "PutBucketLifecycleConfiguration")
def put_lifecycle(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html"""
    answer = onward(call)
    if answer.status < 300:
        keep_rules(call, "LifecycleConfiguration")
        keep(call, "TransitionDefaultMinimumObjectSize")
    return answer


@correction("s3", "GetBucketLifecycleConfiguration")
def get_lifecycle(call, onward):
    """moto forgets the sizes of objects, and how many versions are kept:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html"""

    def amend(result):
        result["Rules"] = settings(call)["LifecycleConfiguration"]["Rules"]
        smallest = settings(call)["TransitionDefaultMinimumObjectSize"] or "all_storage_classes_128K"
        result["TransitionDefaultMinimumObjectSize"] = smallest

    return amended(call, onward(call), amend)


@correction("s3", "PutBucketReplication")
def put_replication(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html"""
    answer = onward(call)
    if answer.status < 300:
        keep_rules(call, "ReplicationConfiguration")
    return answer


@correction("s3", "GetBucketReplication")
def get_replication(call, onward):
    """moto forgets the filter of a rule: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html"""

    return amended(call, onward(call), lambda result: result.update(ReplicationConfiguration=settings(call)["ReplicationConfiguration"]))


@correction("s3", "PutBucketNotificationConfiguration")
def put_notification(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html"""
    answer = onward(call)
    if answer.status < 300:
        keep(call, "NotificationConfiguration")
    return answer


@correction("s3", "GetBucketNotificationConfiguration")
def get_notification(call, onward):
    """moto forgets EventBridge: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html"""

    def amend(result):
        if "EventBridgeConfiguration" in (settings(call).get("NotificationConfiguration") or {}):
            result["EventBridgeConfiguration"] = {}

    return amended(call, onward(call), amend)
