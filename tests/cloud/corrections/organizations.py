"""AWS Organizations."""

from moto.organizations.models import organizations_backends

from corrections.registry import amended, correction


def membership(account):
    """moto's account of an organization; None of an account without one."""
    organizations = [backends["aws"] for backends in list(organizations_backends.values()) if "aws" in backends]
    return next((member for each in organizations for member in each.accounts if member.id == account), None)


def path(arn):
    """The way from the organization to an account or unit, which the documentation calls its path."""
    backend = organizations_backends[arn.split(":")[4]]["aws"]
    parents = {each.id: each.parent_id for each in (*backend.accounts, *backend.ou) if each.type != "ROOT"}
    way = [arn.rpartition("/")[2]]
    while way[0] in parents:
        way.insert(0, parents[way[0]])
    return "/".join([backend.org.id, *way]) + "/"


@correction("organizations", "ListAccounts")
def accounts(call, onward):
    """moto leaves out where an account is, and calls the management account, which was there before, a created one
    (https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html)."""

    def amend(result):
        for account in result["Accounts"]:
            account["Paths"] = [path(account["Arn"])]
            if account["Arn"].split(":")[4] == account["Id"]:
                account["JoinedMethod"] = "INVITED"

    return amended(call, onward(call), amend)


@correction("organizations", "ListOrganizationalUnitsForParent")
def units(call, onward):
    """moto leaves out where a unit is: https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html"""

    def amend(result):
        for unit in result["OrganizationalUnits"]:
            unit["Path"] = path(unit["Arn"])

    return amended(call, onward(call), amend)
