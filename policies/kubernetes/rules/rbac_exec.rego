# METADATA
# scope: package
# title: A role runs commands in pods
# description: >-
#   Whoever may execute in a pod has its secrets, its service account and its network. It reaches what the pods of the
#   scope can do and not more, hence less than the base.
# custom:
#   id: role-runs-commands-in-pods
#   applies_to: [ClusterRole, Role]
#   threat: T018
#   dread: {damage: 8}
#   remediation: >-
#     Remove `pods/exec` and `pods/attach`; keep them for an emergency role that is bound for a limited time.
#   concept: k8s.rbac.exec
#   aliases: [AVD-KSV-0053, c589f42c-7924-4871-aee2-1cede9bc7cbc]
#   references: [https://kubernetes.io/docs/concepts/security/rbac-good-practices/]
package dreadnought.kubernetes.rbac_exec

import data.dreadnought.kubernetes.lib

resources := {"pods/exec", "pods/attach"}

verbs := {"create", "get", "*"}

deny contains {"resource": role.address, "at": at, "message": message} if {
	some role in lib.roles
	some index in lib.granting(role, "", resources, verbs)
	at := sprintf("/rules/%d", [index])
	message := sprintf("a rule of %s runs commands in pods", [role.name])
}
