# METADATA
# title: Alias record points to a missing load balancer
# description: >-
#   The alias names an Elastic Load Balancing address that no Application or Network Load Balancer of the scanned accounts has.
#   Classic Load Balancers and accounts outside the scan are not read, and their addresses look the same: make an exception for
#   an alias to one. Aliases into a Region that was not scanned, as in templates, are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-elb-load-balancer.html
#   - https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/protection-from-dangling-dns.html
# custom:
#   severity: high
#   resource_types:
#     - AWS::Route53::RecordSet
#   risk: The name leads nowhere, and whoever comes to own the address it points to speaks for your domain, with its cookies and its certificates' validation.
#   remediation:
#     console: Route 53 > Hosted zones > select the zone > select the record > Delete record, or Edit record and choose a load balancer that exists.
#     cli: aws route53 change-resource-record-sets --hosted-zone-id ZONE_ID --change-batch file://delete-record.json
#     cloudformation: |
#       Type: AWS::Route53::RecordSet
#       Properties:
#         HostedZoneId: !Ref HostedZone
#         Name: www.example.com
#         Type: A
#         AliasTarget:
#           DNSName: !GetAtt LoadBalancer.DNSName
#           HostedZoneId: !GetAtt LoadBalancer.CanonicalHostedZoneID
package aws.route53.alias_to_missing_load_balancer

target := trim_prefix(trim_suffix(lower(input.properties.AliasTarget.DNSName), "."), "dualstack.")

# An Application Load Balancer's address: web-1234567890.eu-west-1.elb.amazonaws.com
region := labels[1] if {
	labels := split(target, ".")
	labels[2] == "elb"
	labels[3] == "amazonaws"
}

# A Network Load Balancer's address: web-0123456789abcdef.elb.eu-west-1.amazonaws.com
region := labels[2] if {
	labels := split(target, ".")
	labels[1] == "elb"
	labels[3] == "amazonaws"
}

scanned if {
	some enabled in data.resources["Innovate::Account::Region"]
	enabled.properties.RegionName == region
}

not_applicable if not scanned

exists if {
	some balancer in data.resources["AWS::ElasticLoadBalancingV2::LoadBalancer"]
	trim_suffix(lower(balancer.properties.DNSName), ".") == target
}

exists if {
	some balancer in data.organization.resources["AWS::ElasticLoadBalancingV2::LoadBalancer"]
	trim_suffix(lower(balancer.properties.DNSName), ".") == target
}

deny contains {"message": message, "path": "/AliasTarget/DNSName"} if {
	scanned
	not exists
	message := sprintf("record `%s` points to `%s`, which no known load balancer has", [input.id, target])
}
