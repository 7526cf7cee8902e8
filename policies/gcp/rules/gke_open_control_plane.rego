# METADATA
# scope: package
# title: Kubernetes API is open to the internet
# description: >-
#   The authorized networks of the control plane hold every address, and its public endpoint is not switched off. Lower
#   than the threat class: callers must still authenticate.
# custom:
#   id: gke-open-control-plane
#   applies_to: [google_container_cluster]
#   threat: T019
#   remediation: >-
#     Name the networks that administer the cluster instead of every address.
#   concept: gcp.gke.public-control-plane
#   aliases: [CKV_GCP_18, AVD-GCP-0053]
#   references:
#     - https://cloud.google.com/kubernetes-engine/docs/how-to/authorized-networks
package dreadnought.gcp.gke_open_control_plane

import data.dreadnought.lib

deny contains {
	"resource": cluster.address,
	"at": sprintf("/master_authorized_networks_config/%d/cidr_blocks/%d/cidr_block", [i, j]),
	"message": "every address may reach the control plane",
} if {
	some cluster in input.by_type.google_container_cluster
	some i, config in cluster.attributes.master_authorized_networks_config
	some j, block in config.cidr_blocks
	lib.is_any_cidr(block.cidr_block)
	not private_endpoint(cluster)
}

private_endpoint(cluster) if {
	some config in cluster.attributes.private_cluster_config
	config.enable_private_endpoint in {true, "true"}
}

# A control plane may be reached by its DNS name alone.
private_endpoint(cluster) if {
	some config in cluster.attributes.control_plane_endpoints_config
	some endpoints in config.ip_endpoints_config
	endpoints.enabled in {false, "false"}
}
