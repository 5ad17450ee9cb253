"""Instances of RDS with their groups, snapshots and proxies."""

from seeding.monitoring import database_alarms
from seeding.place import SECRET, service_role

INSTANCE = "AWS::RDS::DBInstance"
SNAPSHOT = "Innovate::RDS::DBSnapshot"
SUBNET_GROUP = "AWS::RDS::DBSubnetGroup"
PARAMETER_GROUP = "AWS::RDS::DBParameterGroup"
METRICS = ("CPUUtilization", "FreeStorageSpace")
NETWORK_GROUP = "ec2.database_security_group_not_restricted_to_groups"
SOUND = {
    "StorageEncrypted": True,
    "MultiAZ": True,
    "DeletionProtection": True,
    "PubliclyAccessible": False,
    "AutoMinorVersionUpgrade": True,
    "BackupRetentionPeriod": 30,
    "EnableIAMDatabaseAuthentication": True,
    "ManageMasterUserPassword": True,
    "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
}
WEAK = {
    "StorageEncrypted": False,
    "MultiAZ": False,
    "DeletionProtection": False,
    "PubliclyAccessible": True,
    "AutoMinorVersionUpgrade": False,
    "BackupRetentionPeriod": 1,
    "MasterUserPassword": SECRET,
}
# What `WEAK` fails, in the subnets and with the parameters that `databases` gives it.
DEFECTS = (
    "storage_not_encrypted",
    "not_multi_az",
    "deletion_protection_disabled",
    "publicly_accessible",
    "minor_upgrades_disabled",
    "backup_retention_too_short",
    "iam_authentication_disabled",
    "master_password_not_managed",
    "logs_not_exported",
    "tls_not_required",
    "in_public_subnet",
)


def databases(place, network, alerts):
    """One instance as it should be, and one with every defect."""
    subnet_group(place, "isolated", network.database)
    subnet_group(place, "public", network.public[:2])
    for subnet in network.public[:2]:
        place.plant("AWS::EC2::Subnet", subnet, "ec2.database_subnet_routes_to_internet")
    parameter_group(place, "tls", "1")
    parameter_group(place, "no-tls", "0")
    database(place, "sound", network.groups["database"], "isolated", "tls", SOUND)
    database_alarms(place, [alerts], "DBInstanceIdentifier", "sound", *METRICS)
    database(place, "weak", network.groups["open-database"], "public", "no-tls", WEAK)
    place.plant(INSTANCE, "weak", *(f"rds.{defect}" for defect in DEFECTS), "cloudwatch.database_without_alarm")
    place.plant("AWS::EC2::SecurityGroup", network.groups["open-database"], NETWORK_GROUP)
    snapshots(place)
    proxies(place, network)


def lone_database(place, network, group):
    """Without a standby, as becomes an account that is not production's."""
    subnet_group(place, "workers", network.private)
    parameter_group(place, "tls", "1")
    database(place, "lone", group, "workers", "tls", SOUND | {"MultiAZ": False})
    place.plant(INSTANCE, "lone", "cloudwatch.database_without_alarm")


def subnet_group(place, name, members):
    settings = {"DBSubnetGroupName": name, "DBSubnetGroupDescription": name, "SubnetIds": members}
    place.client("rds").create_db_subnet_group(**settings)
    place.make(SUBNET_GROUP, name, DBSubnetGroupName=name, DBSubnetGroupDescription=name)


def parameter_group(place, name, tls):
    client = place.client("rds")
    family = "postgres16"
    client.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description=name)
    parameter = {"ParameterName": "rds.force_ssl", "ParameterValue": tls, "ApplyMethod": "immediate"}
    client.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[parameter])
    parameters = {"rds.force_ssl": tls}
    place.make(PARAMETER_GROUP, name, DBParameterGroupName=name, Family=family, Description=name, Parameters=parameters)


def database(place, name, security_group, subnets, parameters, settings):
    base = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "postgres",
        "EngineVersion": "16.4",
        "DBSubnetGroupName": subnets,
        "DBParameterGroupName": parameters,
    }
    place.client("rds").create_db_instance(
        AllocatedStorage=20, MasterUsername="owner", VpcSecurityGroupIds=[security_group], **base, **settings
    )
    told = {name: settings[name] for name in ("StorageEncrypted", "DeletionProtection", "BackupRetentionPeriod", "MultiAZ")}
    place.make(INSTANCE, name, **base, **told, VPCSecurityGroups=[security_group])


def snapshots(place):
    client = place.client("rds")
    for name in ("sound", "weak"):
        client.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-copy")
        place.make(SNAPSHOT, f"{name}-copy", DBInstanceIdentifier=name, Encrypted=name == "sound")
    client.modify_db_snapshot_attribute(DBSnapshotIdentifier="weak-copy", AttributeName="restore", ValuesToAdd=["all"])
    place.plant(SNAPSHOT, "weak-copy", "rds.snapshot_not_encrypted", "rds.snapshot_public")
    automated = client.describe_db_snapshots(DBInstanceIdentifier="weak", SnapshotType="automated")["DBSnapshots"]
    for found in automated:
        place.plant(SNAPSHOT, found["DBSnapshotIdentifier"], "rds.snapshot_not_encrypted")


def proxies(place, network):
    role = service_role(place, f"proxy-{place.region}", "rds.amazonaws.com")
    secret = place.arn("secretsmanager", "secret:rds!db-sound")
    for name in ("pool", "spare"):
        settings = {
            "DBProxyName": name,
            "EngineFamily": "POSTGRESQL",
            "RoleArn": role,
            "RequireTLS": True,
            "VpcSubnetIds": network.database,
            "VpcSecurityGroupIds": [network.groups["database"]],
        }
        place.client("rds").create_db_proxy(Auth=[{"AuthScheme": "SECRETS", "SecretArn": secret}], **settings)
        place.make("AWS::RDS::DBProxy", name, **settings)
