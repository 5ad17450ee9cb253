package lib.tiers_test

import data.lib.tiers

test_database_names if {
	tiers.is_database([{"Key": "Name", "Value": "prod-db-a"}])
	tiers.is_database([{"Key": "Name", "Value": "Vpc/DatabaseSubnet1"}])
	tiers.is_database([{"Key": "Tier", "Value": "Database"}])
	tiers.is_database([{"Key": "tier", "Value": "data"}])
	tiers.is_database([{"Key": "aws-cdk:subnet-name", "Value": "rds"}])
}

test_other_names if {
	not tiers.is_database([])
	not tiers.is_database([{"Key": "Name", "Value": "adbc-1"}])
	not tiers.is_database([{"Key": "Name", "Value": "data-lake"}])
	not tiers.is_database([{"Key": "CostCenter", "Value": "db"}])
}

test_private_names if {
	tiers.is_private([{"Key": "Name", "Value": "project-subnet-private1-eu-west-1a"}])
	tiers.is_private([{"Key": "Name", "Value": "prod-app-b"}])
	tiers.is_private([{"Key": "Tier", "Value": "Database"}])
	tiers.is_private([{"Key": "Name", "Value": "Vpc/IsolatedSubnet2"}])
}

test_public_names if {
	not tiers.is_private([{"Key": "Name", "Value": "app-public-a"}])
	not tiers.is_private([{"Key": "Name", "Value": "application-lb-a"}])
	not tiers.is_private([{"Key": "Name", "Value": "apple-a"}])
	not tiers.is_private([])
}
