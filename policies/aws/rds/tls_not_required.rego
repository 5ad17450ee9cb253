# METADATA
# title: Database does not require TLS
# description: A database accepts connections without TLS. What requires it is rds.force_ssl (PostgreSQL, SQL Server) or require_secure_transport (MySQL, MariaDB) in the DB parameter group, or in the DB cluster parameter group of a cluster. It is on by default from PostgreSQL 15, Aurora PostgreSQL 17, MySQL 9.7, Aurora MySQL 8.4 and MariaDB 11.8 on, never for SQL Server. Oracle and Db2, instances of a cluster, and parameter groups that are not in sight are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.require-ssl.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mariadb-ssl-connections.require-ssl.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: Whoever listens on the network between a client without TLS and the database reads passwords and data and can change them on the way.
#   remediation:
#     console: RDS > Parameter groups > the group of the database > Edit > rds.force_ssl = 1, or require_secure_transport = ON. A default group can't be edited, so create one and choose it under Modify.
#     cli: aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters ParameterName=rds.force_ssl,ParameterValue=1,ApplyMethod=pending-reboot
#     cloudformation: |
#       Type: AWS::RDS::DBParameterGroup
#       Properties:
#         Family: postgres14
#         Parameters:
#           rds.force_ssl: "1"
package aws.rds.tls_not_required

import data.lib.rds

family := rds.family(input.properties.Engine)

parameter := rds.tls_parameter[family]

engine_version := object.get(input.properties, "EngineVersion", "")

group := input.properties.DBParameterGroupName if input.type == "AWS::RDS::DBInstance"

group := input.properties.DBClusterParameterGroupName if input.type == "AWS::RDS::DBCluster"

path := "/DBParameterGroupName" if input.type == "AWS::RDS::DBInstance"

path := "/DBClusterParameterGroupName" if input.type == "AWS::RDS::DBCluster"

parameters := rds.instance_parameters(group) if input.type == "AWS::RDS::DBInstance"

parameters := rds.cluster_parameters(group) if input.type == "AWS::RDS::DBCluster"

is_default_group if {
	is_string(group)
	startswith(group, "default.")
}

# What the parameter group says; undefined where it says nothing and the engine's default holds.
setting := parameters[0][parameter]

in_group if parameter in object.keys(parameters[0])

not_applicable if not parameter

# The cluster's parameter group counts.
not_applicable if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

# A group that is not in sight may hold either value.
not_applicable if {
	group
	count(parameters) == 0
	not is_default_group
}

deny contains {"message": message, "path": path} if {
	rds.is_off(setting)
	message := sprintf("`%s` accepts connections without TLS: `%s` is `%v` in `%s`", [input.id, parameter, setting, group])
}

deny contains {"message": message, "path": path} if {
	parameter
	not in_group
	not rds.tls_required_by_default(family, engine_version)
	message := sprintf("`%s` accepts connections without TLS: `%s` is off by default for %s", [input.id, parameter, trim_space(sprintf("%s %v", [family, engine_version]))])
}
