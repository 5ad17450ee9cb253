"""What Amazon RDS keeps and moto drops, at creation and at change: insights, ports, exported logs, proxies, and what is reset."""

import hashlib

from moto.rds.models import rds_backends
from wire import Failure

from corrections.registry import State, amended, correction

# Members of instances and clusters that moto lacks, by the names of what asks for them.
LACKING = {
    "DatabaseInsightsMode": "DatabaseInsightsMode",
    "DedicatedLogVolume": "DedicatedLogVolume",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
    "NetworkType": "NetworkType",
    "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "ProcessorFeatures": "ProcessorFeatures",
}
CLUSTER = {name: name for name in ("MonitoringInterval", "MonitoringRoleArn")}
# The days that Performance Insights keeps where nothing else is asked for:
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
RETENTION = 7
# Those members of each instance and cluster, by its kind and name.
KEPT = State()
# The initial query of each proxy's target group by the name of the proxy.
QUERIES = State()
# The default authentication of each proxy by its name.
SCHEMES = State()


def backend(call):
    return rds_backends[call.account][call.region]


def keep(call, kind, name):
    """Keeps what is asked for, over what was before in a change alone."""
    asked = call.parameters()
    if not call.name.startswith("Modify"):
        KEPT.of(call).pop((kind, name.lower()), None)
    kept = KEPT.of(call).setdefault((kind, name.lower()), {})
    kept |= {member: asked[each] for each, member in (LACKING | (CLUSTER if kind == "DBCluster" else {})).items() if each in asked}
    if kept.get("PerformanceInsightsEnabled"):
        kept.setdefault("PerformanceInsightsRetentionPeriod", RETENTION)


def kept(call, kind, database):
    """What was asked for the instance or cluster of an answer, of which insights have no settings while they are off."""
    members = KEPT.of(call).get((kind, database[f"{kind}Identifier"]), {})
    off = not members.get("PerformanceInsightsEnabled")
    return {name: value for name, value in members.items() if not (off and name.startswith("PerformanceInsights"))}


def identify(call, instance):
    """moto's instances have one resource id, by which IAM authentication tells one from the other."""
    unique = hashlib.sha256(f"{call.account} {call.region} {instance.db_instance_identifier}".encode()).hexdigest().upper()
    instance.dbi_resource_id = f"db-{unique[:26]}"


def part(call, copy):
    """Parts a copy from its source, whose secret moto gives it."""
    copy.__dict__.pop("master_user_secret", None)
    copy.manage_master_user_password = False
    identify(call, copy)


def part_replica(call, replica, asked):
    part(call, replica)
    replica.multi_az = asked.get("MultiAZ", False)
    replica.backup_retention_period = 0
    replica.enabled_cloudwatch_logs_exports = list(asked.get("EnableCloudwatchLogsExports", []))
    replica.tags = list(asked.get("Tags", []))
    replica.port = asked.get("Port", replica.port)


def change_instance(call, asked):
    """What moto does not take from ModifyDBInstance: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"""
    instance = backend(call).databases[asked.get("NewDBInstanceIdentifier", asked["DBInstanceIdentifier"]).lower()]
    if "DBPortNumber" in asked:
        instance.port = asked["DBPortNumber"]


def change_cluster(call, asked):
    """As for the instances: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html"""
    cluster = backend(call).clusters[asked.get("NewDBClusterIdentifier", asked["DBClusterIdentifier"]).lower()]
    exports = asked.get("CloudwatchLogsExportConfiguration", {})
    remaining = [each for each in cluster.enabled_cloudwatch_logs_exports if each not in exports.get("DisableLogTypes", [])]
    added = [each for each in exports.get("EnableLogTypes", []) if each not in remaining]
    cluster.enabled_cloudwatch_logs_exports = remaining + added
    if "EnableIAMDatabaseAuthentication" in asked:
        cluster.iam_auth = asked["EnableIAMDatabaseAuthentication"]


@correction("rds", "ModifyDBSubnetGroup")
def modify_subnet_group(call, onward):
    """moto loses the group: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSubnetGroup.html"""
    name = call.parameters()["DBSubnetGroupName"].lower()
    held = backend(call).subnet_groups.get(name)
    if held is None:
        raise Failure("DBSubnetGroupNotFoundFault", f"DB subnet group {name} not found.", 404)
    answer = onward(call)
    backend(call).subnet_groups[name] = held
    return answer


@correction("rds", "ResetDBParameterGroup", "ResetDBClusterParameterGroup")
def reset(call, onward):
    """moto lacks both: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ResetDBParameterGroup.html"""
    asked = call.parameters()
    member = call.name.removeprefix("Reset") + "Name"
    groups = backend(call).db_parameter_groups if member == "DBParameterGroupName" else backend(call).db_cluster_parameter_groups
    group = groups.get(asked[member].lower())
    if group is None:
        raise Failure("DBParameterGroupNotFound", f"DBParameterGroup not found: {asked[member]}", 404)
    names = list(group.parameters) if asked.get("ResetAllParameters") else [each["ParameterName"] for each in asked.get("Parameters", [])]
    for name in names:
        group.parameters.pop(name, None)
    return call.answer({member: asked[member]})


@correction("rds", "ModifyDBProxy")
def modify_proxy(call, onward):
    """moto lacks it: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBProxy.html"""
    asked = call.parameters()
    proxy = backend(call).db_proxies.get(asked["DBProxyName"])
    if proxy is None:
        raise Failure("DBProxyNotFoundFault", f"Could not find DB proxy {asked['DBProxyName']}.", 404)
    names = {"DebugLogging": "debug_logging", "IdleClientTimeout": "idle_client_timeout", "RequireTLS": "require_tls"}
    names |= {"Auth": "auth", "RoleArn": "role_arn", "SecurityGroups": "vpc_security_group_ids"}
    for member, attribute in names.items():
        if member in asked:
            setattr(proxy, attribute, asked[member])
    remember_scheme(call, asked)
    return call.answer({"DBProxy": proxy})


def remember_scheme(call, asked):
    if "DefaultAuthScheme" in asked:
        SCHEMES.of(call)[asked["DBProxyName"]] = asked["DefaultAuthScheme"]


@correction("rds", "CreateDBProxy")
def create_proxy(call, onward):
    answer = onward(call)
    SCHEMES.of(call).pop(call.parameters()["DBProxyName"], None)
    QUERIES.of(call).pop(call.parameters()["DBProxyName"], None)
    remember_scheme(call, call.parameters())
    return answer


@correction("rds", "DescribeDBProxies")
def describe_proxies(call, onward):
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBProxy.html"""

    def amend(result):
        for proxy in result["DBProxies"]:
            proxy["DefaultAuthScheme"] = SCHEMES.of(call).get(proxy["DBProxyName"], "NONE")

    return amended(call, onward(call), amend)


@correction("rds", "ModifyDBProxyTargetGroup", "DescribeDBProxyTargetGroups")
def target_groups(call, onward):
    """moto drops the initial query: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ConnectionPoolConfigurationInfo.html"""
    asked = call.parameters()
    if call.name.startswith("Modify"):
        QUERIES.of(call)[asked["DBProxyName"]] = asked.get("ConnectionPoolConfig", {}).get("InitQuery", "")

    def amend(result):
        for group in result.get("TargetGroups", [result.get("DBProxyTargetGroup")]):
            group["ConnectionPoolConfig"]["InitQuery"] = QUERIES.of(call).get(asked["DBProxyName"], "")

    return amended(call, onward(call), amend)
