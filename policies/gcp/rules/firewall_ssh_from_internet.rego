# METADATA
# scope: package
# title: Port 22 is open to the internet
# description: >-
#   An ingress rule lets every address reach SSH: a range of everyone or no source at all; 22 by itself, in a range or a
#   list, or no port, which is all; TCP or every protocol. Tags beside a range of everyone do not narrow it. Rules that
#   are switched off count for nothing. A rule that denies with a higher priority is not looked at.
# custom:
#   id: firewall-ssh-from-internet
#   applies_to: [google_compute_firewall]
#   threat: T001
#   remediation: >-
#     Name the administration network in source_ranges, or reach machines through Identity-Aware Proxy (35.235.240.0/20).
#   concept: gcp.fw.ssh-world
#   aliases: [CKV_GCP_2, AVD-GCP-0071]
#   references:
#     - https://cloud.google.com/firewall/docs/firewalls
package dreadnought.gcp.firewall_ssh_from_internet

import data.dreadnought.lib

deny contains {
	"resource": r.address,
	"at": at,
	"message": "every address may reach port 22",
} if {
	some r in input.by_type.google_compute_firewall
	not r.attributes.disabled in {true, "true"}
	not r.attributes.direction == "EGRESS"
	from_anywhere(r)
	some i, rule in r.attributes.allow
	rule.protocol in {"tcp", "TCP", "6", 6, "all", "ALL"}
	at := opening(i, rule)
}

from_anywhere(r) if {
	some i, range in r.attributes.source_ranges
	lib.is_any_cidr(range)
	not is_own(r, sprintf("/source_ranges/%d", [i]))
}

from_anywhere(r) if {
	not has_some(r.attributes.source_ranges)
	not has_some(r.attributes.source_tags)
	not has_some(r.attributes.source_service_accounts)
}

has_some(list) if count(list) > 0

# The range of a subnet or a reserved address is not everyone's, whatever it turns out to be.
is_own(r, at) if {
	some record in lib.references(r, at)
	startswith(record.type, "google_compute_")
}

# No ports are all ports.
opening(i, rule) := sprintf("/allow/%d/protocol", [i]) if {
	not has_some(rule.ports)
} else := sprintf("/allow/%d/ports", [i]) if {
	lib.port_in(22, rule.ports)
}
