# METADATA
# scope: package
# title: Egress is open to the internet on every port
# description: >-
#   A security group lets its members send anything to everyone on the internet, so stolen data or a reverse shell
#   leaves by whatever port is handy. Egress on single ports, such as 443, is not reported. Low: it is AWS's own
#   default, and does harm only after an intrusion.
# custom:
#   id: security-group-egress-to-internet
#   applies_to: [aws_security_group, aws_default_security_group, aws_security_group_rule, aws_vpc_security_group_egress_rule]
#   threat: T022
#   dread: {damage: 4, reproducibility: 6, exploitability: 3, discoverability: 2}
#   remediation: >-
#     Allow the ports and destinations that are needed: security groups, prefix lists of VPC endpoints, or 443 alone.
#   concept: aws.sg.egress-world
#   aliases: [CKV_AWS_382, AVD-AWS-0104]
#   references:
#     - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
package dreadnought.aws.security_group_egress_to_internet

import data.dreadnought.lib

deny contains finding(r, at) if {
	some r in input.by_type.aws_security_group
	some i, rule in r.attributes.egress
	covers(rule.protocol, rule)
	some attribute in ["cidr_blocks", "ipv6_cidr_blocks"]
	lib.holds_any_cidr(rule[attribute])
	at := sprintf("/egress/%d/%s", [i, attribute])
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_security_group
	some i, rule in r.attributes.egress
	covers(rule.protocol, rule)
	at := sprintf("/egress/%d/prefix_list_ids", [i])
	lists_everyone(r, at)
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_default_security_group
	some i, rule in r.attributes.egress
	covers(rule.protocol, rule)
	some attribute in ["cidr_blocks", "ipv6_cidr_blocks"]
	lib.holds_any_cidr(rule[attribute])
	at := sprintf("/egress/%d/%s", [i, attribute])
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_default_security_group
	some i, rule in r.attributes.egress
	covers(rule.protocol, rule)
	at := sprintf("/egress/%d/prefix_list_ids", [i])
	lists_everyone(r, at)
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_security_group_rule
	r.attributes.type == "egress"
	covers(r.attributes.protocol, r.attributes)
	some attribute in ["cidr_blocks", "ipv6_cidr_blocks"]
	lib.holds_any_cidr(r.attributes[attribute])
	at := sprintf("/%s", [attribute])
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_security_group_rule
	r.attributes.type == "egress"
	covers(r.attributes.protocol, r.attributes)
	at := "/prefix_list_ids"
	lists_everyone(r, at)
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_vpc_security_group_egress_rule
	covers(r.attributes.ip_protocol, r.attributes)
	some attribute in ["cidr_ipv4", "cidr_ipv6"]
	lib.holds_any_cidr(r.attributes[attribute])
	at := sprintf("/%s", [attribute])
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_vpc_security_group_egress_rule
	covers(r.attributes.ip_protocol, r.attributes)
	at := "/prefix_list_id"
	lists_everyone(r, at)
}

finding(r, at) := {"resource": r.address, "at": at, "message": "everything may leave to the whole internet"}

covers(protocol, _) if lower(sprintf("%v", [protocol])) in {"-1", "all"}

covers(protocol, rule) if {
	lower(sprintf("%v", [protocol])) in {"tcp", "6", "udp", "17"}
	to_number(rule.from_port) <= 1
	to_number(rule.to_port) >= 65535
}

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
