"""Amazon ECR: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html."""

from cloudformation.provider import Provider, changed, own_tags, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, text, without


def exclusions(properties):
    """The tags that may change though others may not, whose members have other names in a template."""
    name = "ImageTagMutabilityExclusionFilters"
    if name not in properties:
        return properties
    names = {f"{name[:-1]}Type": "FilterType", f"{name[:-1]}Value": "Filter"}
    return properties | {name: [{names[key]: value for key, value in taken(each, *names).items()} for each in properties[name]]}


@provides("AWS::ECR::Repository")
class Repository(Provider):
    mutability = ("ImageTagMutability", "ImageTagMutabilityExclusionFilters")
    settings = ("EncryptionConfiguration", "ImageScanningConfiguration", *mutability)
    names = ("EmptyOnDelete", "LifecyclePolicy", "RepositoryName", "RepositoryPolicyText", "Tags", *settings)

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("ecr")
        name = properties.get("RepositoryName") or context.name(256).lower()
        asked = exclusions(picked(properties, *self.settings))
        ask(client, "CreateRepository", RepositoryName=name, Tags=tag_list(context.tagged(properties)), **asked)
        context.physical = name
        self.settle(client, name, {}, properties)
        return name, self.attributes(client, name)

    def settle(self, client, name, old, new):
        differs = changed(old, new)
        if "LifecyclePolicy" in differs:
            self.lifecycle(client, name, new.get("LifecyclePolicy"))
        if "RepositoryPolicyText" in differs and "RepositoryPolicyText" in new:
            client.set_repository_policy(repositoryName=name, policyText=text(new["RepositoryPolicyText"]))
        elif "RepositoryPolicyText" in differs:
            client.delete_repository_policy(repositoryName=name)

    def lifecycle(self, client, name, policy):
        if policy and policy.get("LifecyclePolicyText"):
            client.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=policy["LifecyclePolicyText"])
        else:
            with absent("LifecyclePolicyNotFoundException"):
                client.delete_lifecycle_policy(repositoryName=name)

    def attributes(self, client, name):
        found = client.describe_repositories(repositoryNames=[name])["repositories"][0]
        return {"Arn": found["repositoryArn"], "RepositoryUri": found["repositoryUri"]}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("ecr")
        if changed(old, new) & set(self.mutability):
            asked = {"ImageTagMutability": "MUTABLE"} | exclusions(picked(new, *self.mutability))
            ask(client, "PutImageTagMutability", RepositoryName=physical, **asked)
        if "ImageScanningConfiguration" in changed(old, new):
            scanning = new.get("ImageScanningConfiguration", {"ScanOnPush": False})
            ask(client, "PutImageScanningConfiguration", RepositoryName=physical, ImageScanningConfiguration=scanning)
        self.settle(client, physical, old, new)
        attributes = self.attributes(client, physical)
        present, gone = context.tag_changes(old, new)
        if present:
            client.tag_resource(resourceArn=attributes["Arn"], tags=tag_list(present))
        if gone:
            client.untag_resource(resourceArn=attributes["Arn"], tagKeys=gone)
        return attributes

    def delete(self, context, physical, properties):
        with absent("RepositoryNotFoundException"):
            context.client("ecr").delete_repository(repositoryName=physical, force=properties.get("EmptyOnDelete", False))


@provides("AWS::ECR::RegistryPolicy")
class RegistryPolicy(Provider):
    def settle(self, context, properties):
        taken(properties, "PolicyText")
        context.client("ecr").put_registry_policy(policyText=text(properties["PolicyText"]))
        return {"RegistryId": context.account}

    def create(self, context, properties):
        return context.account, self.settle(context, properties)

    def update(self, context, physical, old, new):
        return self.settle(context, new)

    def delete(self, context, physical, properties):
        with absent("RegistryPolicyNotFoundException"):
            context.client("ecr").delete_registry_policy()


@provides("AWS::ECR::PullThroughCacheRule")
class PullThroughCacheRule(Provider):
    names = ("CredentialArn", "CustomRoleArn", "EcrRepositoryPrefix", "UpstreamRegistry", "UpstreamRegistryUrl", "UpstreamRepositoryPrefix")

    def create(self, context, properties):
        made = ask(context.client("ecr"), "CreatePullThroughCacheRule", **taken(properties, *self.names))
        return made["ecrRepositoryPrefix"], {}

    def delete(self, context, physical, properties):
        with absent("PullThroughCacheRuleNotFoundException"):
            context.client("ecr").delete_pull_through_cache_rule(ecrRepositoryPrefix=physical)


@provides("AWS::ECR::RegistryScanningConfiguration")
class RegistryScanningConfiguration(Provider):
    def settle(self, context, properties):
        ask(context.client("ecr"), "PutRegistryScanningConfiguration", **taken(properties, "Rules", "ScanType"))
        return {"RegistryId": context.account}

    def create(self, context, properties):
        return context.account, self.settle(context, properties)

    def update(self, context, physical, old, new):
        return self.settle(context, new)

    def delete(self, context, physical, properties):
        """The registry has its default again."""
        context.client("ecr").put_registry_scanning_configuration(scanType="BASIC", rules=[])


@provides("AWS::ECR::ReplicationConfiguration")
class ReplicationConfiguration(Provider):
    def settle(self, context, properties):
        ask(context.client("ecr"), "PutReplicationConfiguration", **taken(properties, "ReplicationConfiguration"))
        return {"RegistryId": context.account}

    def create(self, context, properties):
        return context.account, self.settle(context, properties)

    def update(self, context, physical, old, new):
        return self.settle(context, new)

    def delete(self, context, physical, properties):
        context.client("ecr").put_replication_configuration(replicationConfiguration={"rules": []})


@provides("AWS::ECR::RepositoryCreationTemplate")
class RepositoryCreationTemplate(Provider):
    volatile = ("UpdatedAt",)
    names = (
        "AppliedFor",
        "CustomRoleArn",
        "Description",
        "EncryptionConfiguration",
        "ImageTagMutability",
        "ImageTagMutabilityExclusionFilters",
        "LifecyclePolicy",
        "Prefix",
        "RepositoryPolicy",
        "ResourceTags",
    )

    def settle(self, context, operation, properties):
        asked = exclusions(without(taken(properties, *self.names), "ResourceTags"))
        asked["ResourceTags"] = tag_list(own_tags(properties.get("ResourceTags")))
        made = ask(context.client("ecr"), operation, **asked)["repositoryCreationTemplate"]
        return {"CreatedAt": made["createdAt"].isoformat(), "UpdatedAt": made["updatedAt"].isoformat()}

    def create(self, context, properties):
        return properties["Prefix"], self.settle(context, "CreateRepositoryCreationTemplate", properties)

    def update(self, context, physical, old, new):
        return self.settle(context, "UpdateRepositoryCreationTemplate", new)

    def delete(self, context, physical, properties):
        with absent("TemplateNotFoundException"):
            context.client("ecr").delete_repository_creation_template(prefix=physical)
