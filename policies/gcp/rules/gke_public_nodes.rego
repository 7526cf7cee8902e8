# METADATA
# scope: package
# title: Cluster nodes have public addresses
# description: >-
#   Neither the cluster nor all of its node pools ask for private nodes, so nodes get addresses on the internet. Lower than
#   the threat class: firewalls still decide who reaches them.
# custom:
#   id: gke-public-nodes
#   applies_to: [google_container_cluster]
#   threat: T046
#   remediation: >-
#     Set enable_private_nodes in private_cluster_config, and give the network a Cloud NAT.
#   concept: gcp.gke.private-cluster
#   aliases: [CKV_GCP_25, AVD-GCP-0059]
#   references:
#     - https://cloud.google.com/kubernetes-engine/docs/concepts/private-cluster-concept
package dreadnought.gcp.gke_public_nodes

import data.dreadnought.lib

deny contains {
	"resource": cluster.address,
	"at": "/private_cluster_config/0/enable_private_nodes",
	"message": "nodes get addresses on the internet",
} if {
	some cluster in input.by_type.google_container_cluster
	not private_by_default(cluster)
	not private_by_pool(cluster)
}

private_by_default(cluster) if {
	some config in cluster.attributes.private_cluster_config
	config.enable_private_nodes in {true, "true"}
}

# Without a default pool the pools decide by themselves.
private_by_pool(cluster) if {
	cluster.attributes.remove_default_node_pool in {true, "true"}
	pools := lib.related(cluster, "google_container_node_pool")
	count(pools) > 0
	every pool in pools {
		private_pool(pool)
	}
}

private_pool(pool) if {
	some config in pool.attributes.network_config
	config.enable_private_nodes in {true, "true"}
}
