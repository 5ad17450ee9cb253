"""Amazon EKS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EKS.html."""

from cloudformation.provider import Provider, changed, own_tags, picked, provides, taken
from cloudformation.providers.shapes import absent, ask, differences, without

GONE = "ResourceNotFoundException"
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def retag(context, client, arn, old, new):
    present, gone = context.tag_changes(old, new)
    if present:
        client.tag_resource(resourceArn=arn, tags=present)
    if gone:
        client.untag_resource(resourceArn=arn, tagKeys=gone)


def logging(properties):
    """Every type of logs, on or off: the API leaves as it is what it is not told."""
    setup = properties.get("Logging", {}).get("ClusterLogging", {})
    on = [each["Type"] for each in setup.get("EnabledTypes", [])]
    setups = [(True, [kind for kind in LOGS if kind in on]), (False, [kind for kind in LOGS if kind not in on])]
    return {"ClusterLogging": [{"Types": types, "Enabled": enabled} for enabled, types in setups if types]}


@provides("AWS::EKS::Cluster")
class Cluster(Provider):
    # What UpdateClusterConfig takes, one a call.
    settings = (
        "AccessConfig",
        "ControlPlaneScalingConfig",
        "DeletionProtection",
        "KubernetesNetworkConfig",
        "RemoteNetworkConfig",
        "ResourcesVpcConfig",
        "UpgradePolicy",
        "ZonalShiftConfig",
    )
    # These three change together.
    automatic = ("ComputeConfig", "KubernetesNetworkConfig", "StorageConfig")
    fixed = ("BootstrapSelfManagedAddons", "EncryptionConfig", "Name", "OutpostConfig", "RoleArn")
    names = ("ComputeConfig", "Force", "Logging", "StorageConfig", "Tags", "Version", *settings, *fixed)

    def create(self, context, properties):
        taken(properties, *self.names)
        asked = without(properties, "Force", "Name", "Tags", "Logging")
        if "Logging" in properties:
            asked["Logging"] = logging(properties)
        name = properties.get("Name") or context.name(100)
        client = context.client("eks")
        ask(client, "CreateCluster", Name=name, Tags=context.tagged(properties), ClientRequestToken=context.token, **asked)
        return name, self.attributes(client, name)

    def attributes(self, client, name):
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-cluster.html"""
        cluster = client.describe_cluster(name=name)["cluster"]
        keys = [each["provider"]["keyArn"] for each in cluster.get("encryptionConfig", [])]
        return {
            "Arn": cluster["arn"],
            "CertificateAuthorityData": cluster["certificateAuthority"]["data"],
            "ClusterSecurityGroupId": cluster["resourcesVpcConfig"].get("clusterSecurityGroupId", ""),
            "EncryptionConfigKeyArn": keys[0] if keys else "",
            "Endpoint": cluster["endpoint"],
            "KubernetesNetworkConfig.ServiceIpv6Cidr": cluster["kubernetesNetworkConfig"].get("serviceIpv6Cidr", ""),
            "OpenIdConnectIssuerUrl": cluster["identity"]["oidc"]["issuer"],
        }

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("eks")
        differs = changed(old, new)
        if "Version" in differs:
            client.update_cluster_version(name=physical, version=str(new["Version"]))
        if "Logging" in differs:
            ask(client, "UpdateClusterConfig", Name=physical, Logging=logging(new))
        if differs & {"ComputeConfig", "StorageConfig"}:
            ask(client, "UpdateClusterConfig", Name=physical, **picked(new, *self.automatic))
            differs = differs - set(self.automatic)
        for name in self.settings:
            if name in differs and name in new:
                value = without(new[name], "BootstrapClusterCreatorAdminPermissions") if name == "AccessConfig" else new[name]
                ask(client, "UpdateClusterConfig", Name=physical, **{name: value})
        attributes = self.attributes(client, physical)
        retag(context, client, attributes["Arn"], old, new)
        return attributes

    def delete(self, context, physical, properties):
        with absent(GONE):
            context.client("eks").delete_cluster(name=physical)


@provides("AWS::EKS::Nodegroup")
class Nodegroup(Provider):
    fixed = (
        "AmiType",
        "CapacityType",
        "ClusterName",
        "DiskSize",
        "InstanceTypes",
        "NodeRole",
        "NodegroupName",
        "RemoteAccess",
        "Subnets",
    )
    version = ("LaunchTemplate", "ReleaseVersion", "Version")
    config = ("NodeRepairConfig", "ScalingConfig", "UpdateConfig")
    names = ("ForceUpdateEnabled", "Labels", "Tags", "Taints", *fixed, *version, *config)

    def create(self, context, properties):
        taken(properties, *self.names)
        cluster, name = properties["ClusterName"], properties.get("NodegroupName") or context.name(63)
        client = context.client("eks")
        asked = without(properties, "ForceUpdateEnabled", "NodegroupName", "Tags")
        tags = context.tagged(properties)
        ask(client, "CreateNodegroup", NodegroupName=name, Tags=tags, ClientRequestToken=context.token, **asked)
        return f"{cluster}/{name}", self.attributes(client, cluster, name)

    def attributes(self, client, cluster, name):
        arn = client.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]["nodegroupArn"]
        return {"Arn": arn, "ClusterName": cluster, "Id": f"{cluster}/{name}", "NodegroupName": name}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("eks")
        cluster, _, name = physical.partition("/")
        who = {"ClusterName": cluster, "NodegroupName": name}
        differs = changed(old, new)
        if differs & set(self.version):
            ask(client, "UpdateNodegroupVersion", Force=new.get("ForceUpdateEnabled", False), **who, **picked(new, *self.version))
        config = picked(new, *(each for each in self.config if each in differs))
        if "Labels" in differs:
            gone = sorted(set(old.get("Labels", {})) - set(new.get("Labels", {})))
            config["Labels"] = {"AddOrUpdateLabels": new.get("Labels", {}), "RemoveLabels": gone}
        if "Taints" in differs:
            gone, present = differences(old.get("Taints", []), new.get("Taints", []))
            config["Taints"] = {"RemoveTaints": gone, "AddOrUpdateTaints": present}
        if config:
            ask(client, "UpdateNodegroupConfig", **who, **config)
        attributes = self.attributes(client, cluster, name)
        retag(context, client, attributes["Arn"], old, new)
        return attributes

    def delete(self, context, physical, properties):
        cluster, _, name = physical.partition("/")
        with absent(GONE):
            context.client("eks").delete_nodegroup(clusterName=cluster, nodegroupName=name)


@provides("AWS::EKS::Addon")
class Addon(Provider):
    settings = ("AddonVersion", "ConfigurationValues", "PodIdentityAssociations", "ResolveConflicts", "ServiceAccountRoleArn")
    names = ("AddonName", "ClusterName", "NamespaceConfig", "PreserveOnDelete", "Tags", *settings)

    def create(self, context, properties):
        taken(properties, *self.names)
        asked = without(properties, "PreserveOnDelete", "Tags")
        tags = context.tagged(properties)
        client = context.client("eks")
        arn = ask(client, "CreateAddon", Tags=tags, ClientRequestToken=context.token, **asked)["addon"]["addonArn"]
        return f"{properties['ClusterName']}|{properties['AddonName']}", {"Arn": arn}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("eks")
        cluster, _, name = physical.partition("|")
        arn = client.describe_addon(clusterName=cluster, addonName=name)["addon"]["addonArn"]
        if changed(old, new) & set(self.settings):
            ask(client, "UpdateAddon", ClusterName=cluster, AddonName=name, **picked(new, *self.settings))
        retag(context, client, arn, old, new)
        return {"Arn": arn}

    def delete(self, context, physical, properties):
        cluster, _, name = physical.partition("|")
        with absent(GONE):
            preserve = properties.get("PreserveOnDelete", False)
            context.client("eks").delete_addon(clusterName=cluster, addonName=name, preserve=preserve)


@provides("AWS::EKS::AccessEntry")
class AccessEntry(Provider):
    settings = ("KubernetesGroups", "Username")
    names = ("AccessPolicies", "ClusterName", "PrincipalArn", "Tags", "Type", *settings)

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("eks")
        asked, tags = without(properties, "AccessPolicies", "Tags"), context.tagged(properties)
        arn = ask(client, "CreateAccessEntry", Tags=tags, ClientRequestToken=context.token, **asked)["accessEntry"]["accessEntryArn"]
        context.physical = f"{properties['PrincipalArn']}|{properties['ClusterName']}"
        self.associate(client, {}, properties)
        return context.physical, {"AccessEntryArn": arn}

    def associate(self, client, old, new):
        who = picked(new, "ClusterName", "PrincipalArn")
        gone, present = differences(old.get("AccessPolicies", []), new.get("AccessPolicies", []))
        for policy in gone:
            ask(client, "DisassociateAccessPolicy", PolicyArn=policy["PolicyArn"], **who)
        for policy in present:
            ask(client, "AssociateAccessPolicy", **policy, **who)

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("eks")
        who = picked(new, "ClusterName", "PrincipalArn")
        if changed(old, new) & set(self.settings):
            ask(client, "UpdateAccessEntry", **{"KubernetesGroups": []} | picked(new, *self.settings), **who)
        self.associate(client, old, new)
        arn = ask(client, "DescribeAccessEntry", **who)["accessEntry"]["accessEntryArn"]
        retag(context, client, arn, old, new)
        return {"AccessEntryArn": arn}

    def delete(self, context, physical, properties):
        principal, _, cluster = physical.partition("|")
        with absent(GONE):
            context.client("eks").delete_access_entry(clusterName=cluster, principalArn=principal)


@provides("AWS::EKS::PodIdentityAssociation")
class PodIdentityAssociation(Provider):
    settings = ("DisableSessionTags", "Policy", "RoleArn", "TargetRoleArn")
    names = ("ClusterName", "Namespace", "ServiceAccount", "Tags", *settings)

    def create(self, context, properties):
        taken(properties, *self.names)
        tags = context.tagged(properties)
        asked = without(properties, "Tags")
        made = ask(context.client("eks"), "CreatePodIdentityAssociation", Tags=tags, ClientRequestToken=context.token, **asked)
        return made["association"]["associationArn"], self.attributes(made)

    def attributes(self, answer):
        found = answer["association"]
        told = {"AssociationArn": found["associationArn"], "AssociationId": found["associationId"]}
        return told | {"ExternalId": found.get("externalId", "")}

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("eks")
        who = {"ClusterName": new["ClusterName"], "AssociationId": physical.rpartition("/")[2]}
        if changed(old, new) & set(self.settings):
            ask(client, "UpdatePodIdentityAssociation", **who, **picked(new, *self.settings))
        retag(context, client, physical, old, new)
        return self.attributes(ask(client, "DescribePodIdentityAssociation", **who))

    def delete(self, context, physical, properties):
        with absent(GONE):
            ask(
                context.client("eks"),
                "DeletePodIdentityAssociation",
                ClusterName=properties["ClusterName"],
                AssociationId=physical.rpartition("/")[2],
            )


@provides("AWS::EKS::FargateProfile")
class FargateProfile(Provider):
    names = ("ClusterName", "FargateProfileName", "PodExecutionRoleArn", "Selectors", "Subnets", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        name = properties.get("FargateProfileName") or context.name(100)
        # The labels of a selector are a list in a template.
        selectors = [each | {"Labels": own_tags(each.get("Labels"))} for each in properties["Selectors"]]
        asked = picked(properties, "ClusterName", "PodExecutionRoleArn", "Subnets") | {"Selectors": selectors}
        tags, client = context.tagged(properties), context.client("eks")
        made = ask(client, "CreateFargateProfile", FargateProfileName=name, Tags=tags, ClientRequestToken=context.token, **asked)
        return f"{properties['ClusterName']}|{name}", {"Arn": made["fargateProfile"]["fargateProfileArn"]}

    def update(self, context, physical, old, new):
        cluster, _, name = physical.partition("|")
        client = context.client("eks")
        found = client.describe_fargate_profile(clusterName=cluster, fargateProfileName=name)["fargateProfile"]
        retag(context, client, found["fargateProfileArn"], old, new)
        return {"Arn": found["fargateProfileArn"]}

    def delete(self, context, physical, properties):
        cluster, _, name = physical.partition("|")
        with absent(GONE):
            context.client("eks").delete_fargate_profile(clusterName=cluster, fargateProfileName=name)
