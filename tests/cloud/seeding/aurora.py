"""Clusters of Aurora, whose instances take most settings from them."""

from seeding.monitoring import database_alarms
from seeding.place import SECRET

CLUSTER = "AWS::RDS::DBCluster"
INSTANCE = "AWS::RDS::DBInstance"
SNAPSHOT = "Innovate::RDS::DBClusterSnapshot"
PARAMETER_GROUP = "AWS::RDS::DBClusterParameterGroup"
SOUND = {
    "Engine": "aurora-postgresql",
    "EngineVersion": "16.4",
    "StorageEncrypted": True,
    "DeletionProtection": True,
    "BackupRetentionPeriod": 30,
    "EnableIAMDatabaseAuthentication": True,
    "ManageMasterUserPassword": True,
    "EnableCloudwatchLogsExports": ["postgresql"],
    "DBClusterParameterGroupName": "tls-cluster",
}
WEAK = {
    "Engine": "aurora-mysql",
    "EngineVersion": "8.0.mysql_aurora.3.08.2",
    "StorageEncrypted": False,
    "DeletionProtection": False,
    "BackupRetentionPeriod": 1,
    "MasterUserPassword": SECRET,
    "DBClusterParameterGroupName": "no-tls-cluster",
}
DEFECTS = (
    "storage_not_encrypted",
    "not_multi_az",
    "deletion_protection_disabled",
    "backup_retention_too_short",
    "iam_authentication_disabled",
    "master_password_not_managed",
    "logs_not_exported",
    "tls_not_required",
)


def clusters(place, network, alerts):
    """One cluster as it should be, and one with every defect, whose instance has none but the alarms that it lacks."""
    parameter_group(place, "tls-cluster", "aurora-postgresql16", "rds.force_ssl", "1")
    parameter_group(place, "no-tls-cluster", "aurora-mysql8.0", "require_secure_transport", "OFF")
    cluster(place, "sound-cluster", network, SOUND)
    for zone in "ab":
        member(place, "sound-cluster", "aurora-postgresql", zone)
    database_alarms(place, [alerts], "DBClusterIdentifier", "sound-cluster", "CPUUtilization")
    cluster(place, "weak-cluster", network, WEAK)
    alone = member(place, "weak-cluster", "aurora-mysql", "a")
    place.plant(INSTANCE, alone, "cloudwatch.database_without_alarm")
    place.plant(CLUSTER, "weak-cluster", *(f"rds.{defect}" for defect in DEFECTS))
    snapshots(place)


def parameter_group(place, name, family, parameter, value):
    client = place.client("rds")
    client.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=name, DBParameterGroupFamily=family, Description=name
    )
    change = {"ParameterName": parameter, "ParameterValue": value, "ApplyMethod": "immediate"}
    client.modify_db_cluster_parameter_group(DBClusterParameterGroupName=name, Parameters=[change])
    properties = {"DBClusterParameterGroupName": name, "Family": family, "Description": name}
    place.make(PARAMETER_GROUP, name, **properties, Parameters={parameter: value})


def cluster(place, name, network, settings):
    place.client("rds").create_db_cluster(
        DBClusterIdentifier=name,
        MasterUsername="owner",
        DBSubnetGroupName="isolated",
        VpcSecurityGroupIds=[network.groups["database"]],
        **settings,
    )
    told = ("Engine", "EngineVersion", "StorageEncrypted", "DeletionProtection", "BackupRetentionPeriod")
    properties = {key: settings[key] for key in (*told, "DBClusterParameterGroupName")}
    place.make(CLUSTER, name, DBClusterIdentifier=name, DBSubnetGroupName="isolated", **properties)


def member(place, name, engine, zone):
    """An instance of the cluster."""
    identifier = f"{name}-{zone}"
    where = {"DBClusterIdentifier": name, "AvailabilityZone": f"{place.region}{zone}"}
    place.client("rds").create_db_instance(
        DBInstanceIdentifier=identifier,
        DBInstanceClass="db.r6g.large",
        Engine=engine,
        AutoMinorVersionUpgrade=True,
        PubliclyAccessible=False,
        **where,
    )
    place.make(INSTANCE, identifier, Engine=engine, **where)
    return identifier


def snapshots(place):
    client = place.client("rds")
    for name in ("sound", "weak"):
        cluster_name, copy = f"{name}-cluster", f"{name}-cluster-copy"
        client.create_db_cluster_snapshot(DBClusterIdentifier=cluster_name, DBClusterSnapshotIdentifier=copy)
        place.make(SNAPSHOT, copy, DBClusterIdentifier=cluster_name, StorageEncrypted=name == "sound")
    client.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="weak-cluster-copy", AttributeName="restore", ValuesToAdd=["all"]
    )
    place.plant(SNAPSHOT, "weak-cluster-copy", "rds.snapshot_not_encrypted", "rds.snapshot_public")
    answer = client.describe_db_cluster_snapshots(DBClusterIdentifier="weak-cluster", SnapshotType="automated")
    for automated in answer["DBClusterSnapshots"]:
        place.plant(SNAPSHOT, automated["DBClusterSnapshotIdentifier"], "rds.snapshot_not_encrypted")
