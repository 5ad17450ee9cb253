# METADATA
# title: Security group of a public load balancer lets in more than HTTPS
# description: A security group of an internet-facing load balancer lets the internet reach ports other than those for HTTPS and the redirect to it.
# related_resources:
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EC2::SecurityGroup
#   risk: A listener that is added later, or a target that shares the group, is at once in reach of the whole internet, and perhaps without TLS.
#   remediation:
#     console: EC2 > Security Groups > select the group > Inbound rules > Edit inbound rules > keep only ports 443 and, for the redirect, 80 open to the internet.
#     cli: aws ec2 revoke-security-group-ingress --group-id GROUP --security-group-rule-ids RULE
#     cloudformation: |
#       Type: AWS::EC2::SecurityGroup
#       Properties:
#         SecurityGroupIngress:
#           - IpProtocol: tcp
#             FromPort: 443
#             ToPort: 443
#             CidrIp: 0.0.0.0/0
#   parameters:
#     allowed_ports:
#       type: array
#       items:
#         type: integer
#         minimum: 0
#         maximum: 65535
#       default: [443, 80]
#       description: The ports that the internet may reach; 80 is for the redirect to HTTPS.
package aws.ec2.load_balancer_security_group_not_https_only

import data.lib.network

public_load_balancers := [object.get(load_balancer.properties, "Name", load_balancer.id) |
	some load_balancer in data.referrers[input.id]["AWS::ElasticLoadBalancingV2::LoadBalancer"]
	input.id in object.get(load_balancer.properties, "SecurityGroups", [])

	# Elastic Load Balancing makes a load balancer internet-facing unless told otherwise.
	object.get(load_balancer.properties, "Scheme", "internet-facing") == "internet-facing"
]

not_applicable if count(public_load_balancers) == 0

# Every port of the rule is an allowed one. UDP is for HTTP/3 on the same ports.
only_allowed_ports(rule) if {
	network.protocol(rule) in {"tcp", "udp"}
	ports := [port |
		some port in {allowed | some allowed in data.parameters.allowed_ports}
		port >= network.from_port(rule)
		port <= network.to_port(rule)
	]
	count(ports) == (network.to_port(rule) - network.from_port(rule)) + 1
}

# Path MTU discovery needs ICMP.
only_allowed_ports(rule) if network.protocol(rule) in {"icmp", "icmpv6"}

deny contains {"message": message, "path": network.cidr_path(entry)} if {
	count(public_load_balancers) > 0
	some entry in network.ingress_rules(input)
	network.rule_open_to_internet(entry.rule)
	not only_allowed_ports(entry.rule)
	message := sprintf("security group `%s` of internet-facing load balancer `%s` lets %s in from `%s`", [
		input.id,
		public_load_balancers[0],
		network.traffic(entry.rule),
		network.rule_cidr(entry.rule),
	])
}
