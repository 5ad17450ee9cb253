"""The parameters of Amazon RDS that say whether an engine takes connections without TLS."""

import re

from moto.rds.models import rds_backends

from corrections.registry import amended, correction

# The engine, its parameter and the first version that has it on by default; None where none has:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Security.html
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.require-ssl.html
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Security.html
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mariadb-ssl-connections.require-ssl.html
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/SQLServer.Concepts.General.SSL.Using.html
TLS = {
    "postgres": ("rds.force_ssl", (15, 0)),
    "aurora-postgresql": ("rds.force_ssl", (17, 0)),
    "mysql": ("require_secure_transport", None),
    "aurora-mysql": ("require_secure_transport", (8, 4)),
    "mariadb": ("require_secure_transport", (11, 8)),
    "sqlserver": ("rds.force_ssl", None),
}


def default(family):
    """The parameter of the family as it is unless somebody sets it."""
    engine, major, minor = re.match(r"(sqlserver|[a-z-]+)[a-z-]*([0-9]+)(?:\.([0-9]+))?", family).groups()
    if engine not in TLS:
        return []
    name, since = TLS[engine]
    is_on = since is not None and (int(major), int(minor or 0)) >= since
    described = {"Source": "system", "ApplyType": "dynamic", "DataType": "boolean", "AllowedValues": "0,1", "IsModifiable": True}
    return [{"ParameterName": name, "ParameterValue": str(int(is_on)), "ApplyMethod": "pending-reboot"} | described]


def whole(call, family, parameters):
    """Those that were set over those that are there anyway, of the source that is asked for."""
    found = {each["ParameterName"]: each for each in default(family)}
    for each in parameters:
        found[each["ParameterName"]] = found.get(each["ParameterName"], {}) | each | {"Source": "user"}
    source = call.parameters().get("Source")
    return [found[name] for name in sorted(found) if source in (None, found[name]["Source"])]


@correction("rds", "DescribeDBParameters")
def parameters(call, onward):
    """moto tells only the parameters that were set:
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBParameters.html"""

    def amend(result):
        name = call.parameters()["DBParameterGroupName"].lower()
        family = rds_backends[call.account][call.region].db_parameter_groups[name].family
        result["Parameters"] = whole(call, family, result.get("Parameters", []))

    return amended(call, onward(call), amend)


@correction("rds", "DescribeDBClusterParameters")
def cluster_parameters(call, onward):
    """As for the instances: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterParameters.html"""

    def amend(result):
        name = call.parameters()["DBClusterParameterGroupName"].lower()
        family = rds_backends[call.account][call.region].db_cluster_parameter_groups[name].db_parameter_group_family
        result["Parameters"] = whole(call, family, result.get("Parameters", []))

    return amended(call, onward(call), amend)
