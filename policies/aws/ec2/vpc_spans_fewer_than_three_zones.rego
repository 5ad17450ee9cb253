# METADATA
# title: VPC spans too few Availability Zones
# description: The subnets of a VPC lie in fewer Availability Zones than asked for, three unless set otherwise.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
#   - https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_fault_isolation_multiaz_region_system.html
# custom:
#   severity: low
#   resource_types:
#     - AWS::EC2::VPC
#   risk: The failure of one Availability Zone takes down all that runs in the VPC or a large part of it, and clusters that vote by majority can't outlive it.
#   remediation:
#     console: VPC > Subnets > Create subnet > choose the VPC and an Availability Zone that it has no subnet in.
#     cli: aws ec2 create-subnet --vpc-id VPC --cidr-block 10.0.3.0/24 --availability-zone ZONE
#     cloudformation: |
#       Type: AWS::EC2::Subnet
#       Properties:
#         VpcId: !Ref Vpc
#         CidrBlock: 10.0.3.0/24
#         AvailabilityZone: !Select [2, !GetAZs ""]
#   parameters:
#     minimum_zones:
#       type: integer
#       minimum: 1
#       default: 3
#       description: The least number of Availability Zones that the subnets of a VPC have to lie in.
#     two_zone_regions:
#       type: array
#       items:
#         type: string
#       default: [us-west-1]
#       description: Regions that offer an account two Availability Zones only, so that no more than two are asked for.
package aws.ec2.vpc_spans_fewer_than_three_zones

subnets := [subnet |
	some subnet in data.resources["AWS::EC2::Subnet"]
	subnet.properties.VpcId == input.id
]

# A VPC that nothing can run in spans nothing.
not_applicable if count(subnets) == 0

zones contains zone if {
	some subnet in subnets
	zone := zone_of(subnet)
	not is_local_zone(zone)
}

zone_of(subnet) := subnet.properties.AvailabilityZone

zone_of(subnet) := subnet.properties.AvailabilityZoneId if not subnet.properties.AvailabilityZone

# Local and Wavelength Zones (us-east-1-bos-1a, use1-bos1-az1) hang on one Availability Zone of the Region.
is_local_zone(zone) if {
	is_string(zone)
	regex.match(`^[a-z]+(-[a-z]+)+-[0-9]+-|^[a-z0-9]+-[a-z0-9]+-az[0-9]+$`, zone)
}

minimum := data.parameters.minimum_zones if not input.region in data.parameters.two_zone_regions

minimum := min([2, data.parameters.minimum_zones]) if input.region in data.parameters.two_zone_regions

deny contains {"message": message, "path": ""} if {
	count(subnets) > 0
	count(zones) < minimum
	message := sprintf("the subnets of VPC `%s` lie in fewer than %d Availability Zones: %s", [input.id, minimum, listed])
}

listed := concat(", ", [sprintf("`%v`", [zone]) | some zone in zones]) if count(zones) > 0

listed := "none is named" if count(zones) == 0
