# METADATA
# scope: package
# title: Broken nodes are not repaired
# description: >-
#   Auto-repair, on by default, is switched off in a cluster without a release channel (channels keep it on), so failed
#   nodes stay failed. Lower than the threat class: other nodes take over.
# custom:
#   id: gke-no-auto-repair
#   applies_to: [google_container_node_pool, google_container_cluster]
#   threat: T030
#   dread: {damage: 4}
#   remediation: >-
#     Leave auto_repair out, or set it to true; best enroll the cluster in a release channel.
#   concept: gcp.gke.auto-repair
#   aliases: [CKV_GCP_9, AVD-GCP-0063]
#   references:
#     - https://cloud.google.com/kubernetes-engine/docs/how-to/node-auto-repair
package dreadnought.gcp.gke_no_auto_repair

import data.dreadnought.lib

deny contains {
	"resource": pool.address,
	"at": sprintf("/management/%d/auto_repair", [i]),
	"message": "nodes are not repaired",
} if {
	some pool in input.by_type.google_container_node_pool
	some i, management in pool.attributes.management
	management.auto_repair in {false, "false"}
	not by_channel(pool)
}

deny contains {
	"resource": cluster.address,
	"at": sprintf("/node_pool/%d/management/%d/auto_repair", [i, j]),
	"message": "nodes are not repaired",
} if {
	some cluster in input.by_type.google_container_cluster
	some i, pool in cluster.attributes.node_pool
	some j, management in pool.management
	management.auto_repair in {false, "false"}
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
