"""AWS Organizations: what changes the organization, its units and accounts."""

from datetime import datetime, timezone

from moto.organizations.models import FakeDelegatedAdministrator, organizations_backends
from wire import Failure

from corrections.organizations import path
from corrections.registry import State, amended, correction

SCP = "SERVICE_CONTROL_POLICY"
# Services that may have a delegated administrator, which moto does not know:
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html
FakeDelegatedAdministrator.SUPPORTED_SERVICES += [
    f"{name}.amazonaws.com" for name in ("backup", "cloudtrail", "config", "inspector2", "securityhub", "sso", "stacksets.cloudformation")
]
# The requests for an account that failed, by id.
FAILED = State()


def backend(call):
    return organizations_backends[call.account]["aws"]


@correction("organizations", "CreateOrganization")
def create_organization(call, onward):
    """moto's organization has no type of policies. AWS's has service control policies where it has all features
    (https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html)."""
    answer = onward(call)
    if answer.status < 300 and call.parameters().get("FeatureSet", "ALL") == "ALL":
        held = backend(call)
        held.enable_policy_type(RootId=held.org.root_id, PolicyType=SCP)
    return answer


def refuse_duplicate(call, parent, name):
    """A name is unique among the units of a parent
    (https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html)."""
    if any(unit.parent_id == parent and unit.name == name for unit in backend(call).ou):
        raise Failure("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")


@correction("organizations", "CreateOrganizationalUnit")
def create_unit(call, onward):
    """moto takes any name and any parent."""
    asked = call.parameters()
    if not any(unit.id == asked["ParentId"] for unit in backend(call).ou):
        raise Failure("ParentNotFoundException", "You specified parent that doesn't exist.")
    refuse_duplicate(call, asked["ParentId"], asked["Name"])
    return amended(call, onward(call), placed)


@correction("organizations", "UpdateOrganizationalUnit")
def update_unit(call, onward):
    """moto takes no name that any unit has."""
    asked = call.parameters()
    unit = next((unit for unit in backend(call).ou if unit.id == asked["OrganizationalUnitId"]), None)
    if not unit:
        raise Failure("OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")
    if asked.get("Name", unit.name) != unit.name:
        refuse_duplicate(call, unit.parent_id, asked["Name"])
        unit.name = asked["Name"]
    result = unit.describe()
    placed(result)
    return call.answer(result)


@correction("organizations", "DescribeOrganizationalUnit")
def describe_unit(call, onward):
    """moto leaves out where it is: https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html"""
    return amended(call, onward(call), placed)


def placed(result):
    result["OrganizationalUnit"]["Path"] = path(result["OrganizationalUnit"]["Arn"])


@correction("organizations", "DeleteOrganizationalUnit")
def delete_unit(call, onward):
    """moto deletes one that is not empty, and leaves its policies attached to it. AWS does neither
    (https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganizationalUnit.html)."""
    held, asked = backend(call), call.parameters()["OrganizationalUnitId"]
    if any(child.parent_id == asked for child in (*held.ou, *held.accounts)):
        message = "You can't delete an organizational unit that contains accounts or other organizational units."
        raise Failure("OrganizationalUnitNotEmptyException", message)
    for unit in held.ou:
        for policy in unit.attached_policies if unit.id == asked else ():
            policy.attachments.remove(unit)
    return onward(call)


@correction("organizations", "DescribeAccount")
def describe_account(call, onward):
    """moto leaves out where it is: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html"""

    def amend(result):
        result["Account"]["Paths"] = [path(result["Account"]["Arn"])]

    return amended(call, onward(call), amend)


@correction("organizations", "CreateAccount")
def create_account(call, onward):
    """moto makes two accounts of one address. On AWS the request for the second fails
    (https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccountStatus.html)."""
    asked = call.parameters()
    if not any(account.email == asked["Email"] for account in backend(call).accounts):
        return onward(call)
    now, name = datetime.now(timezone.utc), asked["AccountName"]
    status = {"Id": f"car-{len(FAILED.of_account(call)):032x}", "AccountName": name, "State": "FAILED", "RequestedTimestamp": now}
    status |= {"CompletedTimestamp": now, "FailureReason": "EMAIL_ALREADY_EXISTS"}
    FAILED.of_account(call)[status["Id"]] = status
    return call.answer({"CreateAccountStatus": status})


@correction("organizations", "DescribeCreateAccountStatus")
def describe_request(call, onward):
    status = FAILED.of_account(call).get(call.parameters()["CreateAccountRequestId"])
    return call.answer({"CreateAccountStatus": status}) if status else onward(call)
