"""AWS Identity and Access Management: the root user, and how old credentials are."""

import json
from datetime import datetime, timezone

from moto.core.config import default_user_config
from moto.iam import models
from moto.iam.models import AccessKey, AccessKeyLastUsed, AWSManagedPolicy, iam_backends

from corrections.organizations import membership
from corrections.registry import State, amended, correction

# moto has the managed policies of AWS on request only, and takes a second an account to load all of them.
POLICIES = ("AdministratorAccess", "IAMUserChangePassword", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit")
default_user_config["iam"] = {"load_aws_managed_policies": True}
KNOWN = json.loads(models.aws_managed_policies_data)
models.aws_managed_policies_data = json.dumps({name: KNOWN[name] for name in POLICIES})

# The access keys of the root user.
ROOT_KEYS = State(list)

COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,"
    "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,"
    "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)


def backend(call):
    return iam_backends[call.account]["aws"]


@correction(
    "iam",
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "GetPolicy",
    "GetPolicyVersion",
    "PutRolePermissionsBoundary",
)
def any_managed_policy(call, onward):
    """A managed policy of AWS is there when it is named, as are all of them in every account
    (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html)."""
    parameters = call.parameters()
    arn = parameters.get("PolicyArn") or parameters.get("PermissionsBoundary") or ""
    name = arn.rpartition("/")[2]
    if arn.startswith("arn:aws:iam::aws:policy/") and name in KNOWN:
        policy = AWSManagedPolicy.from_data(name, call.account, "us-east-1", KNOWN[name])
        if policy.arn == arn:
            backend(call).managed_policies.setdefault(arn, policy)
    return onward(call)


@correction("iam", "UpdateGroup")
def update_group(call, onward):
    """moto takes no new path without a new name: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html"""
    parameters = call.parameters()
    if "NewGroupName" in parameters:
        return onward(call)
    backend(call).get_group(parameters["GroupName"]).path = parameters["NewPath"]
    return call.answer({})


@correction("iam", "AddClientIDToOpenIDConnectProvider")
def add_client(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html"""
    parameters = call.parameters()
    provider = backend(call).get_open_id_connect_provider(parameters["OpenIDConnectProviderArn"])
    if parameters["ClientID"] not in provider.client_id_list:
        provider.client_id_list.append(parameters["ClientID"])
    return call.answer({})


@correction("iam", "RemoveClientIDFromOpenIDConnectProvider")
def remove_client(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html"""
    parameters = call.parameters()
    provider = backend(call).get_open_id_connect_provider(parameters["OpenIDConnectProviderArn"])
    provider.client_id_list = [each for each in provider.client_id_list if each != parameters["ClientID"]]
    return call.answer({})


def flag(value):
    return "true" if value else "false"


def date(value):
    return value.strftime("%Y-%m-%dT%H:%M:%S+00:00") if value else "N/A"


@correction("iam", "CreateUser", "TagUser", "CreateAccessKey", "CreateLoginProfile", "CreateVirtualMFADevice")
def age(call, onward):
    """A user of moto is as old as the test. Here the tags `innovate:created` and `innovate:used` of a user say when the user, the
    password and the access keys were made and last used. And moto's root user has no keys: AWS makes one of the root user where the call
    names no user (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html)."""
    name = call.parameters().get("UserName")
    if call.name == "CreateAccessKey" and not name:
        key = AccessKey("", "AKIA", call.account)
        ROOT_KEYS.of_account(call).append(key)
        made = {"AccessKeyId": key.access_key_id, "SecretAccessKey": key.secret_access_key, "Status": key.status, "UserName": ""}
        return call.answer({"AccessKey": made | {"CreateDate": key.create_date}})
    answer = onward(call)
    if answer.status < 300 and name:
        backdate(backend(call).get_user(name))
    return answer


def backdate(user):
    tags = {tag["Key"]: tag["Value"] for tag in user.tags or []}
    created, used = (instant(tags.get(f"innovate:{name}")) for name in ("created", "used"))
    if created:
        user.create_date = created
    for key in user.access_keys:
        key.create_date = created or key.create_date
        key.last_used = AccessKeyLastUsed(used, "s3", "us-east-1") if used else key.last_used
    if used and user.password:
        user.password_last_used = used


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).replace(tzinfo=None) if text else None


def root_has_mfa(call):
    """Whether the account has the device that AWS gives the root user by that name; moto has no root user to enable it for."""
    return f"arn:aws:iam::{call.account}:mfa/root-account-mfa-device" in backend(call).virtual_mfa_devices


def root_has_password(call):
    """Accounts that AWS Organizations made have none (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html)."""
    member = membership(call.account)
    return member is None or member.id == member.master_account_id


@correction("iam", "GetAccountAuthorizationDetails")
def authorization_details(call, onward):
    """moto leaves out the names of managed policies
    (https://docs.aws.amazon.com/IAM/latest/APIReference/API_ManagedPolicyDetail.html)."""

    def amend(result):
        for policy in result.get("Policies", []):
            held = backend(call).managed_policies[policy["Arn"]]
            policy |= {"PolicyName": held.name, "PolicyId": held.id, "PermissionsBoundaryUsageCount": 0}

    return amended(call, onward(call), amend)


@correction("iam", "GetAccountSummary")
def summary(call, onward):
    """moto's root user has neither password nor MFA nor keys:
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html"""

    def amend(result):
        result["SummaryMap"] |= {
            "AccountMFAEnabled": int(root_has_mfa(call)),
            "AccountPasswordPresent": int(root_has_password(call)),
            "AccountAccessKeysPresent": int(bool(ROOT_KEYS.of_account(call))),
        }

    return amended(call, onward(call), amend)


@correction("iam", "GetCredentialReport")
def credential_report(call, onward):
    """moto leaves out the row of the root user, and says `not_supported` of passwords and keys that are not there
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html)."""

    def amend(result):
        rows = [root_row(call), *(row(user) for user in backend(call).users.values())]
        result["Content"] = "\n".join([COLUMNS, *(",".join(fields) for fields in rows)]).encode()
        result["GeneratedTime"] = datetime.now(timezone.utc)

    return amended(call, onward(call), amend)


def root_row(call):
    created = date(datetime(2020, 1, 1))
    password = ["not_supported", "no_information"] if root_has_password(call) else ["false", "N/A"]
    fields = ["<root_account>", f"arn:aws:iam::{call.account}:root", created, *password, "not_supported", "not_supported"]
    return [*fields, flag(root_has_mfa(call)), *key_fields(ROOT_KEYS.of_account(call)), "false", "N/A", "false", "N/A"]


def row(user):
    if user.password:
        password = ["true", date(user.password_last_used) if user.password_last_used else "no_information", date(user.create_date), "N/A"]
    else:
        password = ["false", "N/A", "N/A", "N/A"]
    certificates = [flag(certificate.status == "Active") for certificate in user.signing_certificates.values()]
    first, second = (certificates + ["false", "false"])[:2]
    keys = key_fields(user.access_keys)
    return [user.name, user.arn, date(user.create_date), *password, flag(user.mfa_devices), *keys, first, "N/A", second, "N/A"]


def key_fields(keys):
    fields = []
    for key in [*keys, None, None][:2]:
        used = key and key.last_used
        when = [date(used.timestamp), used.region, used.service] if used else ["N/A"] * 3
        fields += [flag(key and key.status == "Active"), date(key and key.create_date), *when]
    return fields
