"""The identity store of IAM Identity Center:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IdentityStore.html."""

from cloudformation.provider import Provider, changed, provides, taken
from cloudformation.providers.shapes import absent


@provides("AWS::IdentityStore::Group")
class Group(Provider):
    names = ("Description", "DisplayName", "IdentityStoreId")

    def create(self, context, properties):
        group = context.client("identitystore").create_group(**taken(properties, *self.names))["GroupId"]
        return f"{group}|{properties['IdentityStoreId']}", {"GroupId": group}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        group, store = physical.split("|")
        operations = [
            {"AttributePath": name[0].lower() + name[1:], "AttributeValue": new.get(name, "")} for name in sorted(changed(old, new))
        ]
        if operations:
            context.client("identitystore").update_group(IdentityStoreId=store, GroupId=group, Operations=operations)
        return {"GroupId": group}

    def delete(self, context, physical, properties):
        group, store = physical.split("|")
        with absent("ResourceNotFoundException"):
            context.client("identitystore").delete_group(IdentityStoreId=store, GroupId=group)
