"""Amazon RDS: instances and clusters."""

import re

from moto.rds.models import DBClusterParameterGroup, DBInstance, rds_backends

from corrections import rds_parameters  # noqa: F401: it registers itself
from corrections.kms import managed_key
from corrections.rds_changes import change_cluster, change_instance, identify, keep, kept, part, part_replica
from corrections.registry import amended, correction

AUTHORITY = "rds-ca-rsa2048-g1"
# A minor version that every supported major version of PostgreSQL has:
# https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-versions.html
MINOR = 6
LICENSES = {"postgres": "postgresql-license", "sqlserver": "license-included", "oracle": "bring-your-own-license"}
# What an instance has that nobody asked for anything else of: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
DEFAULTS = {
    "ActivityStreamStatus": "stopped",
    "BackupTarget": "region",
    "CustomerOwnedIpEnabled": False,
    "DatabaseInsightsMode": "standard",
    "DedicatedLogVolume": False,
    "NetworkType": "IPV4",
    "PerformanceInsightsEnabled": False,
    "StorageThroughput": 0,
}


def backend(call):
    return rds_backends[call.account][call.region]


def settled(call):
    """The call with the minor version that AWS takes where it names the major version of PostgreSQL alone
    (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html)."""
    asked = call.parameters()
    version, engine = asked.get("EngineVersion", "."), asked.get("Engine") or engine_of(call, asked)
    return call.again(asked | {"EngineVersion": f"{version}.{MINOR}"}) if engine == "postgres" and "." not in version else call


def engine_of(call, asked):
    held = backend(call).databases.get(asked.get("DBInstanceIdentifier", "").lower())
    return held and held.engine


def with_key(call):
    """The call with the key of AWS where it asks for encryption and names no key
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html)."""
    asked = call.parameters()
    if asked.get("StorageEncrypted") and "KmsKeyId" not in asked:
        return call.again(asked | {"KmsKeyId": managed_key(call, "rds")})
    return call


@correction("rds", "CreateDBInstance")
def create_instance(call, onward):
    """moto encrypts with `default_kms_key_id`, and takes a snapshot at once. AWS takes none without automated backups, and of an instance
    in a cluster only one of the cluster (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html)."""
    call = settled(call)
    asked = call.parameters()
    in_cluster = "DBClusterIdentifier" in asked
    answer = onward(call if in_cluster else with_key(call))
    if answer.status < 300 and (in_cluster or asked.get("BackupRetentionPeriod") == 0):
        snapshots = backend(call).database_snapshots
        for name in [name for name in snapshots if name.startswith(f"rds:{asked['DBInstanceIdentifier']}-")]:
            del snapshots[name]
    if answer.status < 300:
        keep(call, "DBInstance", asked["DBInstanceIdentifier"])
        identify(call, backend(call).databases[asked["DBInstanceIdentifier"].lower()])
    return amended(call, answer, lambda result: complete(call, result["DBInstance"]))


@correction("rds", "CreateDBInstanceReadReplica")
def create_replica(call, onward):
    """moto's replica is the source by another name: it has its standby, backups, secret and tags
    (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html)."""
    asked = call.parameters()
    answer = onward(call)
    if answer.status >= 300:
        return answer
    part_replica(call, backend(call).databases[asked["DBInstanceIdentifier"].lower()], asked)
    keep(call, "DBInstance", asked["DBInstanceIdentifier"])
    return amended(call, answer, lambda result: complete(call, result["DBInstance"]))


@correction("rds", "RestoreDBInstanceFromDBSnapshot")
def restore_instance(call, onward):
    """As for the replica: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html"""
    name = call.parameters()["DBInstanceIdentifier"]
    answer = onward(call)
    if answer.status >= 300:
        return answer
    part(call, backend(call).databases[name.lower()])
    keep(call, "DBInstance", name)
    return amended(call, answer, lambda result: complete(call, result["DBInstance"]))


@correction("rds", "ModifyDBInstance")
def modify_instance(call, onward):
    """As for the creation."""
    call = settled(call)
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300:
        keep(call, "DBInstance", asked["DBInstanceIdentifier"])
        change_instance(call, asked)
    return amended(call, answer, lambda result: complete(call, result["DBInstance"]))


@correction("rds", "DescribeDBInstances")
def describe_instances(call, onward):
    """moto leaves out what AWS always tells, and has outdated names
    (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html)."""

    def amend(result):
        for instance in result["DBInstances"]:
            complete(call, instance)

    return amended(call, onward(call), amend)


def complete(call, instance):
    engine = instance["Engine"]
    instance |= kept(call, "DBInstance", instance)
    for name, value in DEFAULTS.items():
        instance.setdefault(name, value)
    if instance.get("CACertificateIdentifier") == "rds-ca-default":
        instance["CACertificateIdentifier"] = AUTHORITY
    instance["CertificateDetails"] = {"CAIdentifier": instance.get("CACertificateIdentifier", AUTHORITY)}
    instance["LicenseModel"] = LICENSES.get(engine.split("-")[0], instance.get("LicenseModel", "general-public-license"))
    for group in instance.get("OptionGroupMemberships", []):
        group["OptionGroupName"] = re.sub(r"^(default:postgres-[0-9]+)-[0-9]+$", r"\1", group["OptionGroupName"])
    if instance.get("MultiAZ") and "AvailabilityZone" in instance:
        zone = instance["AvailabilityZone"]
        instance.setdefault("SecondaryAvailabilityZone", zone[:-1] + ("b" if zone.endswith("a") else "a"))
    if engine.startswith(("postgres", "mysql", "aurora")):
        instance.setdefault("EngineLifecycleSupport", "open-source-rds-extended-support")


def family(database):
    """The family of the parameters of an instance or cluster:
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_WorkingWithParamGroups.html"""
    version = str(database.engine_version).split(".")
    digits = 1 if database.engine in ("aurora-postgresql", "postgres") else 2
    return database.engine.lower() + ".".join(version[:digits])


# moto takes all of the version but its last part, which is no family of Aurora MySQL.
DBInstance.default_db_parameter_group_details = lambda instance: (family(instance), f"default.{family(instance)}")


@correction("rds", "CreateDBCluster")
def create_cluster(call, onward):
    """moto has a key for clusters that are not encrypted, so that their snapshots seem to be, and the same parameter group for every
    engine. AWS makes a default group for each family on its first use."""
    asked = call.parameters()
    answer = onward(with_key(call))
    if answer.status >= 300 or asked.get("Engine") == "neptune":
        return answer
    cluster = backend(call).clusters[asked["DBClusterIdentifier"]]
    if not cluster.storage_encrypted:
        for unencrypted in (cluster, *snapshots_of(call, cluster)):
            unencrypted.kms_key_id = None
    if "DBClusterParameterGroupName" not in asked:
        cluster.parameter_group = default_group(call, family(cluster))
    result = call.result(answer)
    result["DBCluster"]["DBClusterParameterGroup"] = cluster.parameter_group
    if not cluster.storage_encrypted:
        result["DBCluster"].pop("KmsKeyId", None)
    keep(call, "DBCluster", asked["DBClusterIdentifier"])
    complete_cluster(call, result["DBCluster"])
    return call.answer(result)


@correction("rds", "ModifyDBCluster")
def modify_cluster(call, onward):
    """As for the creation."""
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300:
        keep(call, "DBCluster", asked["DBClusterIdentifier"])
        change_cluster(call, asked)
    return amended(call, answer, lambda result: complete_cluster(call, result["DBCluster"]))


def snapshots_of(call, cluster):
    snapshots = backend(call).cluster_snapshots.values()
    return [snapshot for snapshot in snapshots if snapshot.db_cluster_identifier == cluster.db_cluster_identifier]


@correction("rds", "DescribeDBClusters")
def describe_clusters(call, onward):
    """As for the instances: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html"""

    def amend(result):
        for cluster in result["DBClusters"]:
            complete_cluster(call, cluster)

    return amended(call, onward(call), amend)


def complete_cluster(call, cluster):
    """A provisioned cluster does not scale, and the standard storage of Aurora has no name."""
    cluster |= kept(call, "DBCluster", cluster)
    for name in ("ActivityStreamStatus", "DatabaseInsightsMode", "NetworkType", "PerformanceInsightsEnabled"):
        cluster.setdefault(name, DEFAULTS[name])
    if not cluster.get("ScalingConfigurationInfo"):
        cluster.pop("ScalingConfigurationInfo", None)
    if cluster["Engine"].startswith("aurora"):
        cluster.setdefault("EngineLifecycleSupport", "open-source-rds-extended-support")
        if cluster.get("StorageType") != "aurora-iopt1":
            cluster.pop("StorageType", None)


def default_group(call, of_family):
    name = f"default.{of_family}"
    groups = backend(call).db_cluster_parameter_groups
    if name not in groups:
        description = f"Default cluster parameter group for {of_family}"
        groups[name] = DBClusterParameterGroup(backend(call), name, description, of_family)
    return name


@correction("rds", "DeleteDBCluster")
def delete_cluster(call, onward):
    """moto keeps the automated snapshots, which AWS deletes with the cluster
    (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html)."""
    asked = call.parameters()
    answer = onward(call)
    if answer.status < 300 and asked.get("DeleteAutomatedBackups", True):
        snapshots = backend(call).cluster_snapshots
        for name in [name for name in snapshots if name.startswith(f"rds:{asked['DBClusterIdentifier'].lower()}-")]:
            del snapshots[name]
    return answer
