"""AWS Backup: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Backup.html."""

from cloudformation.provider import Provider, changed, picked, provides, taken
from cloudformation.providers.shapes import absent, ask, text, without

GONE = "ResourceNotFoundException"
# Of a rule, by the names of the API.
NAMES = {"TargetBackupVault": "TargetBackupVaultName"}


def retag(context, client, arn, old, new, name):
    present, gone = context.tag_changes(old, new, name)
    if present:
        client.tag_resource(ResourceArn=arn, Tags=present)
    if gone:
        client.untag_resource(ResourceArn=arn, TagKeyList=gone)


@provides("AWS::Backup::BackupVault")
class BackupVault(Provider):
    names = ("AccessPolicy", "BackupVaultName", "BackupVaultTags", "EncryptionKeyArn", "LockConfiguration", "Notifications")

    def create(self, context, properties):
        taken(properties, *self.names)
        client, tags = context.client("backup"), context.tagged(properties, "BackupVaultTags")
        name = properties.get("BackupVaultName") or context.name(50)
        asked = picked(properties, "EncryptionKeyArn") | {"BackupVaultTags": tags, "CreatorRequestId": context.token}
        arn = client.create_backup_vault(BackupVaultName=name, **asked)["BackupVaultArn"]
        context.physical = name
        self.settle(client, name, {}, properties)
        return name, {"BackupVaultName": name, "BackupVaultArn": arn}

    def settle(self, client, name, old, new):
        differs = changed(old, new)
        if "AccessPolicy" in new and "AccessPolicy" in differs:
            client.put_backup_vault_access_policy(BackupVaultName=name, Policy=text(new["AccessPolicy"]))
        elif "AccessPolicy" in differs:
            client.delete_backup_vault_access_policy(BackupVaultName=name)
        if "Notifications" in new and "Notifications" in differs:
            ask(client, "PutBackupVaultNotifications", BackupVaultName=name, **new["Notifications"])
        elif "Notifications" in differs:
            client.delete_backup_vault_notifications(BackupVaultName=name)
        if "LockConfiguration" in new and "LockConfiguration" in differs:
            ask(client, "PutBackupVaultLockConfiguration", BackupVaultName=name, **new["LockConfiguration"])
        elif "LockConfiguration" in differs:
            client.delete_backup_vault_lock_configuration(BackupVaultName=name)

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("backup")
        self.settle(client, physical, old, new)
        arn = client.describe_backup_vault(BackupVaultName=physical)["BackupVaultArn"]
        retag(context, client, arn, old, new, "BackupVaultTags")
        return {"BackupVaultName": physical, "BackupVaultArn": arn}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("backup").delete_backup_vault(BackupVaultName=physical)


def document(properties):
    """The plan, whose rules are `BackupPlanRule` in a template and `Rules` in the API."""
    rules = [{NAMES.get(name, name): value for name, value in rule.items()} for rule in properties["BackupPlan"]["BackupPlanRule"]]
    return without(properties["BackupPlan"], "BackupPlanRule") | {"Rules": rules}


@provides("AWS::Backup::BackupPlan")
class BackupPlan(Provider):
    volatile = ("VersionId",)

    def create(self, context, properties):
        taken(properties, "BackupPlan", "BackupPlanTags")
        tags, client = context.tagged(properties, "BackupPlanTags"), context.client("backup")
        asked = {"BackupPlan": document(properties), "BackupPlanTags": tags, "CreatorRequestId": context.token}
        made = ask(client, "CreateBackupPlan", **asked)
        return made["BackupPlanId"], picked(made, "BackupPlanArn", "BackupPlanId", "VersionId")

    def update(self, context, physical, old, new):
        taken(new, "BackupPlan", "BackupPlanTags")
        client = context.client("backup")
        if "BackupPlan" in changed(old, new):
            ask(client, "UpdateBackupPlan", BackupPlanId=physical, BackupPlan=document(new))
        found = client.get_backup_plan(BackupPlanId=physical)
        retag(context, client, found["BackupPlanArn"], old, new, "BackupPlanTags")
        return picked(found, "BackupPlanArn", "BackupPlanId", "VersionId")

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("backup").delete_backup_plan(BackupPlanId=physical)


@provides("AWS::Backup::BackupSelection")
class BackupSelection(Provider):
    """Its id names the selection and the plan."""

    def create(self, context, properties):
        taken(properties, "BackupPlanId", "BackupSelection")
        asked = picked(properties, "BackupPlanId", "BackupSelection")
        made = ask(context.client("backup"), "CreateBackupSelection", CreatorRequestId=context.token, **asked)
        physical = f"{made['SelectionId']}_{made['BackupPlanId']}"
        return physical, {"Id": physical, "SelectionId": made["SelectionId"], "BackupPlanId": made["BackupPlanId"]}

    def delete(self, context, physical, properties):
        selection, _, plan = physical.partition("_")
        with absent(GONE):
            context.client("backup").delete_backup_selection(BackupPlanId=plan, SelectionId=selection)
