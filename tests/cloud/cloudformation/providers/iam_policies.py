"""AWS Identity and Access Management: policies
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html)."""

from cloudformation.provider import Provider, changed, picked, provides, taken
from cloudformation.providers.iam import GONE, Identity
from cloudformation.providers.shapes import absent, text

# The properties that name those who have a policy, by the kind of identity.
HOLDERS = {"Group": "Groups", "Role": "Roles", "User": "Users"}
# How many versions a managed policy can have (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
VERSIONS = 5


def holders(context, properties):
    """Those who have the policy, by what tells them apart."""
    return {(kind, name): Identity(context, kind, name) for kind, names in HOLDERS.items() for name in properties.get(names, [])}


@provides("AWS::IAM::Policy")
class InlinePolicy(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html"""

    def create(self, context, properties):
        taken(properties, *HOLDERS.values(), "PolicyDocument", "PolicyName")
        context.physical = context.name(128)
        for identity in holders(context, properties).values():
            identity.put(properties["PolicyName"], properties["PolicyDocument"])
        return context.physical, {"Id": context.physical}

    def update(self, context, physical, old, new):
        present = holders(context, new)
        for identity in present.values():
            identity.put(new["PolicyName"], new["PolicyDocument"])
        for key, identity in holders(context, old).items():
            if key not in present or old["PolicyName"] != new["PolicyName"]:
                identity.remove(old["PolicyName"])
        return {"Id": physical}

    def delete(self, context, physical, properties):
        for identity in holders(context, properties).values():
            identity.remove(properties["PolicyName"])


@provides("AWS::IAM::GroupPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy")
class IdentityPolicy(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-rolepolicy.html"""

    def identity(self, context, properties):
        kind = self.type.rpartition("::")[2].removesuffix("Policy")
        taken(properties, f"{kind}Name", "PolicyDocument", "PolicyName")
        return Identity(context, kind, properties[f"{kind}Name"])

    def create(self, context, properties):
        self.identity(context, properties).put(properties["PolicyName"], properties["PolicyDocument"])
        return context.name(128), {}

    def update(self, context, physical, old, new):
        self.create(context, new)
        return {}

    def delete(self, context, physical, properties):
        self.identity(context, properties).remove(properties["PolicyName"])


@provides("AWS::IAM::ManagedPolicy")
class ManagedPolicy(Provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html"""

    told = ("AttachmentCount", "DefaultVersionId", "IsAttachable", "PermissionsBoundaryUsageCount", "PolicyId")

    def create(self, context, properties):
        taken(properties, *HOLDERS.values(), "Description", "ManagedPolicyName", "Path", "PolicyDocument")
        client = context.client("iam")
        made = client.create_policy(
            PolicyName=properties.get("ManagedPolicyName") or context.name(128),
            PolicyDocument=text(properties["PolicyDocument"]),
            **picked(properties, "Description", "Path"),
        )["Policy"]
        context.physical = made["Arn"]
        for identity in holders(context, properties).values():
            identity.attach(made["Arn"])
        return made["Arn"], self.attributes(client, made["Arn"])

    def attributes(self, client, physical):
        policy = client.get_policy(PolicyArn=physical)["Policy"]
        dates = {name: policy[name].isoformat() for name in ("CreateDate", "UpdateDate") if name in policy}
        return picked(policy, *self.told) | dates | {"PolicyArn": physical}

    def update(self, context, physical, old, new):
        client = context.client("iam")
        if "PolicyDocument" in changed(old, new):
            versions = client.list_policy_versions(PolicyArn=physical)["Versions"]
            others = sorted((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
            if len(versions) == VERSIONS:
                client.delete_policy_version(PolicyArn=physical, VersionId=others[0]["VersionId"])
            client.create_policy_version(PolicyArn=physical, PolicyDocument=text(new["PolicyDocument"]), SetAsDefault=True)
        former, present = holders(context, old), holders(context, new)
        for key in former.keys() - present.keys():
            former[key].detach(physical)
        for key in present.keys() - former.keys():
            present[key].attach(physical)
        return self.attributes(client, physical)

    def delete(self, context, physical, properties):
        client = context.client("iam")
        with absent(GONE):
            for identity in holders(context, properties).values():
                identity.detach(physical)
            for version in client.list_policy_versions(PolicyArn=physical)["Versions"]:
                if not version["IsDefaultVersion"]:
                    client.delete_policy_version(PolicyArn=physical, VersionId=version["VersionId"])
            client.delete_policy(PolicyArn=physical)
