# METADATA
# scope: package
# title: Ingress is open to the internet
# description: >-
#   A security group lets everyone on the internet reach something other than a web server: any port but exactly 80 or
#   443. ICMP is left alone. Where the port is exactly that of SSH or RDP, the rules for those speak instead.
# custom:
#   id: security-group-open-to-internet
#   applies_to: [aws_security_group, aws_default_security_group, aws_security_group_rule, aws_vpc_security_group_ingress_rule]
#   threat: T046
#   remediation: >-
#     Name the networks or security groups that need the port.
#   concept: aws.sg.ingress-any-world
#   aliases: [CKV_AWS_277]
#   references:
#     - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
package dreadnought.aws.security_group_any_from_internet

import data.dreadnought.lib

deny contains finding(r, at, rule.protocol, rule) if {
	some r in input.by_type.aws_security_group
	some i, rule in r.attributes.ingress
	covers(rule.protocol, rule)
	some attribute in ["cidr_blocks", "ipv6_cidr_blocks"]
	lib.holds_any_cidr(rule[attribute])
	at := sprintf("/ingress/%d/%s", [i, attribute])
}

deny contains finding(r, at, rule.protocol, rule) if {
	some r in input.by_type.aws_security_group
	some i, rule in r.attributes.ingress
	covers(rule.protocol, rule)
	at := sprintf("/ingress/%d/prefix_list_ids", [i])
	lists_everyone(r, at)
}

deny contains finding(r, at, rule.protocol, rule) if {
	some r in input.by_type.aws_default_security_group
	some i, rule in r.attributes.ingress
	covers(rule.protocol, rule)
	some attribute in ["cidr_blocks", "ipv6_cidr_blocks"]
	lib.holds_any_cidr(rule[attribute])
	at := sprintf("/ingress/%d/%s", [i, attribute])
}

deny contains finding(r, at, rule.protocol, rule) if {
	some r in input.by_type.aws_default_security_group
	some i, rule in r.attributes.ingress
	covers(rule.protocol, rule)
	at := sprintf("/ingress/%d/prefix_list_ids", [i])
	lists_everyone(r, at)
}

deny contains finding(r, at, r.attributes.protocol, r.attributes) if {
	some r in input.by_type.aws_security_group_rule
	r.attributes.type == "ingress"
	covers(r.attributes.protocol, r.attributes)
	some attribute in ["cidr_blocks", "ipv6_cidr_blocks"]
	lib.holds_any_cidr(r.attributes[attribute])
	at := sprintf("/%s", [attribute])
}

deny contains finding(r, at, r.attributes.protocol, r.attributes) if {
	some r in input.by_type.aws_security_group_rule
	r.attributes.type == "ingress"
	covers(r.attributes.protocol, r.attributes)
	at := "/prefix_list_ids"
	lists_everyone(r, at)
}

deny contains finding(r, at, r.attributes.ip_protocol, r.attributes) if {
	some r in input.by_type.aws_vpc_security_group_ingress_rule
	covers(r.attributes.ip_protocol, r.attributes)
	some attribute in ["cidr_ipv4", "cidr_ipv6"]
	lib.holds_any_cidr(r.attributes[attribute])
	at := sprintf("/%s", [attribute])
}

deny contains finding(r, at, r.attributes.ip_protocol, r.attributes) if {
	some r in input.by_type.aws_vpc_security_group_ingress_rule
	covers(r.attributes.ip_protocol, r.attributes)
	at := "/prefix_list_id"
	lists_everyone(r, at)
}

finding(r, at, protocol, rule) := {
	"resource": r.address,
	"at": at,
	"message": sprintf("%s to the whole internet", [opened(protocol, rule)]),
}

opened(protocol, _) := "every port is open" if every_port(protocol)

opened(protocol, rule) := ports(rule.from_port, rule.to_port) if not every_port(protocol)

every_port(protocol) if lower(sprintf("%v", [protocol])) in {"-1", "all"}

ports(first, last) := sprintf("port %v is open", [first]) if first == last

ports(first, last) := sprintf("ports %v to %v are open", [first, last]) if first != last

covers(protocol, rule) if {
	not ping(protocol)
	not web(protocol, rule)
	not login(protocol, rule)
}

ping(protocol) if lower(sprintf("%v", [protocol])) in {"icmp", "1", "icmpv6", "58"}

# What is published on exactly these ports is meant to be found.
web(protocol, rule) if {
	lower(sprintf("%v", [protocol])) in {"tcp", "6", "udp", "17"}
	to_number(rule.from_port) == to_number(rule.to_port)
	to_number(rule.from_port) in {80, 443}
}

# Doors for administrators have rules of their own.
login(protocol, rule) if {
	some port in login_ports[lower(sprintf("%v", [protocol]))]
	to_number(rule.from_port) == port
	to_number(rule.to_port) == port
}

login_ports := {"tcp": [22, 3389], "6": [22, 3389], "udp": [3389], "17": [3389]}

# A list of ranges counts when this configuration says what is in it.
lists_everyone(r, at) if {
	some list in lib.references(r, at)
	open_list(list)
}

open_list(list) if {
	some entry in list.attributes.entry
	lib.is_any_cidr(entry.cidr)
}

open_list(list) if {
	some entry in lib.related(list, "aws_ec2_managed_prefix_list_entry")
	lib.is_any_cidr(entry.attributes.cidr)
}
