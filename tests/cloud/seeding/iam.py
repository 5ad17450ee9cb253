"""The users and groups of an account, its root user and its password policy."""

from datetime import datetime, timedelta, timezone

from seeding.place import GLOBAL, SECRET, allow, document, tags

USER = "AWS::IAM::User"
CREDENTIALS = "Innovate::IAM::UserCredentials"
PASSWORD_POLICY = "Innovate::IAM::PasswordPolicy"
ROOT_USER = "Innovate::IAM::RootUser"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
STRONG = {
    "MinimumPasswordLength": 16,
    "RequireSymbols": True,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "MaxPasswordAge": 90,
    "PasswordReusePrevention": 24,
}


def days_ago(days):
    return (datetime.now(timezone.utc) - timedelta(days=days)).isoformat(timespec="seconds")


def groups(place, managed_policy):
    """Developers, who may read, people of the console, who need MFA, and administrators."""
    client = place.client("iam")
    for name in ("developers", "people", "administrators"):
        client.create_group(GroupName=name)
    client.attach_group_policy(GroupName="developers", PolicyArn=managed_policy)
    client.attach_group_policy(GroupName="administrators", PolicyArn=ADMINISTRATOR)
    without_mfa = {
        "Effect": "Deny",
        "NotAction": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "sts:GetSessionToken"],
        "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    }
    client.put_group_policy(GroupName="people", PolicyName="require-mfa", PolicyDocument=document(without_mfa))
    place.make("AWS::IAM::Group", "developers", GLOBAL, GroupName="developers", ManagedPolicyArns=[managed_policy])


def users(place):
    """Users without a defect, and one for each defect of a user or of credentials."""
    client = place.client("iam")
    user(place, "robot", "developers", keys=1)
    user(place, "person", "people", password=True, mfa=True)
    user(place, "rotating", "developers", keys=1, created=days_ago(60), used=days_ago(1))
    place.make(USER, "robot", GLOBAL, UserName="robot", Groups=["developers"])
    place.make(CREDENTIALS, "robot", GLOBAL, UserName="robot")
    user(place, "no-mfa", password=True)
    place.plant(CREDENTIALS, "no-mfa", "iam.console_user_without_mfa", region=GLOBAL)
    place.plant(USER, "no-mfa", "iam.mfa_not_enforced_by_policy", region=GLOBAL)
    two_keys(place)
    user(place, "attached")
    client.put_user_policy(UserName="attached", PolicyName="inline", PolicyDocument=document(allow("s3:ListBucket")))
    place.plant(USER, "attached", "iam.policy_attached_to_user", region=GLOBAL)
    user(place, "boss", "administrators")
    place.plant(USER, "boss", "iam.user_has_administrator_access", region=GLOBAL)
    user(place, "leaver", "developers", keys=1, created=days_ago(400))
    place.plant(CREDENTIALS, "leaver", "iam.access_key_not_rotated", "iam.credentials_unused", region=GLOBAL)


def two_keys(place):
    user(place, "two-keys", keys=2)
    place.plant(CREDENTIALS, "two-keys", "iam.two_active_access_keys", region=GLOBAL)


def break_glass(place):
    """A user that is an administrator by a policy of its own."""
    user(place, "break-glass")
    place.client("iam").attach_user_policy(UserName="break-glass", PolicyArn=ADMINISTRATOR)
    defects = ("iam.policy_attached_to_user", "iam.user_has_administrator_access")
    place.plant(USER, "break-glass", *defects, region=GLOBAL)


def user(place, name, group=None, keys=0, password=False, mfa=False, created=None, used=None):
    """`created`, `used`: the server takes the dates of the user and of its credentials from these tags."""
    client = place.client("iam")
    dates = {"innovate:created": created, "innovate:used": used}
    client.create_user(UserName=name, Tags=tags(**{key: date for key, date in dates.items() if date}))
    if group:
        client.add_user_to_group(GroupName=group, UserName=name)
    for _ in range(keys):
        client.create_access_key(UserName=name)
    if password:
        client.create_login_profile(UserName=name, Password=SECRET)
    if mfa:
        serial = client.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
        codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
        client.enable_mfa_device(UserName=name, SerialNumber=serial, **codes)


def root_user_with_mfa(place):
    """The device of this name is the root user's."""
    place.client("iam").create_virtual_mfa_device(VirtualMFADeviceName="root-account-mfa-device")
    place.make(ROOT_USER, place.account, GLOBAL, MFAEnabled=True, AccessKeysPresent=False)


def root_user_with_key(place):
    """Without the name of a user the key is the root user's."""
    place.client("iam").create_access_key()
    place.plant(ROOT_USER, place.account, "iam.root_user_has_access_key", "iam.root_user_without_mfa", region=GLOBAL)


def strong_password_policy(place):
    place.client("iam").update_account_password_policy(**STRONG)
    place.make(PASSWORD_POLICY, place.account, GLOBAL, Configured=True, **STRONG)


def slack_password_policy(place):
    """All kinds of characters, but few of them, for a year, and again soon."""
    slack = {"MinimumPasswordLength": 10, "MaxPasswordAge": 365, "PasswordReusePrevention": 5}
    place.client("iam").update_account_password_policy(**(STRONG | slack))
    lenient(place, "too_short", "never_expires", "allows_reuse")


def password_policy_of_aws(place):
    """None of the account's own."""
    lenient(place, "missing", "too_short", "never_expires", "allows_reuse")
    lenient(place, "without_symbols", "without_numbers", "without_uppercase", "without_lowercase")


def lenient(place, *defects):
    policies = [f"iam.password_policy_{defect}" for defect in defects]
    place.plant(PASSWORD_POLICY, place.account, *policies, region=GLOBAL)
