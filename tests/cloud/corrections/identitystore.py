"""The identity store of IAM Identity Center."""

from moto.identitystore.models import identitystore_backends
from wire import Failure

from corrections.registry import correction

# The attributes of a group: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_Group.html
ATTRIBUTES = {"displayName": "DisplayName", "description": "Description"}


@correction("identitystore", "UpdateGroup")
def update_group(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_UpdateGroup.html"""
    asked = call.parameters()
    backend = identitystore_backends[call.account][call.region]
    groups = backend.identity_stores[asked["IdentityStoreId"]].groups if asked["IdentityStoreId"] in backend.identity_stores else {}
    group = groups.get(asked["GroupId"])
    if not group:
        raise Failure("ResourceNotFoundException", "GROUP not found.")
    changes = {ATTRIBUTES[each["AttributePath"]]: each.get("AttributeValue") for each in asked["Operations"]}
    if any(each.DisplayName == changes.get("DisplayName") for each in groups.values() if each is not group):
        raise Failure("ConflictException", "Duplicate GroupDisplayName")
    groups[group.GroupId] = group._replace(**{name: value or None for name, value in changes.items()})
    return call.answer({})
