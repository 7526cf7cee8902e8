# METADATA
# scope: package
# title: Somebody is made cluster administrator
# description: >-
#   A binding to `cluster-admin`, or to a role that grants as much under another name, gives all rights in the cluster,
#   or in its namespace for a RoleBinding. The group `system:masters` has them anyway.
# custom:
#   id: cluster-admin-binding
#   applies_to: [ClusterRoleBinding, RoleBinding]
#   threat: T018
#   remediation: >-
#     Bind a role with the rights that are needed; keep administration for a group of people.
#   concept: k8s.rbac.cluster-admin
#   aliases: [AVD-KSV-0111, 17172bc2-56fb-4f17-916f-a014147706cd, 249328b8-5f0f-409f-b1dd-029f07882e11, FG_R00479]
#   references: [https://kubernetes.io/docs/concepts/security/rbac-good-practices/]
package dreadnought.kubernetes.rbac_cluster_admin

import data.dreadnought.kubernetes.lib
import data.dreadnought.lib as core

deny contains {"resource": binding.address, "at": "/roleRef/name", "message": message} if {
	some binding in lib.bindings
	administers(binding)
	count([subject | some subject in binding.attributes.subjects; subject.name != "system:masters"]) > 0
	message := sprintf("%s gives all rights to its subjects", [binding.name])
}

administers(binding) if {
	binding.attributes.roleRef.kind == "ClusterRole"
	binding.attributes.roleRef.name == "cluster-admin"
}

administers(binding) if {
	some role in core.related(binding, "ClusterRole")
	some rule in role.attributes.rules
	"*" in rule.apiGroups
	"*" in rule.resources
	"*" in rule.verbs
}
