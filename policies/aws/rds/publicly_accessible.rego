# METADATA
# title: Database is publicly accessible
# description: A DB instance or Multi-AZ DB cluster gets a public IP address. AWS gives one to databases of the default VPC unless they say otherwise.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::RDS::DBInstance
#     - AWS::RDS::DBCluster
#   risk: Only a security group stands between the internet and the database's login; one rule too many and anyone can guess passwords or exploit flaws of the engine.
#   remediation:
#     console: RDS > Databases > the database > Modify > Connectivity > Additional configuration > Not publicly accessible.
#     cli: aws rds modify-db-instance --db-instance-identifier DATABASE --no-publicly-accessible
#     cloudformation: |
#       Type: AWS::RDS::DBInstance
#       Properties:
#         PubliclyAccessible: false
package aws.rds.publicly_accessible

# The databases that get a public address where they do not say: those of the default VPC. An instance of a cluster
# gets none, and a replica does as its source.
public_by_default if {
	object.get(input.properties, "DBSubnetGroupName", "default") == "default"
	not of_another_database
}

of_another_database if {
	input.type == "AWS::RDS::DBInstance"
	input.properties.DBClusterIdentifier
}

of_another_database if input.properties.SourceDBInstanceIdentifier

of_another_database if input.properties.SourceDBClusterIdentifier

# The address of an Aurora cluster is that of its instances.
not_applicable if {
	input.type == "AWS::RDS::DBCluster"
	not input.properties.DBClusterInstanceClass
}

deny contains {"message": message, "path": "/PubliclyAccessible"} if {
	input.properties.PubliclyAccessible
	message := sprintf("`%s` is publicly accessible", [input.id])
}

deny contains {"message": message, "path": "/PubliclyAccessible"} if {
	not input.properties.PubliclyAccessible == false
	not input.properties.PubliclyAccessible
	public_by_default
	message := sprintf("`%s` is publicly accessible, as databases of the default VPC are by default", [input.id])
}
