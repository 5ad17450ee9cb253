# What the tags of a subnet say it is for.
package lib.tiers

import data.lib.values

label_keys := {
	"aws-cdk:subnet-name",
	"aws-cdk:subnet-type",
	"layer",
	"name",
	"network",
	"role",
	"subnet-tier",
	"subnet-type",
	"subnettier",
	"subnettype",
	"tier",
	"type",
}

labels(tags) := {lower(value) |
	some key, value in values.tags(tags)
	lower(key) in label_keys
	is_string(value)
}

# The tags name the subnet after databases: `db-a`, `prod-database-1`, `DatabaseSubnet1`, `Tier=data`.
is_database(tags) if {
	some label in labels(tags)
	regex.match(`(^|[^a-z])(db|dbs|database|databases|rds|aurora)(subnets?)?([^a-z]|$)`, label)
}

is_database(tags) if "data" in labels(tags)

# The tags name the subnet after a tier that nothing on the internet talks to.
is_private(tags) if {
	says_private(tags)
	not says_public(tags)
}

says_private(tags) if is_database(tags)

says_private(tags) if {
	some label in labels(tags)
	regex.match(`(^|[^a-z])(private|priv|isolated|internal|intra|app|application|backend)(subnets?)?([^a-z]|$)`, label)
}

says_public(tags) if {
	some label in labels(tags)
	regex.match(`(^|[^a-z])(public|pub|dmz|web|edge|ingress|frontend|nat|lb|alb|nlb|elb)(subnets?)?([^a-z]|$)`, label)
}
