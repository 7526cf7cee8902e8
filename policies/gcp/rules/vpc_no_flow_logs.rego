# METADATA
# scope: package
# title: Subnet keeps no flow logs
# description: >-
#   Who talked to whom in the subnet is not on record: it has no log_config, and no flow log configuration names it or
#   its network. Lower than the threat class: other logs remain. Subnets that hold no machines (proxies, Private Service
#   Connect, private NAT) are left alone.
# custom:
#   id: vpc-no-flow-logs
#   applies_to: [google_compute_subnetwork]
#   threat: T025
#   dread: {damage: 3, reproducibility: 7, exploitability: 3, discoverability: 2}
#   remediation: >-
#     Add a log_config block; a low flow_sampling keeps the cost down.
#   concept: gcp.vpc.flow-logs
#   aliases: [CKV_GCP_26, AVD-GCP-0029, AVD-GCP-0076]
#   references:
#     - https://cloud.google.com/vpc/docs/flow-logs
package dreadnought.gcp.vpc_no_flow_logs

import data.dreadnought.lib

deny contains {
	"resource": r.address,
	"at": "/log_config",
	"message": "the subnet keeps no flow logs",
} if {
	some r in input.by_type.google_compute_subnetwork
	not has_block(r)
	not lib.is_on(r.attributes, "enable_flow_logs")
	not without_machines(r)
	not is_configured(r)
	not is_network_configured(r)
}

has_block(r) if count(r.attributes.log_config) > 0

without_machines(r) if {
	r.attributes.purpose in {
		"REGIONAL_MANAGED_PROXY",
		"GLOBAL_MANAGED_PROXY",
		"INTERNAL_HTTPS_LOAD_BALANCER",
		"PRIVATE_SERVICE_CONNECT",
		"PRIVATE_NAT",
	}
}

# Only subnets of proxies have a role.
without_machines(r) if r.attributes.role

is_configured(record) if {
	some config in lib.related(record, "google_network_management_vpc_flow_logs_config")
	not config.attributes.state == "DISABLED"
}

is_network_configured(r) if {
	some network in lib.references(r, "/network")
	is_configured(network)
}
