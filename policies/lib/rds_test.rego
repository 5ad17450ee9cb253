package lib.rds_test

import data.lib.rds

test_families if {
	rds.family("postgres") == "postgres"
	rds.family("aurora-MySQL") == "aurora-mysql"
	rds.family("aurora") == "aurora-mysql"
	rds.family("sqlserver-ex") == "sqlserver"
	rds.family("oracle-se2-cdb") == "oracle"
	rds.family("db2-ae") == "db2"
}

test_engines_without_a_family if {
	every engine in ["custom-oracle-ee", "neptune", "docdb", ""] {
		not rds.family(engine)
	}
}

test_version_numbers if {
	rds.version_number("postgres", "15") == 1500
	rds.version_number("postgres", "16.3-R2") == 1603
	rds.version_number("mysql", "8.4.3") == 804
	rds.version_number("mariadb", "10.11.8") == 1011
	rds.version_number("aurora-mysql", "8.0.mysql_aurora.3.08.2") == 800
}

test_an_absent_version_is_what_aws_picks if {
	rds.version_number("mysql", "") == 804
	rds.version_number("postgres", {"Ref": "Version"}) == 1700
}

test_tls_defaults if {
	rds.tls_required_by_default("postgres", "15.4")
	not rds.tls_required_by_default("postgres", "14.12")
	rds.tls_required_by_default("aurora-postgresql", "17.4")
	not rds.tls_required_by_default("aurora-postgresql", "16.6")
	rds.tls_required_by_default("mysql", "9.7.0")
	not rds.tls_required_by_default("mysql", "8.4.3")
	rds.tls_required_by_default("aurora-mysql", "8.4.mysql_aurora.8.4.1")
	not rds.tls_required_by_default("aurora-mysql", "8.0.mysql_aurora.3.08.2")
	rds.tls_required_by_default("mariadb", "11.8.3")
	not rds.tls_required_by_default("mariadb", "11.4.5")
	not rds.tls_required_by_default("sqlserver", "16.00.4085.2.v1")
}

test_values_that_are_off if {
	every value in ["0", 0, "OFF", "off", false, "false"] {
		rds.is_off(value)
	}
	every value in ["1", 1, "ON", true] {
		not rds.is_off(value)
	}
}

test_parameters_as_json if {
	rds.as_object("{\"rds.force_ssl\": \"1\"}") == {"rds.force_ssl": "1"}
	rds.as_object({"rds.force_ssl": 1}) == {"rds.force_ssl": 1}
}
