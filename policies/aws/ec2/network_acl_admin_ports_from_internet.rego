# METADATA
# title: Network ACL lets the internet reach remote administration ports
# description: A network ACL has an inbound rule that allows SSH (22) or RDP (3389) from the internet, and no earlier rule that denies it.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-21
# custom:
#   severity: medium
#   resource_types:
#     - AWS::EC2::NetworkAcl
#   risk: Only the security groups then keep the internet from the administration ports of the subnets, so that one rule too many exposes every server there.
#   remediation:
#     console: VPC > Network ACLs > select the ACL > Inbound rules > Edit inbound rules > add a rule before the one that allows the traffic that denies TCP 22 and 3389 from 0.0.0.0/0 and ::/0.
#     cli: aws ec2 create-network-acl-entry --network-acl-id ACL --ingress --rule-number 90 --protocol tcp --port-range From=22,To=22 --cidr-block 0.0.0.0/0 --rule-action deny
#     cloudformation: |
#       Type: AWS::EC2::NetworkAclEntry
#       Properties:
#         NetworkAclId: !Ref NetworkAcl
#         RuleNumber: 90
#         RuleAction: deny
#         Protocol: 6
#         PortRange: {From: 22, To: 22}
#         CidrBlock: 0.0.0.0/0
#   parameters:
#     ports:
#       type: array
#       items:
#         type: integer
#         minimum: 0
#         maximum: 65535
#       default: [22, 3389]
#       description: The TCP ports that the internet must not reach.
package aws.ec2.network_acl_admin_ports_from_internet

import data.lib.network

inbound := [entry |
	some entry in data.resources["AWS::EC2::NetworkAclEntry"]
	entry.properties.NetworkAclId == input.id
	object.get(entry.properties, "Egress", false) == false
]

source(rule) := rule.properties.CidrBlock

source(rule) := rule.properties.Ipv6CidrBlock if not rule.properties.CidrBlock

covers(rule, _) if sprintf("%v", [rule.properties.Protocol]) == "-1"

covers(rule, port) if {
	sprintf("%v", [rule.properties.Protocol]) == "6"
	from_port(rule) <= port
	to_port(rule) >= port
}

from_port(rule) := rule.properties.PortRange.From if rule.properties.PortRange.From >= 0

from_port(rule) := 0 if not rule.properties.PortRange.From >= 0

to_port(rule) := rule.properties.PortRange.To if rule.properties.PortRange.To >= 0

to_port(rule) := 65535 if not rule.properties.PortRange.To >= 0

# The first rule that matches decides: an earlier one denies all that the rule would allow to the port.
shadowed(rule, port) if {
	some earlier in inbound
	earlier.properties.RuleNumber < rule.properties.RuleNumber
	lower(earlier.properties.RuleAction) == "deny"
	covers(earlier, port)
	net.cidr_contains(source(earlier), source(rule))
}

deny contains {"message": message, "path": ""} if {
	some rule in inbound
	lower(rule.properties.RuleAction) == "allow"
	network.is_internet(source(rule))
	ports := [port |
		some port in data.parameters.ports
		covers(rule, port)
		not shadowed(rule, port)
	]
	count(ports) > 0
	message := sprintf("network ACL `%s` allows `%s` to reach TCP %s by inbound rule `%v`", [
		input.id,
		source(rule),
		concat(" and ", [sprintf("%v", [port]) | some port in ports]),
		rule.properties.RuleNumber,
	])
}
