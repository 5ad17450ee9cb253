"""The organization: a tree of units, policies on two of them, accounts below them, one beside them and one that is closed.

    root ─┬─ Security (no-leave) ── security
          ├─ Workloads (guardrails) ─┬─ Production ── production
          │                          └─ NonProduction ── retired, which is closed
          ├─ non-production
          └─ the management account
"""

import json

from seeding.place import GLOBAL, MANAGEMENT, REGIONS, deny, document, tags

EFFECTIVE = "Innovate::Organizations::EffectivePolicies"
TRAIL_ACTIONS = ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"]
STAY = deny(["organizations:LeaveOrganization"])
GUARDRAILS = [
    STAY,
    deny([f"cloudtrail:{action}" for action in TRAIL_ACTIONS]),
    {
        "Effect": "Deny",
        "NotAction": ["iam:*", "sts:*", "organizations:*", "route53:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": REGIONS}},
    },
]


def organization(place):
    """The accounts by name, of which the closed one can't be entered."""
    client = place.client("organizations")
    identifier = client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    place.make("AWS::Organizations::Organization", identifier, GLOBAL, FeatureSet="ALL", ManagementAccountId=MANAGEMENT)
    root = client.list_roots()["Roots"][0]["Id"]
    place.make("Innovate::Organizations::Root", root, GLOBAL, Name="Root")
    accounts = {"management": MANAGEMENT} | member_accounts(place, root)
    client.enable_aws_service_access(ServicePrincipal="access-analyzer.amazonaws.com")
    client.register_delegated_administrator(
        AccountId=accounts["security"], ServicePrincipal="access-analyzer.amazonaws.com"
    )
    return accounts


def member_accounts(place, root):
    security, workloads = unit(place, root, "Security"), unit(place, root, "Workloads")
    production, non_production = unit(place, workloads, "Production"), unit(place, workloads, "NonProduction")
    policy(place, "no-leave", "Who is in stays in", security, STAY)
    policy(place, "guardrails", "What no account may do", workloads, *GUARDRAILS)
    accounts = {
        "security": member(place, root, "security", security),
        "production": member(place, root, "production", production),
        "non-production": member(place, root, "non-production", root),
        "retired": member(place, root, "retired", non_production),
    }
    place.client("organizations").close_account(AccountId=accounts["retired"])
    weak = ("organizations.scp_allows_disabling_cloudtrail", "organizations.scp_allows_any_region")
    none = ("organizations.account_without_service_control_policy", "organizations.scp_allows_leaving_organization")
    place.plant(EFFECTIVE, accounts["security"], *weak, region=GLOBAL)
    place.plant(EFFECTIVE, accounts["non-production"], *weak, *none, region=GLOBAL)
    place.make(EFFECTIVE, accounts["production"], GLOBAL, AccountId=accounts["production"])
    outside = "organizations.account_outside_organizational_unit"
    place.plant("AWS::Organizations::Account", accounts["non-production"], outside, region=GLOBAL)
    return accounts


def unit(place, parent, name):
    answer = place.client("organizations").create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]
    place.make("AWS::Organizations::OrganizationalUnit", answer["Id"], GLOBAL, Name=name, ParentId=parent)
    return answer["Id"]


def member(place, root, name, parent):
    client = place.client("organizations")
    email = f"{name}@example.com"
    status = client.create_account(Email=email, AccountName=name, Tags=tags(Environment=name))["CreateAccountStatus"]
    account = status["AccountId"]
    if parent != root:
        client.move_account(AccountId=account, SourceParentId=root, DestinationParentId=parent)
    place.make("AWS::Organizations::Account", account, GLOBAL, AccountName=name, Email=email, ParentIds=[parent])
    return account


def policy(place, name, description, target, *statements):
    client = place.client("organizations")
    kind = "SERVICE_CONTROL_POLICY"
    text = document(*statements)
    answer = client.create_policy(Name=name, Description=description, Type=kind, Content=text)
    identifier = answer["Policy"]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=identifier, TargetId=target)
    properties = {"Name": name, "Description": description, "Type": kind, "TargetIds": [target]}
    place.make("AWS::Organizations::Policy", identifier, GLOBAL, **properties, Content=json.loads(text))
