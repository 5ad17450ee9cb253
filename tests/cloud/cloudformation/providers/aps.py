"""Amazon Managed Service for Prometheus: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_APS.html."""

from cloudformation.provider import Provider, changed, provides, taken
from cloudformation.providers.shapes import absent, ask

GONE = "ResourceNotFoundException"


def retag(context, client, arn, old, new):
    present, gone = context.tag_changes(old, new)
    if present:
        client.tag_resource(resourceArn=arn, tags=present)
    if gone:
        client.untag_resource(resourceArn=arn, tagKeys=gone)


@provides("AWS::APS::Workspace")
class Workspace(Provider):
    names = (
        "AlertManagerDefinition",
        "Alias",
        "KmsKeyArn",
        "LoggingConfiguration",
        "QueryLoggingConfiguration",
        "Tags",
        "WorkspaceConfiguration",
    )
    # What each of the properties has operations for: to create it, to change it and to take it away.
    parts = {
        "AlertManagerDefinition": ("CreateAlertManagerDefinition", "PutAlertManagerDefinition", "DeleteAlertManagerDefinition"),
        "LoggingConfiguration": ("CreateLoggingConfiguration", "UpdateLoggingConfiguration", "DeleteLoggingConfiguration"),
        "QueryLoggingConfiguration": (
            "CreateQueryLoggingConfiguration",
            "UpdateQueryLoggingConfiguration",
            "DeleteQueryLoggingConfiguration",
        ),
    }

    def create(self, context, properties):
        taken(properties, *self.names)
        client, tags = context.client("amp"), context.tagged(properties)
        asked = {name: properties[name] for name in ("Alias", "KmsKeyArn") if name in properties}
        made = ask(client, "CreateWorkspace", Tags=tags, ClientToken=context.token, **asked)
        context.physical = made["arn"]
        self.settle(client, made["workspaceId"], {}, properties)
        return made["arn"], self.attributes(client, made["workspaceId"])

    def settle(self, client, identifier, old, new):
        for name, (create, change, remove) in self.parts.items():
            if old.get(name) == new.get(name):
                continue
            if name not in new:
                ask(client, remove, WorkspaceId=identifier)
                continue
            value = {"Data": new[name]} if name == "AlertManagerDefinition" else new[name]
            ask(client, change if name in old else create, WorkspaceId=identifier, **value)
        if "WorkspaceConfiguration" in new and "WorkspaceConfiguration" in changed(old, new):
            value = taken(new["WorkspaceConfiguration"], "LimitsPerLabelSets", "RetentionPeriodInDays")
            names = {"LimitsPerLabelSets": "LimitsPerLabelSet"}
            asked = {names.get(name, name): each for name, each in value.items()}
            ask(client, "UpdateWorkspaceConfiguration", WorkspaceId=identifier, **asked)

    def attributes(self, client, identifier):
        found = client.describe_workspace(workspaceId=identifier)["workspace"]
        return {"Arn": found["arn"], "PrometheusEndpoint": found["prometheusEndpoint"], "WorkspaceId": identifier}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client, identifier = context.client("amp"), physical.rpartition("/")[2]
        if "Alias" in changed(old, new):
            client.update_workspace_alias(workspaceId=identifier, alias=new.get("Alias", ""))
        self.settle(client, identifier, old, new)
        retag(context, client, physical, old, new)
        return self.attributes(client, identifier)

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("amp").delete_workspace(workspaceId=physical.rpartition("/")[2])


@provides("AWS::APS::RuleGroupsNamespace")
class RuleGroupsNamespace(Provider):
    def workspace(self, properties):
        return taken(properties, "Data", "Name", "Tags", "Workspace")["Workspace"].rpartition("/")[2]

    def create(self, context, properties):
        asked = {"WorkspaceId": self.workspace(properties), "Name": properties["Name"], "Data": properties["Data"]}
        asked |= {"Tags": context.tagged(properties), "ClientToken": context.token}
        arn = ask(context.client("amp"), "CreateRuleGroupsNamespace", **asked)["arn"]
        return arn, {"Arn": arn}

    def update(self, context, physical, old, new):
        client, asked = context.client("amp"), {"WorkspaceId": self.workspace(new), "Name": new["Name"]}
        if "Data" in changed(old, new):
            ask(client, "PutRuleGroupsNamespace", Data=new["Data"], **asked)
        retag(context, client, physical, old, new)
        return {"Arn": physical}

    def delete(self, context, physical, properties):
        with absent(GONE):
            asked = {"WorkspaceId": self.workspace(properties), "Name": properties["Name"]}
            ask(context.client("amp"), "DeleteRuleGroupsNamespace", **asked)
