# Security group rules as CloudFormation writes them: what a rule's source is, and which ports it covers.
package lib.network

# The CIDR block opens to the internet at large: everything, or a part of it that is too big to be anyone's own
# network. Private, link-local, multicast and reserved ranges are not the internet.
is_internet(cidr) if {
	is_string(cidr)
	not contains(cidr, ":")
	prefix_length(cidr) < 8
	not net.cidr_contains("224.0.0.0/3", cidr)
}

is_internet(cidr) if {
	is_string(cidr)
	contains(cidr, ":")
	prefix_length(cidr) < 16
	not not_global_ipv6(cidr)
}

not_global_ipv6(cidr) if net.cidr_contains("fc00::/7", cidr)

not_global_ipv6(cidr) if net.cidr_contains("fe80::/10", cidr)

not_global_ipv6(cidr) if net.cidr_contains("ff00::/8", cidr)

prefix_length(cidr) := to_number(parts[1]) if {
	parts := split(cidr, "/")
	count(parts) == 2
	regex.match(`^[0-9]+$`, parts[1])
}

# The rule's peer is the internet. A prefix list or another security group never counts: what is in a prefix list
# can't be seen from here, and a security group's members are interfaces of a VPC.
rule_open_to_internet(rule) if is_internet(rule.CidrIp)

rule_open_to_internet(rule) if is_internet(rule.CidrIpv6)

# The CIDR block of a rule, whichever the address family.
rule_cidr(rule) := rule.CidrIp

rule_cidr(rule) := rule.CidrIpv6 if not rule.CidrIp

protocol(rule) := object.get(protocol_names, written, written) if written := lower(sprintf("%v", [rule.IpProtocol]))

protocol_names := {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "-1": "all"}

any_protocol(rule) if protocol(rule) == "all"

is_tcp(rule) if protocol(rule) == "tcp"

is_udp(rule) if protocol(rule) == "udp"

# An absent port, or -1, leaves that end of the range open.
from_port(rule) := port if {
	port := to_number(object.get(rule, "FromPort", -1))
	port != -1
}

from_port(rule) := 0 if to_number(object.get(rule, "FromPort", -1)) == -1

to_port(rule) := port if {
	port := to_number(object.get(rule, "ToPort", -1))
	port != -1
}

to_port(rule) := 65535 if to_number(object.get(rule, "ToPort", -1)) == -1

# The rule lets TCP traffic through to the port.
covers_port(rule, _) if any_protocol(rule)

covers_port(rule, port) if {
	is_tcp(rule)
	from_port(rule) <= port
	to_port(rule) >= port
}

# The rule lets every protocol through, or every TCP or every UDP port.
covers_all_ports(rule) if any_protocol(rule)

covers_all_ports(rule) if {
	is_tcp(rule)
	whole_port_range(rule)
}

covers_all_ports(rule) if {
	is_udp(rule)
	whole_port_range(rule)
}

# Port 0 is not used on the wire, so 1 to 65535 is everything too.
whole_port_range(rule) if {
	from_port(rule) <= 1
	to_port(rule) >= 65535
}

# The rules, of one protocol, leave no port out between them: one of them goes on where another ends.
cover_all_ports_together(rules) if {
	starts := {1} | {port | some rule in rules; port := to_port(rule) + 1; port <= 65535}
	every port in starts {
		some rule in rules
		from_port(rule) <= port
		to_port(rule) >= port
	}
}

# The pointer of the CIDR block of a rule that ingress_rules or egress_rules gives. A rule that is a resource of its own
# has none in its group.
cidr_path(entry) := concat("/", [entry.path, cidr_property(entry.rule)]) if rule_in_subject(entry)

cidr_path(entry) := "" if not rule_in_subject(entry)

rule_in_subject(entry) if entry.path != ""

rule_in_subject(entry) if entry.standalone

cidr_property(rule) := "CidrIp" if rule.CidrIp

cidr_property(rule) := "CidrIpv6" if {
	not rule.CidrIp
	rule.CidrIpv6
}

# What a rule covers, in words: `all traffic`, `tcp port 22`, `tcp ports 0-65535`, `icmp`, `protocol 50`.
traffic(rule) := "all traffic" if any_protocol(rule)

traffic(rule) := sprintf("%s port %v", [protocol(rule), from_port(rule)]) if {
	has_ports(rule)
	from_port(rule) == to_port(rule)
}

traffic(rule) := sprintf("%s ports %v-%v", [protocol(rule), from_port(rule), to_port(rule)]) if {
	has_ports(rule)
	from_port(rule) != to_port(rule)
}

traffic(rule) := protocol(rule) if protocol(rule) in {"icmp", "icmpv6"}

traffic(rule) := sprintf("protocol %s", [protocol(rule)]) if not protocol(rule) in {"all", "icmp", "icmpv6", "tcp", "udp"}

has_ports(rule) if protocol(rule) in {"tcp", "udp"}

# The rules of a security group with the place of each: those written in the group itself, then those that are
# resources of their own. A rule resource whose group is not in sight stands for itself.
ingress_rules(group) := array.concat(inline, separate) if {
	group.type == "AWS::EC2::SecurityGroup"
	inline := [entry |
		some i, rule in object.get(group.properties, "SecurityGroupIngress", [])
		entry := {"rule": rule, "path": sprintf("/SecurityGroupIngress/%d", [i])}
	]
	separate := [entry |
		some resource in data.resources["AWS::EC2::SecurityGroupIngress"]
		belongs_to(resource, group)
		entry := {"rule": rule_of(resource), "path": ""}
	]
}

ingress_rules(resource) := [{"rule": rule_of(resource), "path": "", "standalone": true}] if {
	resource.type == "AWS::EC2::SecurityGroupIngress"
	not group_known(resource)
}

egress_rules(group) := array.concat(inline, separate) if {
	group.type == "AWS::EC2::SecurityGroup"
	inline := [entry |
		some i, rule in object.get(group.properties, "SecurityGroupEgress", [])
		entry := {"rule": rule, "path": sprintf("/SecurityGroupEgress/%d", [i])}
	]
	separate := [entry |
		some resource in data.resources["AWS::EC2::SecurityGroupEgress"]
		belongs_to(resource, group)
		entry := {"rule": rule_of(resource), "path": ""}
	]
}

egress_rules(resource) := [{"rule": rule_of(resource), "path": "", "standalone": true}] if {
	resource.type == "AWS::EC2::SecurityGroupEgress"
	not group_known(resource)
}

# The rule that a rule resource is, in the form of those within a group.
rule_of(resource) := {name: value |
	some name, value in {
		"IpProtocol": object.get(resource.properties, "IpProtocol", null),
		"FromPort": object.get(resource.properties, "FromPort", null),
		"ToPort": object.get(resource.properties, "ToPort", null),
		"CidrIp": object.get(resource.properties, "CidrIp", null),
		"CidrIpv6": object.get(resource.properties, "CidrIpv6", null),
		"SourcePrefixListId": object.get(resource.properties, "SourcePrefixListId", null),
		"SourceSecurityGroupId": object.get(resource.properties, "SourceSecurityGroupId", null),
		"DestinationPrefixListId": object.get(resource.properties, "DestinationPrefixListId", null),
		"DestinationSecurityGroupId": object.get(resource.properties, "DestinationSecurityGroupId", null),
	}
	value != null
}

belongs_to(resource, group) if resource.properties.GroupId == group.id

belongs_to(resource, group) if {
	not resource.properties.GroupId
	resource.properties.GroupName in {group.id, object.get(group.properties, "GroupName", group.id)}
}

# A rule resource that is judged with its group rather than by itself.
judged_with_group(resource) if {
	resource.type in {"AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"}
	group_known(resource)
}

# How a message names the group that the resource is, or is a rule of.
group_name(resource) := resource.id if resource.type == "AWS::EC2::SecurityGroup"

group_name(resource) := object.get(resource.properties, "GroupId", resource.id) if {
	resource.type in {"AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"}
}

# The group that a rule resource belongs to is in sight.
group_known(resource) if {
	some group in data.resources["AWS::EC2::SecurityGroup"]
	belongs_to(resource, group)
}
