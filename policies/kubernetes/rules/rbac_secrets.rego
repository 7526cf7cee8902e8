# METADATA
# scope: package
# title: A role reads all secrets
# description: >-
#   Secrets hold the tokens of service accounts and the passwords of everything else; `list` and `watch` show their
#   content too. A rule that names the secrets is not a finding. A wildcard among the resources is the matter of
#   another rule.
# custom:
#   id: role-reads-secrets
#   applies_to: [ClusterRole, Role]
#   threat: T018
#   remediation: >-
#     Name the secrets in `resourceNames`, or mount them instead of reading them through the API.
#   concept: k8s.rbac.read-secrets
#   aliases: [AVD-KSV-0041, AVD-KSV-0113, 826abb30-3cd5-4e0b-a93b-67729b4f7e63, b7bca5c4-1dab-4c2c-8cbe-3050b9d59b14,
#     FG_R00480]
#   references: [https://kubernetes.io/docs/concepts/security/rbac-good-practices/]
package dreadnought.kubernetes.rbac_secrets

import data.dreadnought.kubernetes.lib

resources := {"secrets"}

verbs := {"get", "list", "watch", "*"}

deny contains {"resource": role.address, "at": at, "message": message} if {
	some role in lib.roles
	some index in lib.granting(role, "", resources, verbs)
	at := sprintf("/rules/%d", [index])
	message := sprintf("a rule of %s reads all secrets%s", [role.name, reach(role)])
}

reach(role) := " of its namespace" if role.type == "Role"

reach(role) := "" if role.type != "Role"
