# METADATA
# scope: package
# title: A role acts as other users
# description: >-
#   Who may impersonate any user or group may be cluster administrator, and the audit log names somebody else first. A
#   rule that names whom it may impersonate is not a finding.
# custom:
#   id: role-impersonates
#   applies_to: [ClusterRole, Role]
#   threat: T018
#   remediation: >-
#     Name the users, groups or service accounts in `resourceNames`, or remove the verb.
#   concept: k8s.rbac.impersonate
#   aliases: [CKV2_K8S_3, AVD-KSV-0043, 9f85c3f6-26fd-4007-938a-2e0cb0100980]
#   references: [https://kubernetes.io/docs/concepts/security/rbac-good-practices/]
package dreadnought.kubernetes.rbac_impersonation

import data.dreadnought.kubernetes.lib

resources := {"users", "groups", "serviceaccounts"}

verbs := {"impersonate", "*"}

deny contains {"resource": role.address, "at": at, "message": message} if {
	some role in lib.roles
	some index in lib.granting(role, "", resources, verbs)
	at := sprintf("/rules/%d", [index])
	message := sprintf("a rule of %s acts as other users", [role.name])
}
