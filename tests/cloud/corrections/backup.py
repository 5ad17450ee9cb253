"""AWS Backup: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Reference.html."""

import uuid
from datetime import datetime, timezone

from moto.backup.models import backup_backends
from moto.kms.utils import RESERVED_ALIASES
from wire import Failure

from corrections.kms import managed_key
from corrections.registry import State, amended, correction

# The key of AWS Backup, which moto does not make on its first use.
RESERVED_ALIASES.append("alias/aws/backup")

# The access policy and the notifications of each vault by its name.
POLICIES = State()
NOTIFICATIONS = State()
# The selections by the ids of the plan and the selection.
SELECTIONS = State()


def backend(call):
    return backup_backends[call.account][call.region]


def vault(call):
    name = call.parameters()["BackupVaultName"]
    if name not in backend(call).vaults:
        raise Failure("ResourceNotFoundException", f"Backup vault {name} was not found.")
    return backend(call).vaults[name]


def plan(call):
    identifier = call.parameters()["BackupPlanId"]
    held = backend(call).plans.get(identifier)
    if held is None:
        raise Failure("ResourceNotFoundException", "Failed reading Backup plan with provided version")
    return held


@correction("backup", "CreateBackupVault")
def create_vault(call, onward):
    """AWS encrypts with its own key where none is named
    (https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html)."""
    asked = call.parameters()
    if "EncryptionKeyArn" not in asked:
        call = call.again(asked | {"EncryptionKeyArn": managed_key(call, "backup")})
    return onward(call)


@correction("backup", "DescribeBackupVault")
def describe_vault(call, onward):
    """moto tells little of a vault: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupVault.html"""
    return call.answer(vault(call).to_list_dict() | {"VaultType": "BACKUP_VAULT"})


@correction("backup", "DeleteBackupVault")
def delete_vault(call, onward):
    name = vault(call).backup_vault_name
    for state in (POLICIES, NOTIFICATIONS):
        state.of(call).pop(name, None)
    return onward(call)


@correction("backup", "PutBackupVaultAccessPolicy")
def put_policy(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultAccessPolicy.html"""
    POLICIES.of(call)[vault(call).backup_vault_name] = call.parameters()["Policy"]
    return call.answer({})


@correction("backup", "GetBackupVaultAccessPolicy")
def get_policy(call, onward):
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupVaultAccessPolicy.html"""
    held = vault(call)
    if held.backup_vault_name not in POLICIES.of(call):
        raise Failure("ResourceNotFoundException", f"Backup vault {held.backup_vault_name} has no associated policy")
    told = {"BackupVaultName": held.backup_vault_name, "BackupVaultArn": held.backup_vault_arn}
    return call.answer(told | {"Policy": POLICIES.of(call)[held.backup_vault_name]})


@correction("backup", "DeleteBackupVaultAccessPolicy")
def delete_policy(call, onward):
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultAccessPolicy.html"""
    POLICIES.of(call).pop(vault(call).backup_vault_name, None)
    return call.answer({})


@correction("backup", "PutBackupVaultNotifications")
def put_notifications(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html"""
    asked = call.parameters()
    NOTIFICATIONS.of(call)[vault(call).backup_vault_name] = {name: asked[name] for name in ("BackupVaultEvents", "SNSTopicArn")}
    return call.answer({})


@correction("backup", "GetBackupVaultNotifications")
def get_notifications(call, onward):
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupVaultNotifications.html"""
    held = vault(call)
    if held.backup_vault_name not in NOTIFICATIONS.of(call):
        raise Failure("ResourceNotFoundException", f"Failed reading notifications from database for Backup vault {held.backup_vault_name}")
    told = {"BackupVaultName": held.backup_vault_name, "BackupVaultArn": held.backup_vault_arn}
    return call.answer(told | NOTIFICATIONS.of(call)[held.backup_vault_name])


@correction("backup", "DeleteBackupVaultNotifications")
def delete_notifications(call, onward):
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultNotifications.html"""
    NOTIFICATIONS.of(call).pop(vault(call).backup_vault_name, None)
    return call.answer({})


@correction("backup", "UpdateBackupPlan")
def update_plan(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateBackupPlan.html"""
    held = plan(call)
    made = type(held)(call.parameters()["BackupPlan"], held.creator_request_id, backend(call))
    for name in ("backup_plan", "version_id", "advanced_backup_settings"):
        setattr(held, name, getattr(made, name))
    return call.answer(held.to_dict())


@correction("backup", "DeleteBackupPlan")
def delete_plan(call, onward):
    """moto keeps a deleted plan, whose name can't be taken again
    (https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupPlan.html)."""
    held = plan(call)
    if any(of == held.backup_plan_id for of, _ in SELECTIONS.of(call)):
        raise Failure("InvalidRequestException", "Related backup plan selections must be deleted prior to backup plan deletion")
    answer = onward(call)
    del backend(call).plans[held.backup_plan_id]
    return answer


def selection(call):
    asked = call.parameters()
    held = SELECTIONS.of(call).get((asked["BackupPlanId"], asked["SelectionId"]))
    if held is None:
        raise Failure("ResourceNotFoundException", f"Cannot find Backup selection with ID {asked['SelectionId']}")
    return held


@correction("backup", "CreateBackupSelection")
def create_selection(call, onward):
    """moto lacks the selections: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html"""
    asked, held = call.parameters(), plan(call)
    made = {"BackupPlanId": held.backup_plan_id, "SelectionId": str(uuid.uuid4()), "CreationDate": datetime.now(timezone.utc)}
    kept = made | {"BackupSelection": asked["BackupSelection"]}
    if "CreatorRequestId" in asked:
        kept["CreatorRequestId"] = asked["CreatorRequestId"]
    SELECTIONS.of(call)[held.backup_plan_id, made["SelectionId"]] = kept
    return call.answer(made)


@correction("backup", "GetBackupSelection")
def get_selection(call, onward):
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_GetBackupSelection.html"""
    return call.answer(selection(call))


@correction("backup", "ListBackupSelections")
def list_selections(call, onward):
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupSelections.html"""
    found = [held for (of, _), held in SELECTIONS.of(call).items() if of == plan(call).backup_plan_id]
    told = [
        {name: value for name, value in held.items() if name != "BackupSelection"}
        | {name: held["BackupSelection"][name] for name in ("SelectionName", "IamRoleArn")}
        for held in found
    ]
    return call.answer({"BackupSelectionsList": told})


@correction("backup", "DeleteBackupSelection")
def delete_selection(call, onward):
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupSelection.html"""
    held = selection(call)
    del SELECTIONS.of(call)[held["BackupPlanId"], held["SelectionId"]]
    return call.answer({})


@correction("backup", "ListTags")
def list_tags(call, onward):
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListTags.html"""
    return amended(call, onward(call), lambda result: result.setdefault("Tags", {}))
