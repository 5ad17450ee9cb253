"""Stacks, resources, templates and change sets in the forms in which CloudFormation tells of them."""

from cloudformation.changes import without_values
from cloudformation.values import HIDDEN, plain


def known(**values):
    """The values that there are."""
    return {name: value for name, value in values.items() if value is not None}


def tag_list(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def parameter_list(template, values):
    return [
        {"ParameterKey": name, "ParameterValue": HIDDEN if name in template.hidden else value} for name, value in values.items()
    ]


def described_stack(stack):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html"""
    return known(
        StackId=stack.id,
        StackName=stack.name,
        ChangeSetId=stack.change_set,
        Description=stack.description,
        Parameters=parameter_list(stack.template, stack.parameters) if stack.template else [],
        CreationTime=stack.created,
        LastUpdatedTime=stack.updated,
        DeletionTime=stack.deleted,
        RollbackConfiguration={},
        StackStatus=stack.status,
        StackStatusReason=stack.reason,
        DisableRollback=stack.disable_rollback,
        NotificationARNs=stack.notifications,
        Capabilities=stack.capabilities,
        Outputs=[described_output(name, output) for name, output in stack.outputs.items()],
        RoleARN=stack.role,
        Tags=tag_list(stack.tags),
        EnableTerminationProtection=stack.protected,
        DriftInformation={"StackDriftStatus": "NOT_CHECKED"},
    )


def described_output(name, output):
    return known(OutputKey=name, OutputValue=plain(output.value), Description=output.description, ExportName=output.export)


def summary(stack):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSummary.html"""
    return known(
        StackId=stack.id,
        StackName=stack.name,
        TemplateDescription=stack.description,
        CreationTime=stack.created,
        LastUpdatedTime=stack.updated,
        DeletionTime=stack.deleted,
        StackStatus=stack.status,
        StackStatusReason=stack.reason,
        DriftInformation={"StackDriftStatus": "NOT_CHECKED"},
    )


def resource_summary(resource):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResourceSummary.html"""
    return known(
        LogicalResourceId=resource.logical,
        PhysicalResourceId=resource.physical,
        ResourceType=resource.type,
        LastUpdatedTimestamp=resource.changed,
        ResourceStatus=resource.status,
        ResourceStatusReason=resource.reason,
        DriftInformation={"StackResourceDriftStatus": "NOT_CHECKED"},
    )


def described_resource(stack, resource, time="Timestamp"):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResource.html"""
    told = resource_summary(resource) | {"StackName": stack.name, "StackId": stack.id}
    return told | {time: told.pop("LastUpdatedTimestamp")}


def described_change_set(change_set, stack, with_values):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html"""
    return known(
        ChangeSetName=change_set.name,
        ChangeSetId=change_set.id,
        StackId=stack.id,
        StackName=stack.name,
        Description=change_set.settings.get("Description"),
        Parameters=parameter_list(change_set.template, change_set.parameters),
        CreationTime=change_set.created,
        ExecutionStatus=change_set.execution,
        Status=change_set.status,
        StatusReason=change_set.reason,
        NotificationARNs=change_set.settings.get("NotificationARNs", []),
        RollbackConfiguration={},
        Capabilities=change_set.settings.get("Capabilities", []),
        Tags=tag_list(change_set.tags),
        IncludeNestedStacks=False,
        OnStackFailure=change_set.settings.get("OnStackFailure"),
        Changes=[{"Type": "Resource", "ResourceChange": each if with_values else without_values(each)} for each in change_set.changes],
    )


def change_set_summary(change_set, stack):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ChangeSetSummary.html"""
    return known(
        StackId=stack.id,
        StackName=stack.name,
        ChangeSetId=change_set.id,
        ChangeSetName=change_set.name,
        ExecutionStatus=change_set.execution,
        Status=change_set.status,
        StatusReason=change_set.reason,
        CreationTime=change_set.created,
        Description=change_set.settings.get("Description"),
        IncludeNestedStacks=False,
    )


def validated(template):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html"""
    needed, types = template.capabilities()
    return known(
        Parameters=[
            known(
                ParameterKey=name,
                DefaultValue=plain(each["Default"]) if "Default" in each else None,
                NoEcho=name in template.hidden,
                Description=each.get("Description"),
            )
            for name, each in template.parameters.items()
        ],
        Description=template.description,
        Capabilities=needed,
        CapabilitiesReason=f"The following resource(s) require capabilities: [{', '.join(types)}]" if needed else None,
        DeclaredTransforms=template.transforms,
    )


def summarized(template):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html"""
    told = validated(template)
    for each in told["Parameters"]:
        declared = template.parameters[each["ParameterKey"]]
        allowed = [plain(value) for value in declared.get("AllowedValues", [])]
        each |= {"ParameterType": declared["Type"], "ParameterConstraints": {"AllowedValues": allowed}}
    types = sorted({resource["Type"] for resource in template.resources.values()})
    return told | known(ResourceTypes=types, Version=template.document.get("AWSTemplateFormatVersion"))
