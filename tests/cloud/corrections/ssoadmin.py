"""IAM Identity Center."""

import re

from moto.ssoadmin.models import ssoadmin_backends
from wire import Failure

from corrections.organizations import membership
from corrections.registry import State, correction

# The ARNs of the instances that were made.
MADE = State(list)
# The boundary of each permission set by ARN.
BOUNDARIES = State()
# The tags of each resource by ARN.
TAGS = State()


def settled(held):
    """moto's id of an identity store has other letters than AWS's
    (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_InstanceMetadata.html)."""
    for instance in held.list_instances():
        instance.identity_store_id = "d-" + re.sub("[g-z]", "0", instance.identity_store_id.removeprefix("d-"))
    return held


def backend(call):
    return settled(ssoadmin_backends[call.account][call.region])


@correction("sso-admin", "CreateInstance")
def create_instance(call, onward):
    """moto lacks it, as it has an instance in every Region of every account:
    https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateInstance.html"""
    instance = backend(call).list_instances()[0]
    instance.name = call.parameters().get("Name")
    MADE.of(call).append(instance.instance_arn)
    tag(call, instance.instance_arn, call.parameters().get("Tags", []))
    return call.answer({"InstanceArn": instance.instance_arn})


def is_there(held):
    """Whether an instance of moto is one on AWS: there is one where somebody made it or, as an organization's is enabled in the console
    alone, put a permission set into it."""
    made = [arn for arns in MADE.kept.values() for arn in arns]
    return bool(held.permission_sets) or held.list_instances()[0].instance_arn in made


@correction("sso-admin", "ListInstances")
def list_instances(call, onward):
    """On AWS an account has one instance at most, in one Region, and the organization's is shown to its members, too
    (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListInstances.html). moto's answer stands until there is one, so
    that somebody can put something into it."""
    backend(call)
    if not any(is_there(held) for regions in list(ssoadmin_backends.values()) for held in list(regions.values())):
        return onward(call)
    member = membership(call.account)
    owners = {call.account, member.master_account_id if member else call.account}
    shown = [settled(ssoadmin_backends[owner][call.region]) for owner in sorted(owners)]
    instances = [instance.to_json() for held in shown if is_there(held) for instance in held.list_instances()]
    return call.answer({"Instances": [instance | {"PrimaryRegion": call.region} for instance in instances]})


@correction("sso-admin", "CreatePermissionSet")
def create_permission_set(call, onward):
    """moto's sessions last `3600` where nothing else is asked for, AWS's `PT1H`
    (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html)."""
    asked = call.parameters()
    answer = onward(call.again({"SessionDuration": "PT1H"} | asked))
    if answer.status < 300:
        tag(call, call.result(answer)["PermissionSet"]["PermissionSetArn"], asked.get("Tags", []))
    return answer


def tag(call, arn, tags):
    TAGS.of(call).setdefault(arn, {}).update({tag["Key"]: tag["Value"] for tag in tags})


@correction("sso-admin", "TagResource")
def tag_resource(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_TagResource.html"""
    tag(call, call.parameters()["ResourceArn"], call.parameters()["Tags"])
    return call.answer({})


@correction("sso-admin", "ListTagsForResource")
def list_tags(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListTagsForResource.html"""
    tags = TAGS.of(call).get(call.parameters()["ResourceArn"], {})
    return call.answer({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]})


@correction("sso-admin", "ListAccountsForProvisionedPermissionSet")
def provisioned_accounts(call, onward):
    """moto tells the caller's own account, and only after ProvisionPermissionSet. AWS provisions with every assignment
    (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html)."""
    asked = call.parameters()["PermissionSetArn"]
    assignments = [each for each in backend(call).account_assignments if each.permission_set_arn == asked]
    return call.answer({"AccountIds": sorted({assignment.target_id for assignment in assignments})})


def permission_set(call):
    """The ARN of the permission set, which has to be there."""
    asked = call.parameters()
    sets = [each.permission_set_arn for each in backend(call).permission_sets if each.instance_arn == asked["InstanceArn"]]
    if asked["PermissionSetArn"] not in sets:
        raise Failure("ResourceNotFoundException", "Could not find PermissionSet with id", 400)
    return asked["PermissionSetArn"]


@correction("sso-admin", "PutPermissionsBoundaryToPermissionSet")
def put_boundary(call, onward):
    """moto lacks it:
    https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PutPermissionsBoundaryToPermissionSet.html"""
    BOUNDARIES.of(call)[permission_set(call)] = call.parameters()["PermissionsBoundary"]
    return call.answer({})


@correction("sso-admin", "GetPermissionsBoundaryForPermissionSet")
def get_boundary(call, onward):
    """moto lacks it:
    https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_GetPermissionsBoundaryForPermissionSet.html"""
    boundary = BOUNDARIES.of(call).get(permission_set(call))
    if boundary is None:
        raise Failure("ResourceNotFoundException", "Could not find PermissionsBoundary for PermissionSet", 400)
    return call.answer({"PermissionsBoundary": boundary})


@correction("sso-admin", "DeletePermissionsBoundaryFromPermissionSet")
def delete_boundary(call, onward):
    """moto lacks it:
    https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeletePermissionsBoundaryFromPermissionSet.html"""
    BOUNDARIES.of(call).pop(permission_set(call), None)
    return call.answer({})


@correction("sso-admin", "UntagResource")
def untag_resource(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_UntagResource.html"""
    tags = TAGS.of(call).get(call.parameters()["ResourceArn"], {})
    for key in call.parameters()["TagKeys"]:
        tags.pop(key, None)
    return call.answer({})


@correction("sso-admin", "DeleteInstance")
def delete_instance(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeleteInstance.html"""
    arn = call.parameters()["InstanceArn"]
    if arn not in MADE.of(call):
        raise Failure("ResourceNotFoundException", f"Could not find Instance with ARN {arn}")
    MADE.of(call).remove(arn)
    TAGS.of(call).pop(arn, None)
    return call.answer({})
