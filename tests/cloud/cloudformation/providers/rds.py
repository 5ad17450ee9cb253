"""Amazon RDS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_RDS.html."""

from cloudformation.provider import Provider, changed, picked, provides, tag_list, taken
from cloudformation.providers.shapes import absent, ask, differences, without

# The most parameters that one call sets: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html
MOST = 20


def retag(context, client, arn, old, new):
    present, gone = context.tag_changes(old, new)
    if present:
        client.add_tags_to_resource(ResourceName=arn, Tags=tag_list(present))
    if gone:
        client.remove_tags_from_resource(ResourceName=arn, TagKeys=gone)


def known(client, operation, properties):
    """Those of the properties that the operation takes."""
    names = {name.lower() for name in client.meta.service_model.operation_model(operation).input_shape.members}
    return {name: value for name, value in properties.items() if name.lower() in names}


class Database(Provider):
    """What instances and clusters have in common."""

    # The names that the API has for properties where it has others.
    renamed = {}
    # What creations of every kind do not take.
    settled = ("ApplyImmediately", "AllowMajorVersionUpgrade", "AssociatedRoles", "CertificateRotationRestart", "MasterUserSecret", "Tags")
    # What only the deletion takes.
    at_deletion = "DeleteAutomatedBackups"

    def asked(self, properties):
        """The properties by the names of the API."""
        taken(properties, *self.names)
        asked = without(properties, *self.settled, self.at_deletion, self.identifier)
        if properties.get("MasterUserSecret", {}).get("KmsKeyId"):
            asked["MasterUserSecretKmsKeyId"] = properties["MasterUserSecret"]["KmsKeyId"]
        return {self.renamed.get(name, name): value for name, value in asked.items()}

    def create(self, context, properties):
        client = context.client("rds")
        asked, tags = self.asked(properties), tag_list(context.tagged(properties))
        name = (properties.get(self.identifier) or context.name(63)).lower()
        operation = next((each for source, each in self.sources.items() if source in properties), None)
        if operation is None:
            ask(client, f"Create{self.kind}", Tags=tags, **{self.identifier: name}, **asked)
            context.physical = name
        else:
            # What a copy is not told when it is made, it is told after.
            ask(client, operation, Tags=tags, **{self.identifier: name}, **known(client, operation, asked))
            context.physical = name
            rest = known(client, f"Modify{self.kind}", without(asked, *self.sources, *known(client, operation, asked)))
            if rest:
                ask(client, f"Modify{self.kind}", ApplyImmediately=True, **{self.identifier: name}, **rest)
        self.associate(client, name, {}, properties)
        return name, self.attributes(client, name)

    def update(self, context, physical, old, new):
        client = context.client("rds")
        former, present = self.asked(old), self.asked(new)
        differs = changed(former, present) - set(self.sources)
        settings = picked(present, *sorted(differs - {"EnableCloudwatchLogsExports", "Port"}))
        if "EnableCloudwatchLogsExports" in differs:
            gone, added = differences(former.get("EnableCloudwatchLogsExports", []), present.get("EnableCloudwatchLogsExports", []))
            settings["CloudwatchLogsExportConfiguration"] = {"DisableLogTypes": gone, "EnableLogTypes": added}
        if "Port" in differs:
            settings[self.port] = present["Port"]
        if "MonitoringInterval" in differs and "MonitoringRoleArn" in present:
            settings["MonitoringRoleArn"] = present["MonitoringRoleArn"]
        if settings:
            now = picked(new, "AllowMajorVersionUpgrade", "CertificateRotationRestart")
            now["ApplyImmediately"] = new.get("ApplyImmediately", True)
            ask(client, f"Modify{self.kind}", **{self.identifier: physical}, **known(client, f"Modify{self.kind}", now), **settings)
        self.associate(client, physical, old, new)
        retag(context, client, self.find(client, physical)[f"{self.kind}Arn"], old, new)
        return self.attributes(client, physical)

    def associate(self, client, name, old, new):
        gone, added = differences(old.get("AssociatedRoles", []), new.get("AssociatedRoles", []))
        for operation, roles in (("Remove", gone), ("Add", added)):
            for role in roles:
                where = "From" if operation == "Remove" else "To"
                ask(client, f"{operation}Role{where}{self.kind}", **{self.identifier: name}, **role)

    def find(self, client, name):
        return ask(client, f"Describe{self.kind}s", **{self.identifier: name})[f"{self.kind}s"][0]

    def delete(self, context, physical, properties):
        client = context.client("rds")
        with absent(f"{self.kind}NotFound", f"{self.kind}NotFoundFault"):
            asked = {"SkipFinalSnapshot": not context.snapshot} | self.deletion(properties)
            if context.snapshot:
                asked["FinalDBSnapshotIdentifier"] = self.snapshot(context)
            ask(client, f"Delete{self.kind}", **{self.identifier: physical}, **asked)

    def snapshot(self, context):
        """CloudFormation names it: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html"""
        stack, _, random = context.name().rpartition(f"-{context.logical_id}-")
        return f"{stack[:50]}-snapshot-{context.logical_id[:100]}-{random}".lower()


@provides("AWS::RDS::DBInstance")
class Instance(Database):
    volatile = ("CertificateDetails.CAIdentifier", "Endpoint.Port", "MasterUserSecret.SecretArn")
    kind, identifier, port = "DBInstance", "DBInstanceIdentifier", "DBPortNumber"
    renamed = {"VPCSecurityGroups": "VpcSecurityGroupIds"}
    sources = {
        "SourceDBInstanceIdentifier": "CreateDBInstanceReadReplica",
        "DBSnapshotIdentifier": "RestoreDBInstanceFromDBSnapshot",
    }
    names = (
        "AllocatedStorage",
        "AllowMajorVersionUpgrade",
        "ApplyImmediately",
        "AssociatedRoles",
        "AutoMinorVersionUpgrade",
        "AvailabilityZone",
        "BackupRetentionPeriod",
        "BackupTarget",
        "CACertificateIdentifier",
        "CertificateRotationRestart",
        "CharacterSetName",
        "CopyTagsToSnapshot",
        "DBClusterIdentifier",
        "DBInstanceClass",
        "DBInstanceIdentifier",
        "DBName",
        "DBParameterGroupName",
        "DBSnapshotIdentifier",
        "DBSubnetGroupName",
        "DatabaseInsightsMode",
        "DedicatedLogVolume",
        "DeleteAutomatedBackups",
        "DeletionProtection",
        "EnableCloudwatchLogsExports",
        "EnableIAMDatabaseAuthentication",
        "EnablePerformanceInsights",
        "Engine",
        "EngineLifecycleSupport",
        "EngineVersion",
        "Iops",
        "KmsKeyId",
        "LicenseModel",
        "ManageMasterUserPassword",
        "MasterUserPassword",
        "MasterUserSecret",
        "MasterUsername",
        "MaxAllocatedStorage",
        "MonitoringInterval",
        "MonitoringRoleArn",
        "MultiAZ",
        "NetworkType",
        "OptionGroupName",
        "PerformanceInsightsKMSKeyId",
        "PerformanceInsightsRetentionPeriod",
        "Port",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "ProcessorFeatures",
        "PromotionTier",
        "PubliclyAccessible",
        "SourceDBInstanceIdentifier",
        "SourceRegion",
        "StorageEncrypted",
        "StorageThroughput",
        "StorageType",
        "Tags",
        "Timezone",
        "VPCSecurityGroups",
    )

    def replaces(self, name, old, new):
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html"""
        if name == "SourceDBInstanceIdentifier":
            return new.get(name) is not None
        return name in ("AvailabilityZone", "DBSnapshotIdentifier", "Engine", "PerformanceInsightsKMSKeyId")

    def update(self, context, physical, old, new):
        if "SourceDBInstanceIdentifier" in old and "SourceDBInstanceIdentifier" not in new:
            context.client("rds").promote_read_replica(DBInstanceIdentifier=physical)
        return super().update(context, physical, old, new)

    def attributes(self, client, name):
        found = self.find(client, name)
        told = {"Endpoint.Address": "Address", "Endpoint.Port": "Port", "Endpoint.HostedZoneId": "HostedZoneId"}
        endpoint = found.get("Endpoint", {})
        attributes = {attribute: str(endpoint[member]) for attribute, member in told.items() if member in endpoint}
        attributes |= picked(found, "DBInstanceArn", "DbiResourceId")
        attributes["CertificateDetails.CAIdentifier"] = found["CertificateDetails"]["CAIdentifier"]
        if "MasterUserSecret" in found:
            attributes["MasterUserSecret.SecretArn"] = found["MasterUserSecret"]["SecretArn"]
        return attributes

    def deletion(self, properties):
        return {"DeleteAutomatedBackups": properties.get("DeleteAutomatedBackups", True)}

    def delete(self, context, physical, properties):
        # The data of a member is its cluster's, that of a replica its source's.
        context.snapshot = context.snapshot and not {"DBClusterIdentifier", "SourceDBInstanceIdentifier"} & set(properties)
        super().delete(context, physical, properties)


@provides("AWS::RDS::DBCluster")
class Cluster(Database):
    volatile = ("Endpoint.Port", "MasterUserSecret.SecretArn")
    kind, identifier, port = "DBCluster", "DBClusterIdentifier", "Port"
    renamed = {"PerformanceInsightsEnabled": "EnablePerformanceInsights"}
    sources = {"SnapshotIdentifier": "RestoreDBClusterFromSnapshot"}
    names = (
        "AllocatedStorage",
        "AssociatedRoles",
        "AutoMinorVersionUpgrade",
        "AvailabilityZones",
        "BacktrackWindow",
        "BackupRetentionPeriod",
        "CopyTagsToSnapshot",
        "DBClusterIdentifier",
        "DBClusterInstanceClass",
        "DBClusterParameterGroupName",
        "DBInstanceParameterGroupName",
        "DBSubnetGroupName",
        "DatabaseInsightsMode",
        "DatabaseName",
        "DeleteAutomatedBackups",
        "DeletionProtection",
        "EnableCloudwatchLogsExports",
        "EnableHttpEndpoint",
        "EnableIAMDatabaseAuthentication",
        "EnableLocalWriteForwarding",
        "Engine",
        "EngineLifecycleSupport",
        "EngineMode",
        "EngineVersion",
        "Iops",
        "KmsKeyId",
        "ManageMasterUserPassword",
        "MasterUserPassword",
        "MasterUserSecret",
        "MasterUsername",
        "MonitoringInterval",
        "MonitoringRoleArn",
        "NetworkType",
        "PerformanceInsightsEnabled",
        "PerformanceInsightsKmsKeyId",
        "PerformanceInsightsRetentionPeriod",
        "Port",
        "PreferredBackupWindow",
        "PreferredMaintenanceWindow",
        "PubliclyAccessible",
        "ReplicationSourceIdentifier",
        "ScalingConfiguration",
        "ServerlessV2ScalingConfiguration",
        "SnapshotIdentifier",
        "StorageEncrypted",
        "StorageType",
        "Tags",
        "VpcSecurityGroupIds",
    )
    settled = (*Database.settled, "DBInstanceParameterGroupName")

    def replaces(self, name, old, new):
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html"""
        return name in ("AvailabilityZones", "Engine", "MasterUsername")

    def attributes(self, client, name):
        found = self.find(client, name)
        attributes = picked(found, "DBClusterArn") | {"DBClusterResourceId": found["DbClusterResourceId"]}
        attributes |= {"Endpoint.Address": found["Endpoint"], "Endpoint.Port": str(found["Port"])}
        attributes["ReadEndpoint.Address"] = found["ReaderEndpoint"]
        if "MasterUserSecret" in found:
            attributes["MasterUserSecret.SecretArn"] = found["MasterUserSecret"]["SecretArn"]
        return attributes

    def deletion(self, properties):
        return picked(properties, "DeleteAutomatedBackups")


@provides("AWS::RDS::DBSubnetGroup")
class SubnetGroup(Provider):
    names = ("DBSubnetGroupDescription", "DBSubnetGroupName", "SubnetIds", "Tags")

    def create(self, context, properties):
        taken(properties, *self.names)
        name = (properties.get("DBSubnetGroupName") or context.name(255)).lower()
        asked = picked(properties, "DBSubnetGroupDescription", "SubnetIds") | {"Tags": tag_list(context.tagged(properties))}
        made = context.client("rds").create_db_subnet_group(DBSubnetGroupName=name, **asked)["DBSubnetGroup"]
        return name, picked(made, "DBSubnetGroupArn")

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("rds")
        if changed(old, new) & {"DBSubnetGroupDescription", "SubnetIds"}:
            client.modify_db_subnet_group(DBSubnetGroupName=physical, **picked(new, "DBSubnetGroupDescription", "SubnetIds"))
        arn = client.describe_db_subnet_groups(DBSubnetGroupName=physical)["DBSubnetGroups"][0]["DBSubnetGroupArn"]
        retag(context, client, arn, old, new)
        return {"DBSubnetGroupArn": arn}

    def delete(self, context, physical, properties):
        with absent("DBSubnetGroupNotFoundFault", "DBSubnetGroupNotFound"):
            context.client("rds").delete_db_subnet_group(DBSubnetGroupName=physical)


@provides("AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup")
class ParameterGroup(Provider):
    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind.rpartition("::")[2]
        self.identifier = f"{self.kind}Name"

    def create(self, context, properties):
        taken(properties, self.identifier, "Description", "Family", "Parameters", "Tags")
        name = (properties.get(self.identifier) or context.name(255)).lower()
        client = context.client("rds")
        asked = {self.identifier: name, "DBParameterGroupFamily": properties["Family"], "Description": properties["Description"]}
        ask(client, f"Create{self.kind}", Tags=tag_list(context.tagged(properties)), **asked)
        context.physical = name
        self.settle(client, name, {}, properties)
        return name, self.attributes(client, name)

    def settle(self, client, name, old, new):
        former, present = old.get("Parameters", {}), new.get("Parameters", {})
        wanted = [(key, present[key]) for key in sorted(changed(former, present)) if key in present]
        gone = sorted(set(former) - set(present))
        for operation, parameters in (
            ("Modify", [{"ParameterName": key, "ParameterValue": value, "ApplyMethod": "pending-reboot"} for key, value in wanted]),
            ("Reset", [{"ParameterName": key, "ApplyMethod": "pending-reboot"} for key in gone]),
        ):
            for start in range(0, len(parameters), MOST):
                ask(client, f"{operation}{self.kind}", Parameters=parameters[start : start + MOST], **{self.identifier: name})

    def attributes(self, client, name):
        found = ask(client, f"Describe{self.kind}s", **{self.identifier: name})[f"{self.kind}s"][0]
        return {f"{self.kind}Arn": found[f"{self.kind}Arn"]}

    def update(self, context, physical, old, new):
        taken(new, self.identifier, "Description", "Family", "Parameters", "Tags")
        client = context.client("rds")
        self.settle(client, physical, old, new)
        attributes = self.attributes(client, physical)
        retag(context, client, attributes[f"{self.kind}Arn"], old, new)
        return attributes

    def delete(self, context, physical, properties):
        with absent("DBParameterGroupNotFound"):
            ask(context.client("rds"), f"Delete{self.kind}", **{self.identifier: physical})


@provides("AWS::RDS::DBProxy")
class Proxy(Provider):
    settings = ("Auth", "DebugLogging", "DefaultAuthScheme", "IdleClientTimeout", "RequireTLS", "RoleArn")
    fixed = ("DBProxyName", "EndpointNetworkType", "EngineFamily", "TargetConnectionNetworkType", "VpcSubnetIds")
    names = ("Tags", "VpcSecurityGroupIds", *settings, *fixed)

    def create(self, context, properties):
        taken(properties, *self.names)
        client = context.client("rds")
        ask(client, "CreateDBProxy", **without(properties, "Tags"), Tags=tag_list(context.tagged(properties)))
        return properties["DBProxyName"], self.attributes(client, properties["DBProxyName"])

    def attributes(self, client, name):
        return picked(client.describe_db_proxies(DBProxyName=name)["DBProxies"][0], "DBProxyArn", "Endpoint", "VpcId")

    def update(self, context, physical, old, new):
        taken(new, *self.names)
        client = context.client("rds")
        settings = picked(new, *sorted(changed(old, new) & set(self.settings)))
        if "VpcSecurityGroupIds" in changed(old, new):
            settings["SecurityGroups"] = new["VpcSecurityGroupIds"]
        if settings:
            ask(client, "ModifyDBProxy", DBProxyName=physical, **settings)
        attributes = self.attributes(client, physical)
        retag(context, client, attributes["DBProxyArn"], old, new)
        return attributes

    def delete(self, context, physical, properties):
        client = context.client("rds")
        with absent("DBProxyNotFoundFault"):
            client.describe_db_proxies(DBProxyName=physical)
            client.delete_db_proxy(DBProxyName=physical)


@provides("AWS::RDS::DBProxyTargetGroup")
class TargetGroup(Provider):
    """A proxy has one, which is there from the start
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbproxytargetgroup.html)."""

    names = ("ConnectionPoolConfigurationInfo", "DBClusterIdentifiers", "DBInstanceIdentifiers", "DBProxyName", "Tags", "TargetGroupName")
    targets = ("DBClusterIdentifiers", "DBInstanceIdentifiers")

    def create(self, context, properties):
        arn = self.settle(context, {}, properties)
        return arn, {"TargetGroupArn": arn}

    def settle(self, context, old, new):
        taken(new, *self.names)
        client = context.client("rds")
        who = picked(new, "DBProxyName", "TargetGroupName")
        pool = new.get("ConnectionPoolConfigurationInfo", {})
        if pool != old.get("ConnectionPoolConfigurationInfo", {}):
            ask(client, "ModifyDBProxyTargetGroup", ConnectionPoolConfig=pool, **who)
        for name in self.targets:
            gone, added = differences(old.get(name, []), new.get(name, []))
            if gone:
                ask(client, "DeregisterDBProxyTargets", **who, **{name: gone})
            if added:
                ask(client, "RegisterDBProxyTargets", **who, **{name: added})
        found = ask(client, "DescribeDBProxyTargetGroups", **who)["TargetGroups"]
        return next(each["TargetGroupArn"] for each in found if each["TargetGroupName"] == new["TargetGroupName"])

    def update(self, context, physical, old, new):
        return {"TargetGroupArn": self.settle(context, old, new)}

    def delete(self, context, physical, properties):
        client = context.client("rds")
        with absent("DBProxyNotFoundFault", "DBProxyTargetGroupNotFoundFault"):
            client.describe_db_proxies(DBProxyName=properties["DBProxyName"])
            targets = picked(properties, *self.targets)
            if targets:
                ask(client, "DeregisterDBProxyTargets", **picked(properties, "DBProxyName", "TargetGroupName"), **targets)
