"""Amazon Managed Grafana: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Grafana.html."""

import json

from cloudformation.provider import Provider, changed, picked, provides, taken
from cloudformation.providers.shapes import absent, ask

# The settings of a workspace by the names of the API.
SETTINGS = {
    "AccountAccessType": "AccountAccessType",
    "DataSources": "WorkspaceDataSources",
    "Description": "WorkspaceDescription",
    "Name": "WorkspaceName",
    "NetworkAccessControl": "NetworkAccessControl",
    "NotificationDestinations": "WorkspaceNotificationDestinations",
    "OrganizationRoleName": "OrganizationRoleName",
    "OrganizationalUnits": "WorkspaceOrganizationalUnits",
    "PermissionType": "PermissionType",
    "RoleArn": "WorkspaceRoleArn",
    "StackSetName": "StackSetName",
    "VpcConfiguration": "VpcConfiguration",
}


def settings(properties):
    return {SETTINGS[name]: value for name, value in picked(properties, *SETTINGS).items()}


@provides("AWS::Grafana::Workspace")
class Workspace(Provider):
    volatile = ("GrafanaVersion", "ModificationTimestamp", "SamlConfigurationStatus", "SsoClientId")
    names = (*SETTINGS, "AuthenticationProviders", "ClientToken", "GrafanaVersion", "PluginAdminEnabled", "SamlConfiguration", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("grafana")
        asked = {"ClientToken": context.token} | picked(properties, "AuthenticationProviders", "ClientToken", "GrafanaVersion")
        if "PluginAdminEnabled" in properties:
            asked["Configuration"] = self.configuration(properties)
        tags = context.tagged(properties)
        identifier = ask(client, "CreateWorkspace", Tags=tags, **asked, **settings(properties))["workspace"]["id"]
        context.physical = identifier
        if "SamlConfiguration" in properties:
            proof = picked(properties, "AuthenticationProviders", "SamlConfiguration")
            ask(client, "UpdateWorkspaceAuthentication", WorkspaceId=identifier, **proof)
        return identifier, self.attributes(client, identifier)

    def configuration(self, properties):
        return json.dumps({"plugins": {"pluginAdminEnabled": properties.get("PluginAdminEnabled", False)}})

    def attributes(self, client, identifier):
        found = client.describe_workspace(workspaceId=identifier)["workspace"]
        proof = client.describe_workspace_authentication(workspaceId=identifier)["authentication"]
        return {
            "CreationTimestamp": found["created"].isoformat(),
            "Endpoint": found["endpoint"],
            "GrafanaVersion": found["grafanaVersion"],
            "Id": identifier,
            "ModificationTimestamp": found["modified"].isoformat(),
            "SamlConfigurationStatus": found["authentication"].get("samlConfigurationStatus", ""),
            "SsoClientId": proof.get("awsSso", {}).get("ssoClientId", ""),
            "Status": found["status"],
        }

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client, differs = context.client("grafana"), changed(old, new)
        asked = settings(picked(new, *(name for name in SETTINGS if name in differs)))
        for name, remove in (("NetworkAccessControl", "RemoveNetworkAccessConfiguration"), ("VpcConfiguration", "RemoveVpcConfiguration")):
            if name in differs and name not in new:
                asked[remove] = True
        if asked:
            ask(client, "UpdateWorkspace", WorkspaceId=physical, **asked)
        if differs & {"AuthenticationProviders", "SamlConfiguration"}:
            proof = picked(new, "AuthenticationProviders", "SamlConfiguration")
            ask(client, "UpdateWorkspaceAuthentication", WorkspaceId=physical, **proof)
        if differs & {"GrafanaVersion", "PluginAdminEnabled"}:
            configuration = picked(new, "GrafanaVersion") | {"Configuration": self.configuration(new)}
            ask(client, "UpdateWorkspaceConfiguration", WorkspaceId=physical, **configuration)
        present, gone = context.tag_changes(old, new)
        arn = context.arn("grafana", f"/workspaces/{physical}")
        if present:
            client.tag_resource(resourceArn=arn, tags=present)
        if gone:
            client.untag_resource(resourceArn=arn, tagKeys=gone)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with absent("ResourceNotFoundException"):
            context.client("grafana").delete_workspace(workspaceId=physical)
