"""AWS Key Management Service."""

from datetime import datetime, timedelta, timezone

from moto.kms.models import kms_backends
from wire import Failure

from corrections.registry import State, amended, correction

# The days between two rotations of a key, by id.
PERIODS = State()
YEAR = 365


def key_of(call, identifier):
    """moto's key of an id or ARN."""
    keys = kms_backends[call.account][call.region].keys
    return keys.get(identifier.rpartition("/")[2])


def is_managed(call, identifier):
    """Whether AWS made the key for one of its services, which the alias says."""
    key = key_of(call, identifier)
    return bool(key) and any(alias.startswith("alias/aws/") for alias in key.aliases)


def managed_key(call, service):
    """The ARN of the key that AWS makes for a service on its first use."""
    return kms_backends[call.account][call.region].describe_key(f"alias/aws/{service}").arn


@correction("kms", "DescribeKey")
def describe_key(call, onward):
    """moto calls the keys that AWS made for its services the customer's, and leaves out what a key is for where the call that made it
    does not say so (https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html)."""

    def amend(result):
        result["KeyMetadata"]["KeyUsage"] = result["KeyMetadata"].get("KeyUsage") or "ENCRYPT_DECRYPT"
        if is_managed(call, result["KeyMetadata"]["KeyId"]):
            result["KeyMetadata"]["KeyManager"] = "AWS"

    return amended(call, onward(call), amend)


@correction("kms", "EnableKeyRotation")
def enable_rotation(call, onward):
    """moto forgets the period: https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html"""
    asked = call.parameters()
    key = key_of(call, asked["KeyId"])
    refuse_unsupported(key)
    answer = onward(call)
    if answer.status < 300 and key:
        PERIODS.of(call)[key.id] = asked.get("RotationPeriodInDays", YEAR)
    return answer


def refuse_unsupported(key):
    if key and (key.key_spec != "SYMMETRIC_DEFAULT" or key.origin != "AWS_KMS"):
        raise Failure("UnsupportedOperationException", f"{key.arn} does not support rotation")


@correction("kms", "GetKeyRotationStatus")
def rotation_status(call, onward):
    """moto tells neither the period nor that keys of some kinds can't be rotated
    (https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html). Keys of AWS are rotated every year
    (https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html)."""
    key = key_of(call, call.parameters()["KeyId"])
    refuse_unsupported(key)

    def amend(result):
        result["KeyId"] = key.arn
        if is_managed(call, key.id):
            result["KeyRotationEnabled"] = True
        if result["KeyRotationEnabled"]:
            days = PERIODS.of(call).get(key.id, YEAR)
            result |= {"RotationPeriodInDays": days, "NextRotationDate": datetime.now(timezone.utc) + timedelta(days=days)}

    return amended(call, onward(call), amend)


@correction("kms", "ListAliases")
def aliases(call, onward):
    """moto's aliases of AWS have keys that nobody made. AWS's have none until the service is used
    (https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html)."""

    def amend(result):
        for alias in result["Aliases"]:
            if not key_of(call, alias["TargetKeyId"]):
                del alias["TargetKeyId"]

    return amended(call, onward(call), amend)


@correction("kms", "ReplicateKey")
def replicate(call, onward):
    """moto takes no ARN, and its replica has nothing of its own:
    https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html"""
    asked = call.parameters()
    primary, backend = key_of(call, asked["KeyId"]), kms_backends[call.account][asked["ReplicaRegion"]]
    if not primary:
        raise Failure("NotFoundException", f"Key '{asked['KeyId']}' does not exist")
    if not primary.multi_region:
        raise Failure("UnsupportedOperationException", f"{primary.arn} is not a multi-Region primary key")
    if primary.id in backend.keys:
        raise Failure("AlreadyExistsException", f"{primary.id} already exists in {asked['ReplicaRegion']}")
    answer = onward(call.again(asked | {"KeyId": primary.id}))
    if answer.status >= 300:
        return answer
    replica = backend.keys[primary.id]
    replica.policy = asked.get("Policy") or replica.generate_default_policy()
    replica.description = asked.get("Description", "")
    replica.grants, replica.aliases = {}, {}
    replica.multi_region_configuration = primary.multi_region_configuration | {"MultiRegionKeyType": "REPLICA"}
    backend.tagger.tag_resource(replica.id, asked.get("Tags", []))
    metadata = replica.to_dict()["KeyMetadata"]
    return call.answer({"ReplicaKeyMetadata": metadata, "ReplicaPolicy": replica.policy, "ReplicaTags": asked.get("Tags", [])})
