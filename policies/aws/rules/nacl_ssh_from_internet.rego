# METADATA
# scope: package
# title: Network ACL lets SSH in from the internet
# description: >-
#   An ingress entry of a network ACL allows port 22 from everywhere, and no entry with a lower number denies it.
#   Lower than the threat class: a security group must let it in as well.
# custom:
#   id: nacl-ssh-from-internet
#   applies_to: [aws_network_acl, aws_network_acl_rule]
#   threat: T001
#   remediation: >-
#     Deny port 22 before the entry that allows it, or allow the ports that the subnet serves only.
#   concept: aws.nacl.ingress-ssh-world
#   aliases: []
#   references:
#     - https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
package dreadnought.aws.nacl_ssh_from_internet

import data.dreadnought.lib

deny contains finding(r, at) if {
	some r in input.by_type.aws_network_acl
	some i, entry in r.attributes.ingress
	entry.action == "allow"
	range := open_range(entry)
	covers(entry)
	not shut_inline(r, entry)
	at := sprintf("/ingress/%d/%s", [i, range])
}

deny contains finding(r, sprintf("/%s", [range])) if {
	some r in input.by_type.aws_network_acl_rule
	not lib.is_on(r.attributes, "egress")
	r.attributes.rule_action == "allow"
	range := open_range(r.attributes)
	covers(r.attributes)
	not shut_beside(r)
}

finding(r, at) := {"resource": r.address, "at": at, "message": "the network ACL lets SSH in from the internet"}

open_range(entry) := "cidr_block" if {
	lib.is_any_cidr(entry.cidr_block)
} else := "ipv6_cidr_block" if {
	lib.is_any_cidr(entry.ipv6_cidr_block)
}

# The entry with the lowest number decides: a deny before the allow shuts the port.
shut_inline(r, entry) if {
	some other in r.attributes.ingress
	other.action == "deny"
	to_number(other.rule_no) < to_number(entry.rule_no)
	open_range(other) == open_range(entry)
	covers(other)
}

shut_beside(r) if {
	some acl in lib.references(r, "/network_acl_id")
	some other in lib.related(acl, "aws_network_acl_rule")
	not lib.is_on(other.attributes, "egress")
	other.attributes.rule_action == "deny"
	to_number(other.attributes.rule_number) < to_number(r.attributes.rule_number)
	open_range(other.attributes) == open_range(r.attributes)
	covers(other.attributes)
}

covers(entry) if lower(sprintf("%v", [entry.protocol])) in {"-1", "all"}

covers(entry) if {
	lower(sprintf("%v", [entry.protocol])) in {"tcp", "6"}
	to_number(entry.from_port) <= 22
	to_number(entry.to_port) >= 22
}
