"""Amazon CloudWatch Logs: what a log group has of its own."""

from datetime import datetime, timezone

from moto.logs.models import logs_backends
from wire import Failure

from corrections.monitoring import GROUPS
from corrections.registry import State, correction

# The documents of log groups by (kind, group): data protection, indexes, and who may read them.
DOCUMENTS = State()


def milliseconds():
    return int(datetime.now(timezone.utc).timestamp() * 1000)


def group(call, name):
    """moto's log group of a name or ARN."""
    found = logs_backends[call.account][call.region].groups.get(name.split(":log-group:")[-1].removesuffix(":*"))
    if not found:
        raise Failure("ResourceNotFoundException", "The specified log group does not exist.")
    return found


def asked_group(call):
    asked = call.parameters()
    return group(call, asked.get("logGroupIdentifier") or asked.get("logGroupName") or asked["resourceIdentifier"])


@correction("logs", "AssociateKmsKey")
def associate_key(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html"""
    asked_group(call).kms_key_id = call.parameters()["kmsKeyId"]
    return call.answer({})


@correction("logs", "DisassociateKmsKey")
def disassociate_key(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html"""
    asked_group(call).kms_key_id = None
    return call.answer({})


@correction("logs", "PutLogGroupDeletionProtection", "PutBearerTokenAuthentication")
def set_flag(call, onward):
    """moto lacks them: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html and
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutBearerTokenAuthentication.html"""
    flags = {name: value for name, value in call.parameters().items() if name != "logGroupIdentifier"}
    GROUPS.of(call).setdefault(asked_group(call).name, {}).update(flags)
    return call.answer({})


@correction("logs", "DeleteLogGroup")
def delete_group(call, onward):
    """moto has no protection, and leaves what belongs to the group:
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html"""
    found, backend = asked_group(call), logs_backends[call.account][call.region]
    name = found.name
    if GROUPS.of(call).get(name, {}).get("deletionProtectionEnabled"):
        raise Failure("ValidationException", f"Log group {name} has deletion protection enabled.")
    answer = onward(call)
    if answer.status < 300:
        GROUPS.of(call).pop(name, None)
        backend.tagger.delete_all_tags_for_resource(found.arn)
        for key in [key for key in DOCUMENTS.of(call) if key[1] == name]:
            del DOCUMENTS.of(call)[key]
        backend.filters.metric_filters = [each for each in backend.filters.metric_filters if each["logGroupName"] != name]
    return answer


@correction("logs", "PutDataProtectionPolicy", "GetDataProtectionPolicy", "DeleteDataProtectionPolicy")
def data_protection(call, onward):
    """moto lacks them: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html"""
    name = asked_group(call).name
    key = ("data-protection", name)
    if call.name == "DeleteDataProtectionPolicy":
        DOCUMENTS.of(call).pop(key, None)
        return call.answer({})
    if call.name == "PutDataProtectionPolicy":
        kept = {"policyDocument": call.parameters()["policyDocument"], "lastUpdatedTime": milliseconds()}
        DOCUMENTS.of(call)[key] = kept
    return call.answer({"logGroupIdentifier": name} | DOCUMENTS.of(call).get(key, {}))


@correction("logs", "PutIndexPolicy")
def put_index_policy(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutIndexPolicy.html"""
    found, asked = asked_group(call), call.parameters()
    policy = {"logGroupIdentifier": found.arn, "policyDocument": asked["policyDocument"], "lastUpdateTime": milliseconds()}
    DOCUMENTS.of(call)["index", found.name] = policy | {"source": "LOG_GROUP"}
    return call.answer({"indexPolicy": DOCUMENTS.of(call)["index", found.name]})


@correction("logs", "DescribeIndexPolicies")
def describe_index_policies(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeIndexPolicies.html"""
    names = [group(call, name).name for name in call.parameters()["logGroupIdentifiers"]]
    return call.answer({"indexPolicies": [DOCUMENTS.of(call)["index", name] for name in names if ("index", name) in DOCUMENTS.of(call)]})


@correction("logs", "DeleteIndexPolicy")
def delete_index_policy(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteIndexPolicy.html"""
    DOCUMENTS.of(call).pop(("index", asked_group(call).name), None)
    return call.answer({})


@correction("logs", "PutResourcePolicy", "DeleteResourcePolicy", "DescribeResourcePolicies")
def resource_policy(call, onward):
    """moto knows those of the account alone, not that of a log group:
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html"""
    asked = call.parameters()
    if "resourceArn" not in asked:
        return onward(call)
    key = ("resource", group(call, asked["resourceArn"]).name)
    if call.name == "DeleteResourcePolicy":
        DOCUMENTS.of(call).pop(key, None)
        return call.answer({})
    if call.name == "PutResourcePolicy":
        policy = {"resourceArn": asked["resourceArn"], "policyDocument": asked["policyDocument"], "policyScope": "RESOURCE"}
        DOCUMENTS.of(call)[key] = policy | {"lastUpdatedTime": milliseconds()}
        return call.answer({"resourcePolicy": DOCUMENTS.of(call)[key]})
    return call.answer({"resourcePolicies": [DOCUMENTS.of(call)[key]] if key in DOCUMENTS.of(call) else []})
