# METADATA
# scope: package
# title: Port 22 is open to the internet
# description: >-
#   A security group lets everyone on the internet reach SSH, directly or through a managed prefix list. Ranges that
#   contain the port and rules for all protocols count.
# custom:
#   id: security-group-ssh-from-internet
#   applies_to: [aws_security_group, aws_default_security_group, aws_security_group_rule, aws_vpc_security_group_ingress_rule]
#   threat: T001
#   remediation: >-
#     Name the administration network, or use Session Manager instead of SSH.
#   concept: aws.sg.ingress-ssh-world
#   aliases: [CKV_AWS_24, AVD-AWS-0107] # lint: ignore shared-alias
#   references:
#     - https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
package dreadnought.aws.security_group_ssh_from_internet

import data.dreadnought.lib

deny contains finding(r, at) if {
	some r in input.by_type.aws_security_group
	some i, rule in r.attributes.ingress
	covers(rule.protocol, rule)
	some attribute in ["cidr_blocks", "ipv6_cidr_blocks"]
	lib.holds_any_cidr(rule[attribute])
	at := sprintf("/ingress/%d/%s", [i, attribute])
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_security_group
	some i, rule in r.attributes.ingress
	covers(rule.protocol, rule)
	at := sprintf("/ingress/%d/prefix_list_ids", [i])
	lists_everyone(r, at)
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_default_security_group
	some i, rule in r.attributes.ingress
	covers(rule.protocol, rule)
	some attribute in ["cidr_blocks", "ipv6_cidr_blocks"]
	lib.holds_any_cidr(rule[attribute])
	at := sprintf("/ingress/%d/%s", [i, attribute])
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_default_security_group
	some i, rule in r.attributes.ingress
	covers(rule.protocol, rule)
	at := sprintf("/ingress/%d/prefix_list_ids", [i])
	lists_everyone(r, at)
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_security_group_rule
	r.attributes.type == "ingress"
	covers(r.attributes.protocol, r.attributes)
	some attribute in ["cidr_blocks", "ipv6_cidr_blocks"]
	lib.holds_any_cidr(r.attributes[attribute])
	at := sprintf("/%s", [attribute])
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_security_group_rule
	r.attributes.type == "ingress"
	covers(r.attributes.protocol, r.attributes)
	at := "/prefix_list_ids"
	lists_everyone(r, at)
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_vpc_security_group_ingress_rule
	covers(r.attributes.ip_protocol, r.attributes)
	some attribute in ["cidr_ipv4", "cidr_ipv6"]
	lib.holds_any_cidr(r.attributes[attribute])
	at := sprintf("/%s", [attribute])
}

deny contains finding(r, at) if {
	some r in input.by_type.aws_vpc_security_group_ingress_rule
	covers(r.attributes.ip_protocol, r.attributes)
	at := "/prefix_list_id"
	lists_everyone(r, at)
}

finding(r, at) := {"resource": r.address, "at": at, "message": "port 22 is open to the internet"}

covers(protocol, _) if any_protocol(protocol)

covers(protocol, rule) if {
	lower(sprintf("%v", [protocol])) in {"tcp", "6"}
	to_number(rule.from_port) <= 22
	to_number(rule.to_port) >= 22
}

any_protocol(protocol) if lower(sprintf("%v", [protocol])) in {"-1", "all"}

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
