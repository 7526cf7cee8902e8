# METADATA
# scope: package
# title: A role changes admission webhooks
# description: >-
#   Who writes admission webhooks reads and changes every object that is created, secrets among them, or switches the
#   checks off. A rule that names the configurations is not a finding.
# custom:
#   id: role-changes-admission-webhooks
#   applies_to: [ClusterRole, Role]
#   threat: T018
#   remediation: >-
#     Name the configurations in `resourceNames` (`create` cannot be limited so: create them when you install).
#   concept: k8s.rbac.webhooks
#   aliases: [CKV_K8S_155, AVD-KSV-0114]
#   references: [https://kubernetes.io/docs/concepts/security/rbac-good-practices/]
package dreadnought.kubernetes.rbac_webhooks

import data.dreadnought.kubernetes.lib

resources := {"mutatingwebhookconfigurations", "validatingwebhookconfigurations"}

verbs := {"create", "update", "patch", "delete", "*"}

deny contains {"resource": role.address, "at": at, "message": message} if {
	some role in lib.roles
	some index in lib.granting(role, "admissionregistration.k8s.io", resources, verbs)
	at := sprintf("/rules/%d", [index])
	message := sprintf("a rule of %s changes admission webhooks", [role.name])
}
