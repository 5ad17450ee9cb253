"""AWS Organizations: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Organizations.html."""

from cloudformation.provider import Failed, Provider, changed, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, differences


def retag(context, client, physical, old, new):
    present, gone = context.tag_changes(old, new)
    if present:
        client.tag_resource(ResourceId=physical, Tags=tag_list(present))
    if gone:
        client.untag_resource(ResourceId=physical, TagKeys=gone)


@provides("AWS::Organizations::Organization")
class Organization(Provider):
    def create(self, context, properties):
        client = context.client("organizations")
        context.physical = client.create_organization(**taken(properties, "FeatureSet"))["Organization"]["Id"]
        return context.physical, self.attributes(client)

    def update(self, context, physical, old, new):
        client = context.client("organizations")
        taken(new, "FeatureSet")
        if changed(old, new):
            client.enable_all_features()
        return self.attributes(client)

    def delete(self, context, physical, properties):
        with absent("AWSOrganizationsNotInUseException"):
            context.client("organizations").delete_organization()

    def attributes(self, client):
        organization = client.describe_organization()["Organization"]
        attributes = picked(organization, "Id", "Arn")
        return attributes | {
            "ManagementAccountArn": organization["MasterAccountArn"],
            "ManagementAccountId": organization["MasterAccountId"],
            "ManagementAccountEmail": organization["MasterAccountEmail"],
            "RootId": client.list_roots()["Roots"][0]["Id"],
        }


@provides("AWS::Organizations::OrganizationalUnit")
class OrganizationalUnit(Provider):
    def create(self, context, properties):
        taken(properties, "Name", "ParentId", "Tags")
        client = context.client("organizations")
        tags = tag_list(context.tagged(properties))
        unit = client.create_organizational_unit(**picked(properties, "Name", "ParentId"), Tags=tags)["OrganizationalUnit"]
        context.physical = unit["Id"]
        return unit["Id"], self.attributes(client, unit["Id"])

    def update(self, context, physical, old, new):
        taken(new, "Name", "ParentId", "Tags")
        client = context.client("organizations")
        if old["Name"] != new["Name"]:
            client.update_organizational_unit(OrganizationalUnitId=physical, Name=new["Name"])
        retag(context, client, physical, old, new)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with absent("OrganizationalUnitNotFoundException"):
            context.client("organizations").delete_organizational_unit(OrganizationalUnitId=physical)

    def attributes(self, client, physical):
        unit = client.describe_organizational_unit(OrganizationalUnitId=physical)["OrganizationalUnit"]
        return picked(unit, "Id", "Arn", "Path")


@provides("AWS::Organizations::Account")
class Account(Provider):
    """Deleting it closes the account (https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html)."""

    volatile = ("Paths",)
    names = ("AccountName", "Email", "ParentIds", "RoleName", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("organizations")
        asked = picked(properties, "AccountName", "Email", "RoleName") | {"Tags": tag_list(context.tagged(properties))}
        request = client.create_account(**asked)["CreateAccountStatus"]["Id"]
        status = client.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]
        if status["State"] == "FAILED":
            raise Failed(f"CreateAccount failed: {status['FailureReason']}")
        context.physical = status["AccountId"]
        self.move(client, status["AccountId"], properties)
        return status["AccountId"], self.attributes(client, status["AccountId"])

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("organizations")
        fixed = changed(old, new) & {"AccountName", "Email"}
        if fixed:
            raise Failed(f"{', '.join(sorted(fixed))} of an account can't be updated")
        self.move(client, physical, new)
        retag(context, client, physical, old, new)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        with absent("AccountNotFoundException", "AccountAlreadyClosedException"):
            context.client("organizations").close_account(AccountId=physical)

    def move(self, client, physical, properties):
        """To the one parent that it is to have; without one it is in the root."""
        present = client.list_parents(ChildId=physical)["Parents"][0]["Id"]
        wanted = (properties.get("ParentIds") or [client.list_roots()["Roots"][0]["Id"]])[0]
        if wanted != present:
            client.move_account(AccountId=physical, SourceParentId=present, DestinationParentId=wanted)

    def attributes(self, client, physical):
        account = client.describe_account(AccountId=physical)["Account"]
        known = picked(account, "Arn", "Status", "State", "JoinedMethod", "Paths")
        return known | {"AccountId": physical, "JoinedTimestamp": account["JoinedTimestamp"].isoformat()}


@provides("AWS::Organizations::Policy")
class Policy(Provider):
    names = ("Content", "Description", "Name", "Tags", "TargetIds", "Type")

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("organizations")
        asked = {"Description": ""} | picked(properties, "Content", "Description", "Name", "Type")
        summary = ask(client, "CreatePolicy", **asked, Tags=tag_list(context.tagged(properties)))["Policy"]["PolicySummary"]
        context.physical = summary["Id"]
        for target in properties.get("TargetIds", []):
            client.attach_policy(PolicyId=summary["Id"], TargetId=target)
        return summary["Id"], picked(summary, "Id", "Arn", "AwsManaged")

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("organizations")
        asked = {"Description": ""} | picked(new, "Content", "Description", "Name")
        summary = ask(client, "UpdatePolicy", PolicyId=physical, **asked)["Policy"]["PolicySummary"]
        gone, added = differences(old.get("TargetIds", []), new.get("TargetIds", []))
        for target in added:
            client.attach_policy(PolicyId=physical, TargetId=target)
        for target in gone:
            client.detach_policy(PolicyId=physical, TargetId=target)
        retag(context, client, physical, old, new)
        return picked(summary, "Id", "Arn", "AwsManaged")

    def delete(self, context, physical, properties):
        client = context.client("organizations")
        with absent("PolicyNotFoundException"):
            for target in client.list_targets_for_policy(PolicyId=physical)["Targets"]:
                client.detach_policy(PolicyId=physical, TargetId=target["TargetId"])
            client.delete_policy(PolicyId=physical)
