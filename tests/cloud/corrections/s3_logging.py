"""Amazon S3: the access logs of buckets."""

import json
from fnmatch import fnmatchcase

from wire import Failure

from corrections.registry import correction
from corrections.s3 import bucket, buckets
from corrections.s3_settings import settings

SERVICE = "logging.s3.amazonaws.com"


@correction("s3", "PutBucketLogging")
def put_logging(call, onward):
    """moto looks for one form of a policy that lets the logs in, and forgets the form of their names:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html"""
    enabled = call.parameters()["BucketLoggingStatus"].get("LoggingEnabled")
    kept = settings(call)
    if enabled:
        target = buckets(call).get(enabled["TargetBucket"])
        if not target or not takes_logs(target, enabled.get("TargetPrefix", "")):
            message = "You must either provide the necessary permissions to the logging service using a bucket policy or give the "
            message += "log-delivery group WRITE and READ_ACP permissions to the target bucket"
            raise Failure("InvalidTargetBucketForLogging", message)
        if target.region_name != bucket(call).region_name:
            raise Failure("CrossLocationLoggingProhibitted", "Cross S3 location logging not allowed. ", 403)
    kept["LoggingEnabled"] = enabled
    return call.answer({})


def takes_logs(target, prefix):
    """Whether the bucket lets the logs in: by its policy, or by an ACL, which names their group."""
    statements = json.loads(target.policy or "{}").get("Statement", [])
    by_acl = any("LogDelivery" in str(grantee.uri) for grant in target.acl.grants for grantee in grant.grantees)
    return by_acl or any(lets_in(each, f"{target.arn}/{prefix}") for each in listed(statements))


def lets_in(statement, resource):
    services = listed(statement["Principal"].get("Service", [])) if isinstance(statement.get("Principal"), dict) else []
    actions = any(fnmatchcase("s3:putobject", action.lower()) for action in listed(statement.get("Action", [])))
    resources = any(fnmatchcase(f"{resource}key", each) for each in listed(statement.get("Resource", [])))
    return statement["Effect"] == "Allow" and SERVICE in services and actions and resources


def listed(value):
    return value if isinstance(value, list) else [value]


@correction("s3", "GetBucketLogging")
def get_logging(call, onward):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html"""
    enabled = settings(call).get("LoggingEnabled")
    return call.answer({"LoggingEnabled": enabled} if enabled else {})
