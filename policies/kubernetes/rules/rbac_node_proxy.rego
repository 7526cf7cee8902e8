# METADATA
# scope: package
# title: A role reaches the API of the kubelets
# description: >-
#   `nodes/proxy` leads to the kubelet of every node, past admission control and the audit log of the API server;
#   reading is enough to run commands in every pod.
# custom:
#   id: role-reaches-kubelets
#   applies_to: [ClusterRole, Role]
#   threat: T018
#   remediation: >-
#     Grant `nodes/metrics` or `nodes/stats` instead of `nodes/proxy`.
#   concept: k8s.rbac.nodes-proxy
#   aliases: [CKV2_K8S_2, AVD-KSV-0047]
#   references: [https://kubernetes.io/docs/concepts/security/rbac-good-practices/]
package dreadnought.kubernetes.rbac_node_proxy

import data.dreadnought.kubernetes.lib

resources := {"nodes/proxy"}

verbs := {"get", "create", "*"}

deny contains {"resource": role.address, "at": at, "message": message} if {
	some role in lib.roles
	some index in lib.granting(role, "", resources, verbs)
	at := sprintf("/rules/%d", [index])
	message := sprintf("a rule of %s reaches the API of the kubelets", [role.name])
}
