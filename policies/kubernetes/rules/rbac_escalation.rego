# METADATA
# scope: package
# title: A role grants rights that its holder does not have
# description: >-
#   `bind` and `escalate` on roles switch off the check that nobody grants more than they have: the holder makes itself
#   cluster administrator. `bind` on named roles is what it is made for and no finding.
# custom:
#   id: role-grants-roles
#   applies_to: [ClusterRole, Role]
#   threat: T018
#   remediation: >-
#     Remove `escalate`, and limit `bind` to roles in `resourceNames`.
#   concept: k8s.rbac.escalate-bind
#   aliases: [CKV_K8S_157, CKV_K8S_158, CKV2_K8S_1, AVD-KSV-0050, 8320826e-7a9c-4b0b-9535-578333193432]
#   references: [https://kubernetes.io/docs/concepts/security/rbac-good-practices/]
package dreadnought.kubernetes.rbac_escalation

import data.dreadnought.kubernetes.lib

resources := {"roles", "clusterroles"}

verbs := {"bind", "escalate", "*"}

deny contains {"resource": role.address, "at": at, "message": message} if {
	some role in lib.roles
	some index in lib.granting(role, "rbac.authorization.k8s.io", resources, verbs)
	at := sprintf("/rules/%d", [index])
	message := sprintf("a rule of %s grants rights that its holder lacks", [role.name])
}
