"""AWS Identity and Access Management: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html."""

from botocore import xform_name

from cloudformation.provider import Failed, Provider, changed, picked, provides, renamed, tag_list, taken
from cloudformation.providers.shapes import absent, differences, text

# What is deleted may be gone (https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html).
GONE = "NoSuchEntity"


class Identity:
    """The policies of a user, a group or a role (`kind`), whose operations are named alike."""

    def __init__(self, context, kind, name):
        self.client = context.client("iam")
        self.kind = kind
        self.key = {f"{kind}Name": name}

    def call(self, operation, **parameters):
        """Calls an operation that has the name of the kind in the place of the `@`."""
        return getattr(self.client, xform_name(operation.replace("@", self.kind)))(**self.key, **parameters)

    def put(self, name, document):
        self.call("Put@Policy", PolicyName=name, PolicyDocument=text(document))

    def remove(self, name):
        with absent(GONE):
            self.call("Delete@Policy", PolicyName=name)

    def attach(self, arn):
        self.call("Attach@Policy", PolicyArn=arn)

    def detach(self, arn):
        with absent(GONE):
            self.call("Detach@Policy", PolicyArn=arn)

    def settle(self, old, new):
        """Brings the policies of a template's resource, inline and managed, to what they are to be."""
        former = {each["PolicyName"]: each["PolicyDocument"] for each in old.get("Policies", [])}
        present = {each["PolicyName"]: each["PolicyDocument"] for each in new.get("Policies", [])}
        for name in former.keys() - present.keys():
            self.remove(name)
        for name in present:
            if present[name] != former.get(name):
                self.put(name, present[name])
        gone, fresh = differences(old.get("ManagedPolicyArns", []), new.get("ManagedPolicyArns", []))
        for arn in gone:
            self.detach(arn)
        for arn in fresh:
            self.attach(arn)

    def retag(self, context, old, new):
        present, gone = context.tag_changes(old, new)
        if present:
            self.call("Tag@", Tags=tag_list(present))
        if gone:
            self.call("Untag@", TagKeys=gone)


@provides("AWS::IAM::Role")
class Role(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html"""

    same = ("Description", "MaxSessionDuration", "Path", "PermissionsBoundary")

    def create(self, context, properties):
        taken(properties, *self.same, "AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies", "RoleName", "Tags")
        name = properties.get("RoleName") or context.name(64)
        made = context.client("iam").create_role(
            RoleName=name,
            AssumeRolePolicyDocument=text(properties["AssumeRolePolicyDocument"]),
            Tags=tag_list(context.tagged(properties)),
            **picked(properties, *self.same),
        )["Role"]
        context.physical = name
        Identity(context, "Role", name).settle({}, properties)
        return name, picked(made, "Arn", "RoleId")

    def update(self, context, physical, old, new):
        role = Identity(context, "Role", physical)
        names = changed(old, new)
        if "AssumeRolePolicyDocument" in names:
            role.call("UpdateAssumeRolePolicy", PolicyDocument=text(new["AssumeRolePolicyDocument"]))
        if names & {"Description", "MaxSessionDuration"}:
            session = new.get("MaxSessionDuration", 3600)
            role.call("Update@", Description=new.get("Description", ""), MaxSessionDuration=session)
        former, boundary = old.get("PermissionsBoundary"), new.get("PermissionsBoundary")
        if boundary and boundary != former:
            role.call("Put@PermissionsBoundary", PermissionsBoundary=boundary)
        elif former and not boundary:
            role.call("Delete@PermissionsBoundary")
        role.settle(old, new)
        role.retag(context, old, new)
        return picked(role.call("Get@")["Role"], "Arn", "RoleId")

    def delete(self, context, physical, properties):
        role = Identity(context, "Role", physical)
        with absent(GONE):
            role.settle(properties, {})
            role.call("Delete@")


@provides("AWS::IAM::Group")
class Group(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-group.html"""

    def create(self, context, properties):
        taken(properties, "GroupName", "ManagedPolicyArns", "Path", "Policies")
        name = properties.get("GroupName") or context.name(128)
        made = context.client("iam").create_group(GroupName=name, **picked(properties, "Path"))["Group"]
        context.physical = name
        Identity(context, "Group", name).settle({}, properties)
        return name, {"Arn": made["Arn"]}

    def update(self, context, physical, old, new):
        group = Identity(context, "Group", physical)
        if old.get("Path", "/") != new.get("Path", "/"):
            group.call("Update@", NewPath=new.get("Path", "/"))
        group.settle(old, new)
        return {"Arn": group.call("Get@")["Group"]["Arn"]}

    def delete(self, context, physical, properties):
        group = Identity(context, "Group", physical)
        with absent(GONE):
            group.settle(properties, {})
            group.call("Delete@")


@provides("AWS::IAM::User")
class User(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html"""

    def create(self, context, properties):
        taken(properties, "Groups", "LoginProfile", "ManagedPolicyArns", "Path", "Policies", "Tags", "UserName")
        name = properties.get("UserName") or context.name(64)
        tags = tag_list(context.tagged(properties))
        made = context.client("iam").create_user(UserName=name, Tags=tags, **picked(properties, "Path"))["User"]
        context.physical = name
        self.settle(Identity(context, "User", name), {}, properties)
        return name, {"Arn": made["Arn"]}

    def settle(self, user, old, new):
        user.settle(old, new)
        gone, fresh = differences(old.get("Groups", []), new.get("Groups", []))
        for group in gone:
            with absent(GONE):
                user.call("Remove@FromGroup", GroupName=group)
        for group in fresh:
            user.call("Add@ToGroup", GroupName=group)
        former, present = old.get("LoginProfile"), new.get("LoginProfile")
        if former and not present:
            with absent(GONE):
                user.call("DeleteLoginProfile")
        elif present != former:
            asked = picked(present, "Password", "PasswordResetRequired")
            user.call("UpdateLoginProfile" if former else "CreateLoginProfile", **asked)

    def update(self, context, physical, old, new):
        user = Identity(context, "User", physical)
        if old.get("Path", "/") != new.get("Path", "/"):
            user.call("Update@", NewPath=new.get("Path", "/"))
        self.settle(user, old, new)
        user.retag(context, old, new)
        return {"Arn": user.call("Get@")["User"]["Arn"]}

    def delete(self, context, physical, properties):
        user = Identity(context, "User", physical)
        with absent(GONE):
            self.settle(user, properties, {})
            user.call("Delete@")


@provides("AWS::IAM::UserToGroupAddition")
class UserToGroupAddition(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-usertogroupaddition.html"""

    def create(self, context, properties):
        taken(properties, "GroupName", "Users")
        self.settle(context, {}, properties)
        return context.name(128), {}

    def settle(self, context, old, new):
        client = context.client("iam")
        pairs = [[(each["GroupName"], user) for user in each["Users"]] if each else [] for each in (old, new)]
        gone, fresh = differences(*pairs)
        for group, user in gone:
            with absent(GONE):
                client.remove_user_from_group(GroupName=group, UserName=user)
        for group, user in fresh:
            client.add_user_to_group(GroupName=group, UserName=user)

    def update(self, context, physical, old, new):
        self.settle(context, old, new)
        return {}

    def delete(self, context, physical, properties):
        self.settle(context, properties, {})


@provides("AWS::IAM::InstanceProfile")
class InstanceProfile(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html"""

    def create(self, context, properties):
        taken(properties, "InstanceProfileName", "Path", "Roles")
        client = context.client("iam")
        name = properties.get("InstanceProfileName") or context.name(128)
        made = client.create_instance_profile(InstanceProfileName=name, **picked(properties, "Path"))["InstanceProfile"]
        context.physical = name
        self.settle(client, name, {}, properties)
        return name, {"Arn": made["Arn"]}

    def settle(self, client, name, old, new):
        gone, fresh = differences(old.get("Roles", []), new.get("Roles", []))
        for role in gone:
            with absent(GONE):
                client.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)
        for role in fresh:
            client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)

    def update(self, context, physical, old, new):
        self.settle(context.client("iam"), physical, old, new)
        return {}

    def delete(self, context, physical, properties):
        client = context.client("iam")
        with absent(GONE):
            self.settle(client, physical, properties, {})
            client.delete_instance_profile(InstanceProfileName=physical)


@provides("AWS::IAM::OIDCProvider")
class OidcProvider(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-oidcprovider.html"""

    def create(self, context, properties):
        taken(properties, "ClientIdList", "Tags", "ThumbprintList", "Url")
        asked = renamed(properties, ClientIdList="ClientIDList", ThumbprintList="ThumbprintList", Url="Url")
        tags = tag_list(context.tagged(properties))
        arn = context.client("iam").create_open_id_connect_provider(**asked, Tags=tags)["OpenIDConnectProviderArn"]
        return arn, {"Arn": arn}

    def update(self, context, physical, old, new):
        client, key = context.client("iam"), {"OpenIDConnectProviderArn": physical}
        gone, fresh = differences(old.get("ClientIdList", []), new.get("ClientIdList", []))
        for each in fresh:
            client.add_client_id_to_open_id_connect_provider(**key, ClientID=each)
        for each in gone:
            client.remove_client_id_from_open_id_connect_provider(**key, ClientID=each)
        if "ThumbprintList" in changed(old, new):
            client.update_open_id_connect_provider_thumbprint(**key, ThumbprintList=new.get("ThumbprintList", []))
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_open_id_connect_provider(**key, Tags=tag_list(present))
        if gone:
            client.untag_open_id_connect_provider(**key, TagKeys=gone)
        return {"Arn": physical}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=physical)


@provides("AWS::IAM::ServiceLinkedRole")
class ServiceLinkedRole(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-servicelinkedrole.html"""

    names = ("AWSServiceName", "CustomSuffix", "Description")

    def create(self, context, properties):
        if "AWSServiceName" not in taken(properties, *self.names):
            raise Failed("AWSServiceName is required")
        name = context.client("iam").create_service_linked_role(**properties)["Role"]["RoleName"]
        return name, {"RoleName": name}

    def update(self, context, physical, old, new):
        context.client("iam").update_role_description(RoleName=physical, Description=new.get("Description", ""))
        return {"RoleName": physical}

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("iam").delete_service_linked_role(RoleName=physical)
