"""IAM Identity Center: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SSO.html."""

from cloudformation.provider import Failed, Provider, picked, provides, renamed, tag_list, taken
from cloudformation.providers.shapes import absent, differences, text

GONE = "ResourceNotFoundException"


def retag(context, client, instance, arn, old, new):
    present, gone = context.tag_changes(old, new)
    if present:
        client.tag_resource(InstanceArn=instance, ResourceArn=arn, Tags=tag_list(present))
    if gone:
        client.untag_resource(InstanceArn=instance, ResourceArn=arn, TagKeys=gone)


@provides("AWS::SSO::Instance")
class Instance(Provider):
    def create(self, context, properties):
        taken(properties, "Name", "Tags")
        client = context.client("sso-admin")
        asked = picked(properties, "Name") | {"ClientToken": context.token}
        arn = client.create_instance(**asked, Tags=tag_list(context.tagged(properties)))["InstanceArn"]
        context.physical = arn
        return arn, self.attributes(client, arn)

    def update(self, context, physical, old, new):
        taken(new, "Name", "Tags")
        client = context.client("sso-admin")
        if old.get("Name") != new.get("Name"):
            client.update_instance(InstanceArn=physical, Name=new.get("Name", ""))
        retag(context, client, physical, physical, old, new)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("sso-admin").delete_instance(InstanceArn=physical)

    def attributes(self, client, arn):
        instances = client.list_instances()["Instances"]
        instance = next(each for each in instances if each["InstanceArn"] == arn)
        return picked(instance, "IdentityStoreId", "InstanceArn", "OwnerAccountId", "Status")


@provides("AWS::SSO::PermissionSet")
class PermissionSet(Provider):
    names = (
        "CustomerManagedPolicyReferences",
        "Description",
        "InlinePolicy",
        "InstanceArn",
        "ManagedPolicies",
        "Name",
        "PermissionsBoundary",
        "RelayStateType",
        "SessionDuration",
        "Tags",
    )
    settings = {"Description": "Description", "RelayStateType": "RelayState", "SessionDuration": "SessionDuration"}

    def create(self, context, properties):
        taken(properties, *self.names)
        client, instance = context.client("sso-admin"), properties["InstanceArn"]
        asked = renamed(properties, Name="Name", **self.settings) | {"Tags": tag_list(context.tagged(properties))}
        arn = client.create_permission_set(InstanceArn=instance, **asked)["PermissionSet"]["PermissionSetArn"]
        context.physical = f"{instance}|{arn}"
        self.grant(client, {"InstanceArn": instance, "PermissionSetArn": arn}, {}, properties)
        return context.physical, {"PermissionSetArn": arn}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("sso-admin")
        instance, arn = physical.split("|")
        which = {"InstanceArn": instance, "PermissionSetArn": arn}
        client.update_permission_set(**which, **{"SessionDuration": "PT1H"} | renamed(new, **self.settings))
        self.grant(client, which, old, new)
        retag(context, client, instance, arn, old, new)
        client.provision_permission_set(**which, TargetType="ALL_PROVISIONED_ACCOUNTS")
        return {"PermissionSetArn": arn}

    def delete(self, context, physical, properties):
        instance, arn = physical.split("|")
        with absent(GONE):
            context.client("sso-admin").delete_permission_set(InstanceArn=instance, PermissionSetArn=arn)

    def grant(self, client, which, old, new):
        """What the old set grants becomes what the new one grants."""
        gone, added = differences(old.get("ManagedPolicies", []), new.get("ManagedPolicies", []))
        for policy in gone:
            client.detach_managed_policy_from_permission_set(**which, ManagedPolicyArn=policy)
        for policy in added:
            client.attach_managed_policy_to_permission_set(**which, ManagedPolicyArn=policy)
        references = "CustomerManagedPolicyReferences"
        gone, added = differences(old.get(references, []), new.get(references, []))
        for policy in gone:
            client.detach_customer_managed_policy_reference_from_permission_set(**which, CustomerManagedPolicyReference=policy)
        for policy in added:
            client.attach_customer_managed_policy_reference_to_permission_set(**which, CustomerManagedPolicyReference=policy)
        if new.get("InlinePolicy"):
            client.put_inline_policy_to_permission_set(**which, InlinePolicy=text(new["InlinePolicy"]))
        elif old.get("InlinePolicy"):
            client.delete_inline_policy_from_permission_set(**which)
        if new.get("PermissionsBoundary"):
            client.put_permissions_boundary_to_permission_set(**which, PermissionsBoundary=new["PermissionsBoundary"])
        elif old.get("PermissionsBoundary"):
            client.delete_permissions_boundary_from_permission_set(**which)


@provides("AWS::SSO::Assignment")
class Assignment(Provider):
    """Every property is a part of what identifies it."""

    names = ("InstanceArn", "TargetId", "TargetType", "PermissionSetArn", "PrincipalType", "PrincipalId")

    def create(self, context, properties):
        answer = context.client("sso-admin").create_account_assignment(**taken(properties, *self.names))
        status = answer["AccountAssignmentCreationStatus"]
        if status.get("Status") == "FAILED":
            raise Failed(status["FailureReason"])
        return "|".join(properties[name] for name in self.names), {}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("sso-admin").delete_account_assignment(**dict(zip(self.names, physical.split("|"))))
