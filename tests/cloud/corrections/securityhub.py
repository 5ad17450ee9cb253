"""AWS Security Hub."""

from moto.securityhub.models import securityhub_backends
from wire import Failure

from corrections.registry import State, amended, correction
from corrections.standards import CONTROLS, STANDARDS, subscribe_to_defaults

# The tags of the hub.
TAGS = State()
# How the hub is configured, where that was asked for.
SETTINGS = State()
CONFIGURABLE = ("AutoEnableControls", "ControlFindingGenerator")


def configure(call):
    SETTINGS.of(call).update({name: value for name, value in call.parameters().items() if name in CONFIGURABLE})


@correction("securityhub", "EnableSecurityHub")
def enable(call, onward):
    """moto forgets the tags, and enables twice: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_EnableSecurityHub.html"""
    if securityhub_backends[call.account][call.region].enabled:
        raise Failure("ResourceConflictException", "Account is already subscribed to Security Hub", 409)
    answer = onward(call)
    if answer.status < 300:
        TAGS.of(call).update(call.parameters().get("Tags", {}))
        configure(call)
        if call.parameters().get("EnableDefaultStandards", True):
            subscribe_to_defaults(call)
    return answer


@correction("securityhub", "UpdateSecurityHubConfiguration")
def update(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateSecurityHubConfiguration.html"""
    if not securityhub_backends[call.account][call.region].enabled:
        raise Failure("InvalidAccessException", f"Account {call.account} is not subscribed to AWS Security Hub", 401)
    configure(call)
    return call.answer({})


@correction("securityhub", "DescribeHub")
def describe(call, onward):
    """moto's hub is configured in one way: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html"""
    return amended(call, onward(call), lambda result: result.update(SETTINGS.of(call)))


@correction("securityhub", "DisableSecurityHub")
def disable(call, onward):
    """Nothing is left of the hub: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DisableSecurityHub.html"""
    answer = onward(call)
    if answer.status < 300:
        for kept in (TAGS, SETTINGS, STANDARDS, CONTROLS):
            kept.of(call).clear()
    return answer


@correction("securityhub", "TagResource")
def tag(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_TagResource.html"""
    TAGS.of(call).update(call.parameters()["Tags"])
    return call.answer({})


@correction("securityhub", "UntagResource")
def untag(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UntagResource.html"""
    for key in call.parameters()["TagKeys"]:
        TAGS.of(call).pop(key, None)
    return call.answer({})


@correction("securityhub", "ListTagsForResource")
def list_tags(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_ListTagsForResource.html"""
    arn = call.parameters()["ResourceArn"]
    if not arn.endswith(":hub/default"):
        raise Failure("ResourceNotFoundException", f"Resource {arn} not found", 404)
    return call.answer({"Tags": TAGS.of(call)})
