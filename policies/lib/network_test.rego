package lib.network_test

import data.lib.network

test_everything_is_internet if {
	network.is_internet("0.0.0.0/0")
	network.is_internet("::/0")
}

test_halves_are_internet if {
	network.is_internet("0.0.0.0/1")
	network.is_internet("128.0.0.0/1")
	network.is_internet("2000::/3")
	network.is_internet("8000::/1")
}

test_host_bits_do_not_hide_the_internet if network.is_internet("10.0.0.0/0")

test_networks_are_not_internet if {
	not network.is_internet("10.0.0.0/8")
	not network.is_internet("172.16.0.0/12")
	not network.is_internet("192.168.0.0/16")
	not network.is_internet("203.0.113.7/32")
	not network.is_internet("2001:db8::/32")
}

test_unroutable_ranges_are_not_internet if {
	not network.is_internet("224.0.0.0/4")
	not network.is_internet("240.0.0.0/4")
	not network.is_internet("fc00::/7")
	not network.is_internet("fd00::/8")
	not network.is_internet("fe80::/10")
	not network.is_internet("ff00::/8")
}

test_what_is_no_cidr_is_not_internet if {
	not network.is_internet("0.0.0.0")
	not network.is_internet("")
	not network.is_internet({"Fn::ImportValue": "Cidr"})
	not network.is_internet(null)
}

test_rule_open_to_internet if {
	network.rule_open_to_internet({"IpProtocol": "tcp", "CidrIp": "0.0.0.0/0"})
	network.rule_open_to_internet({"IpProtocol": "tcp", "CidrIpv6": "::/0"})
	not network.rule_open_to_internet({"IpProtocol": "tcp", "CidrIp": "10.0.0.0/16"})
	not network.rule_open_to_internet({"IpProtocol": "tcp", "SourcePrefixListId": "pl-0a1"})
	not network.rule_open_to_internet({"IpProtocol": "tcp", "SourceSecurityGroupId": "sg-0a1"})
}

test_rule_cidr if {
	network.rule_cidr({"CidrIp": "0.0.0.0/0"}) == "0.0.0.0/0"
	network.rule_cidr({"CidrIpv6": "::/0"}) == "::/0"
}

test_covers_port_in_range if {
	network.covers_port({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}, 22)
	network.covers_port({"IpProtocol": "6", "FromPort": 20, "ToPort": 25}, 22)
	network.covers_port({"IpProtocol": "TCP", "FromPort": 0, "ToPort": 65535}, 22)
	not network.covers_port({"IpProtocol": "tcp", "FromPort": 23, "ToPort": 80}, 22)
	not network.covers_port({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 21}, 22)
}

test_covers_port_of_every_protocol if {
	network.covers_port({"IpProtocol": "-1"}, 22)
	network.covers_port({"IpProtocol": -1, "FromPort": 0, "ToPort": 0}, 22)
	network.covers_port({"IpProtocol": "-1", "FromPort": -1, "ToPort": -1}, 22)
	network.covers_port({"IpProtocol": "all"}, 22)
}

test_absent_ports_are_all_ports if {
	network.covers_port({"IpProtocol": "tcp"}, 22)
	network.covers_port({"IpProtocol": "tcp", "FromPort": -1, "ToPort": -1}, 22)
}

test_other_protocols_do_not_cover_tcp_ports if {
	not network.covers_port({"IpProtocol": "udp", "FromPort": 22, "ToPort": 22}, 22)
	not network.covers_port({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}, 22)
	not network.covers_port({"IpProtocol": "icmpv6"}, 22)
	not network.covers_port({"IpProtocol": "17"}, 22)
	not network.covers_port({"IpProtocol": "50"}, 22)
}

test_covers_all_ports if {
	network.covers_all_ports({"IpProtocol": "-1"})
	network.covers_all_ports({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535})
	network.covers_all_ports({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 65535})
	network.covers_all_ports({"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535})
	not network.covers_all_ports({"IpProtocol": "tcp", "FromPort": 1024, "ToPort": 65535})
	not network.covers_all_ports({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1})
}

test_cover_all_ports_together if {
	low := {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 1023}
	high := {"IpProtocol": "tcp", "FromPort": 1024, "ToPort": 65535}
	middle := {"IpProtocol": "tcp", "FromPort": 1000, "ToPort": 2000}
	network.cover_all_ports_together([high, low])
	network.cover_all_ports_together([low, high, middle])
	not network.cover_all_ports_together([low, middle])
	not network.cover_all_ports_together([high])
	not network.cover_all_ports_together([low, {"IpProtocol": "tcp", "FromPort": 1025, "ToPort": 65535}])
	not network.cover_all_ports_together([])
}

test_traffic if {
	network.traffic({"IpProtocol": "-1"}) == "all traffic"
	network.traffic({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}) == "icmp"
	network.traffic({"IpProtocol": "50"}) == "protocol 50"
	network.traffic({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}) == "tcp port 22"
	network.traffic({"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535}) == "udp ports 0-65535"
	network.traffic({"IpProtocol": "6", "FromPort": 20, "ToPort": 25}) == "tcp ports 20-25"
}

test_inline_rules_have_their_pointers if {
	group := {"type": "AWS::EC2::SecurityGroup", "id": "sg-0a1", "properties": {
		"SecurityGroupIngress": [
			{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"},
			{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"},
		],
		"SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
	}}
	[entry.path | some entry in network.ingress_rules(group)] == ["/SecurityGroupIngress/0", "/SecurityGroupIngress/1"]
	[entry.rule.FromPort | some entry in network.ingress_rules(group)] == [443, 22]
	[entry.path | some entry in network.egress_rules(group)] == ["/SecurityGroupEgress/0"]
}

test_group_without_rules if {
	group := {"type": "AWS::EC2::SecurityGroup", "id": "sg-0a1", "properties": {"GroupDescription": "empty"}}
	network.ingress_rules(group) == []
	network.egress_rules(group) == []
}

test_rule_of_unknown_group_stands_for_itself if {
	rule := {"type": "AWS::EC2::SecurityGroupIngress", "id": "sgr-0a1", "properties": {
		"GroupId": "sg-0ff",
		"IpProtocol": "tcp",
		"FromPort": 22,
		"ToPort": 22,
		"CidrIp": "0.0.0.0/0",
	}}
	network.ingress_rules(rule) == [{
		"rule": {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"},
		"path": "",
		"standalone": true,
	}]
}

test_rule_resource_belongs_to_group if {
	group := {"id": "sg-0a1", "properties": {"GroupName": "web"}}
	network.belongs_to({"properties": {"GroupId": "sg-0a1"}}, group)
	network.belongs_to({"properties": {"GroupName": "web"}}, group)
	not network.belongs_to({"properties": {"GroupId": "sg-0b2"}}, group)
	not network.belongs_to({"properties": {"GroupId": "sg-0b2", "GroupName": "web"}}, group)
}

test_cidr_path if {
	network.cidr_path({"path": "/SecurityGroupIngress/1", "rule": {"CidrIp": "0.0.0.0/0"}}) == "/SecurityGroupIngress/1/CidrIp"
	network.cidr_path({"path": "/SecurityGroupIngress/1", "rule": {"CidrIpv6": "::/0"}}) == "/SecurityGroupIngress/1/CidrIpv6"
	network.cidr_path({"path": "", "rule": {"CidrIpv6": "::/0"}}) == ""
	network.cidr_path({"path": "", "standalone": true, "rule": {"CidrIpv6": "::/0"}}) == "/CidrIpv6"
}

test_group_name if {
	network.group_name({"type": "AWS::EC2::SecurityGroup", "id": "sg-0a1", "properties": {}}) == "sg-0a1"
	network.group_name({"type": "AWS::EC2::SecurityGroupIngress", "id": "sgr-0a1", "properties": {"GroupId": "sg-0a1"}}) == "sg-0a1"
}

test_rule_of_unknown_group_is_not_judged_with_it if not network.judged_with_group({
	"type": "AWS::EC2::SecurityGroupIngress",
	"id": "sgr-0a1",
	"properties": {"GroupId": "sg-0ff"},
})
