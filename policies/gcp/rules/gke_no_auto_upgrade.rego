# METADATA
# scope: package
# title: Nodes are not upgraded
# description: >-
#   Auto-upgrade, on by default, is switched off in a cluster without a release channel (channels keep it on), so nodes keep
#   known holes. Lower than the threat class: it takes a hole in the node's version.
# custom:
#   id: gke-no-auto-upgrade
#   applies_to: [google_container_node_pool, google_container_cluster]
#   threat: T016
#   dread: {damage: 7, reproducibility: 5, exploitability: 4, discoverability: 4}
#   remediation: >-
#     Leave auto_upgrade out, or set it to true; best enroll the cluster in a release channel.
#   concept: gcp.gke.auto-upgrade
#   aliases: [CKV_GCP_10, AVD-GCP-0058]
#   references:
#     - https://cloud.google.com/kubernetes-engine/docs/concepts/node-auto-upgrades
package dreadnought.gcp.gke_no_auto_upgrade

import data.dreadnought.lib

deny contains {
	"resource": pool.address,
	"at": sprintf("/management/%d/auto_upgrade", [i]),
	"message": "nodes are not upgraded",
} if {
	some pool in input.by_type.google_container_node_pool
	some i, management in pool.attributes.management
	management.auto_upgrade in {false, "false"}
	not by_channel(pool)
}

deny contains {
	"resource": cluster.address,
	"at": sprintf("/node_pool/%d/management/%d/auto_upgrade", [i, j]),
	"message": "nodes are not upgraded",
} if {
	some cluster in input.by_type.google_container_cluster
	some i, pool in cluster.attributes.node_pool
	some j, management in pool.management
	management.auto_upgrade in {false, "false"}
	not in_channel(cluster)
}

by_channel(pool) if {
	some cluster in lib.related(pool, "google_container_cluster")
	in_channel(cluster)
}

in_channel(cluster) if {
	some channel in cluster.attributes.release_channel
	channel.channel in {"RAPID", "REGULAR", "STABLE", "EXTENDED"}
}
