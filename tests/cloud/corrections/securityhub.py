"""AWS Security Hub."""

from wire import Failure

from corrections.registry import State, correction

# The tags of the hub.
TAGS = State()


@correction("securityhub", "EnableSecurityHub")
def enable(call, onward):
    """moto forgets the tags: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_EnableSecurityHub.html"""
    answer = onward(call)
    if answer.status < 300:
        TAGS.of(call).update(call.parameters().get("Tags", {}))
    return answer


@correction("securityhub", "TagResource")
def tag(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_TagResource.html"""
    TAGS.of(call).update(call.parameters()["Tags"])
    return call.answer({})


@correction("securityhub", "ListTagsForResource")
def list_tags(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_ListTagsForResource.html"""
    arn = call.parameters()["ResourceArn"]
    if not arn.endswith(":hub/default"):
        raise Failure("ResourceNotFoundException", f"Resource {arn} not found", 404)
    return call.answer({"Tags": TAGS.of(call)})
