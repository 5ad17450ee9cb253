"""IAM Identity Center, which is in one region of the management account."""

from seeding.place import allow, document, tags

SET = "AWS::SSO::PermissionSet"
PEOPLE = {"readers": "906767e5-9f4c-47d1-a8b1-111111111111", "administrators": "906767e5-9f4c-47d1-a8b1-222222222222"}
ADMINISTRATORS = "sso.permission_set_grants_administrator"


def identity_center(place, accounts):
    instance = place.client("sso-admin").list_instances()["Instances"][0]["InstanceArn"]
    place.make("AWS::SSO::Instance", instance, InstanceArn=instance)
    readers = permission_set(place, instance, "readers", "PT1H", "ReadOnlyAccess")
    administrators = permission_set(place, instance, "administrators", "PT12H", "AdministratorAccess")
    place.plant(SET, f"{instance}|{administrators}", ADMINISTRATORS, "sso.permission_set_session_too_long")
    bounded(place, instance)
    by_own_policies(place, instance)
    assign(place, instance, readers, "readers", accounts["production"])
    assign(place, instance, administrators, "administrators", accounts["non-production"])


def permission_set(place, instance, name, duration, policy=None):
    client = place.client("sso-admin")
    settings = {"Name": name, "SessionDuration": duration, "Tags": tags(Team=name)}
    arn = client.create_permission_set(InstanceArn=instance, **settings)["PermissionSet"]["PermissionSetArn"]
    if policy:
        managed = f"arn:aws:iam::aws:policy/{policy}"
        of_set = {"InstanceArn": instance, "PermissionSetArn": arn}
        client.attach_managed_policy_to_permission_set(ManagedPolicyArn=managed, **of_set)
        place.make(SET, f"{instance}|{arn}", **settings, ManagedPolicies=[managed])
    return arn


def bounded(place, instance):
    """The boundary takes back what the policy grants."""
    arn = permission_set(place, instance, "bounded", "PT4H", "AdministratorAccess")
    place.client("sso-admin").put_permissions_boundary_to_permission_set(
        InstanceArn=instance,
        PermissionSetArn=arn,
        PermissionsBoundary={"ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    )


def by_own_policies(place, instance):
    """Administrators by an inline policy, and by a policy that the production account has."""
    client = place.client("sso-admin")
    inline = permission_set(place, instance, "inline", "PT2H")
    client.put_inline_policy_to_permission_set(
        InstanceArn=instance, PermissionSetArn=inline, InlinePolicy=document(allow("*"))
    )
    customer = permission_set(place, instance, "customer", "PT2H")
    client.attach_customer_managed_policy_reference_to_permission_set(
        InstanceArn=instance,
        PermissionSetArn=customer,
        CustomerManagedPolicyReference={"Name": "everything", "Path": "/"},
    )
    for arn in (inline, customer):
        place.plant(SET, f"{instance}|{arn}", ADMINISTRATORS)


def assign(place, instance, permission_set_arn, group, account):
    target = {"TargetId": account, "TargetType": "AWS_ACCOUNT"}
    principal = {"PrincipalType": "GROUP", "PrincipalId": PEOPLE[group]}
    assignment = {"InstanceArn": instance, "PermissionSetArn": permission_set_arn} | target | principal
    place.client("sso-admin").create_account_assignment(**assignment)
    identifier = "|".join([instance, account, "AWS_ACCOUNT", permission_set_arn, "GROUP", PEOPLE[group]])
    place.make("AWS::SSO::Assignment", identifier, **assignment)
