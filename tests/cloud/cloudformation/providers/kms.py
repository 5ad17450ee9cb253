"""AWS Key Management Service: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_KMS.html."""

from cloudformation.provider import Failed, Provider, changed, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, text

# The days for which a deleted key can be brought back where the template says nothing.
WINDOW = 30
ROTATION = 365


def settle(context, client, key, old, new):
    """What is set after a key is made, of a primary key and of a replica."""
    present, gone = context.tag_changes(old, new)
    if old:
        if changed(old, new) & {"KeyPolicy"}:
            client.put_key_policy(KeyId=key, PolicyName="default", Policy=text(new["KeyPolicy"]), **bypass(new))
        if changed(old, new) & {"Description"}:
            client.update_key_description(KeyId=key, Description=new.get("Description", ""))
        if present:
            client.tag_resource(KeyId=key, Tags=tag_list(present, "TagKey", "TagValue"))
        if gone:
            client.untag_resource(KeyId=key, TagKeys=gone)
    if old.get("Enabled", True) != new.get("Enabled", True):
        (client.enable_key if new.get("Enabled", True) else client.disable_key)(KeyId=key)


def bypass(properties):
    name = "BypassPolicyLockoutSafetyCheck"
    return {name: properties[name]} if name in properties else {}


def schedule_deletion(context, physical, properties):
    with absent("NotFoundException", "KMSInvalidStateException"):
        window = properties.get("PendingWindowInDays", WINDOW)
        context.client("kms").schedule_key_deletion(KeyId=physical, PendingWindowInDays=window)


@provides("AWS::KMS::Key")
class Key(Provider):
    """Its deletion is scheduled
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html)."""

    fixed = ("KeySpec", "KeyUsage", "MultiRegion", "Origin")
    names = (
        *fixed,
        "BypassPolicyLockoutSafetyCheck",
        "Description",
        "EnableKeyRotation",
        "Enabled",
        "KeyPolicy",
        "PendingWindowInDays",
        "RotationPeriodInDays",
        "Tags",
    )

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("kms")
        asked = picked(properties, "BypassPolicyLockoutSafetyCheck", "Description", *self.fixed)
        if "KeyPolicy" in properties:
            asked["Policy"] = text(properties["KeyPolicy"])
        tags = tag_list(context.tagged(properties), "TagKey", "TagValue")
        made = client.create_key(**asked, Tags=tags)["KeyMetadata"]
        context.physical = made["KeyId"]
        # A disabled key can't be rotated.
        self.rotate(client, made["KeyId"], {}, properties)
        settle(context, client, made["KeyId"], {}, properties)
        return made["KeyId"], picked(made, "KeyId", "Arn")

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        fixed = changed(old, new) & set(self.fixed)
        if fixed:
            raise Failed(f"You cannot update {', '.join(sorted(fixed))} of a KMS key")
        client = context.client("kms")
        settle(context, client, physical, old, new)
        self.rotate(client, physical, old, new)
        return picked(client.describe_key(KeyId=physical)["KeyMetadata"], "KeyId", "Arn")

    def rotate(self, client, key, old, new):
        wanted, period = new.get("EnableKeyRotation", False), new.get("RotationPeriodInDays", ROTATION)
        if wanted == old.get("EnableKeyRotation", False) and period == old.get("RotationPeriodInDays", ROTATION):
            return
        if wanted:
            client.enable_key_rotation(KeyId=key, RotationPeriodInDays=period)
        else:
            client.disable_key_rotation(KeyId=key)

    def delete(self, context, physical, properties):
        schedule_deletion(context, physical, properties)


@provides("AWS::KMS::ReplicaKey")
class ReplicaKey(Provider):
    names = ("Description", "Enabled", "KeyPolicy", "PendingWindowInDays", "PrimaryKeyArn", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        primary = properties["PrimaryKeyArn"]
        made = context.client("kms", primary.split(":")[3]).replicate_key(
            KeyId=primary,
            ReplicaRegion=context.region,
            Policy=text(properties["KeyPolicy"]),
            Description=properties.get("Description", ""),
            Tags=tag_list(context.tagged(properties), "TagKey", "TagValue"),
        )["ReplicaKeyMetadata"]
        context.physical = made["KeyId"]
        settle(context, context.client("kms"), made["KeyId"], {}, properties)
        return made["KeyId"], picked(made, "KeyId", "Arn")

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("kms")
        settle(context, client, physical, old, new)
        return picked(client.describe_key(KeyId=physical)["KeyMetadata"], "KeyId", "Arn")

    def delete(self, context, physical, properties):
        schedule_deletion(context, physical, properties)


@provides("AWS::KMS::Alias")
class Alias(Provider):
    def create(self, context, properties):
        context.client("kms").create_alias(**taken(properties, "AliasName", "TargetKeyId"))
        return properties["AliasName"], {}

    def update(self, context, physical, old, new):
        context.client("kms").update_alias(AliasName=physical, TargetKeyId=taken(new, "AliasName", "TargetKeyId")["TargetKeyId"])
        return {}

    def delete(self, context, physical, properties):
        with absent("NotFoundException"):
            context.client("kms").delete_alias(AliasName=physical)
