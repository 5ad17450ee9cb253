"""Amazon Inspector."""

from moto.inspector2.models import inspector2_backends
from wire import Failure

from corrections.registry import correction

NAMES = {"action": "action", "description": "description", "filterCriteria": "filter_criteria", "name": "name", "reason": "reason"}


@correction("inspector2", "UpdateFilter")
def update_filter(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/inspector/v2/APIReference/API_UpdateFilter.html"""
    asked = call.parameters()
    held = inspector2_backends[call.account][call.region].filters.get(asked["filterArn"])
    if held is None:
        raise Failure("ResourceNotFoundException", "The filter was not found", 404)
    for member, attribute in NAMES.items():
        if member in asked:
            setattr(held, attribute, asked[member])
    return call.answer({"arn": held.arn})
