# What the engines of Amazon RDS and Amazon Aurora do by default, and how parameter groups are found.
package lib.rds

# family(engine): the engine whatever its edition. Undefined for RDS Custom, Neptune and DocumentDB.
family(engine) := lower(engine) if {
	is_string(engine)
	lower(engine) in {"postgres", "mysql", "mariadb", "aurora-postgresql", "aurora-mysql"}
}

family(engine) := "aurora-mysql" if {
	is_string(engine)
	lower(engine) == "aurora"
}

family(engine) := name if {
	is_string(engine)
	some name in ["sqlserver", "oracle", "db2"]
	startswith(lower(engine), sprintf("%s-", [name]))
}

is_aurora(engine) if {
	is_string(engine)
	startswith(lower(engine), "aurora")
}

is_custom(engine) if {
	is_string(engine)
	startswith(lower(engine), "custom-")
}

# What AWS picks where a template leaves the engine version out, as a version number.
version_when_absent := {
	"postgres": 1700,
	"aurora-postgresql": 1700,
	"mysql": 804,
	"aurora-mysql": 800,
	"mariadb": 1108,
}

# version_number(family, text): major times 100 plus minor, so `15` is 1500, `8.4.3` is 804 and
# `8.0.mysql_aurora.3.08.2` is 800.
version_number(_, text) := (to_number(parts[0]) * 100) + to_number(parts[1]) if {
	has_version(text)
	parts := array.concat(regex.split(`[^0-9]+`, text), ["0"])
}

version_number(family_name, text) := version_when_absent[family_name] if not has_version(text)

has_version(text) if {
	is_string(text)
	regex.match(`^[0-9]+([.][0-9].*)?$`, text)
}

# The parameter that makes an engine refuse connections without TLS.
tls_parameter := {
	"postgres": "rds.force_ssl",
	"aurora-postgresql": "rds.force_ssl",
	"sqlserver": "rds.force_ssl",
	"mysql": "require_secure_transport",
	"aurora-mysql": "require_secure_transport",
	"mariadb": "require_secure_transport",
}

# The first version whose default for that parameter is on. SQL Server has none.
tls_required_since := {
	"postgres": 1500,
	"aurora-postgresql": 1700,
	"mysql": 900,
	"aurora-mysql": 804,
	"mariadb": 1108,
}

tls_required_by_default(family_name, version) if {
	since := tls_required_since[family_name]
	version_number(family_name, version) >= since
}

# The parameters of the DB parameter group of that name: an array of none or one.
instance_parameters(name) := [parameters |
	is_string(name)
	some id, group in data.resources["AWS::RDS::DBParameterGroup"]
	lower(name) in {lower(id), lower(object.get(group.properties, "DBParameterGroupName", id))}
	parameters := as_object(object.get(group.properties, "Parameters", {}))
]

cluster_parameters(name) := [parameters |
	is_string(name)
	some id, group in data.resources["AWS::RDS::DBClusterParameterGroup"]
	lower(name) in {lower(id), lower(object.get(group.properties, "DBClusterParameterGroupName", id))}
	parameters := as_object(object.get(group.properties, "Parameters", {}))
]

as_object(parameters) := parameters if is_object(parameters)

as_object(parameters) := json.unmarshal(parameters) if {
	is_string(parameters)
	json.is_valid(parameters)
}

# A parameter's value is off. RDS answers text, templates also hold numbers and booleans.
is_off(value) if lower(sprintf("%v", [value])) in {"0", "off", "false"}
