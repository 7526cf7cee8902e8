# METADATA
# scope: package
# title: Role can be assumed by anyone
# description: >-
#   The role's trust policy lets any principal of any account assume it. An external id is no narrowing: it is a name,
#   not a secret. Conditions count: one that names an account, an organisation, a network or the sending resource
#   narrows the statement. A Deny opens nothing, an Allow for everyone but a few does.
# custom:
#   id: iam-role-trusts-anyone
#   applies_to: [aws_iam_role]
#   threat: T012
#   remediation: >-
#     Name the accounts, roles or services that may assume the role.
#   concept: aws.iam.trust-any-principal
#   aliases: [CKV_AWS_60]
#   references:
#     - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html
package dreadnought.aws.iam_trust_any_principal

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.aws_iam_role
	open(r)
}

finding(r) := {
	"resource": r.address,
	"at": "/assume_role_policy",
	"message": "any principal of any account may assume the role",
}

open(r) if {
	some statement in lib.statements(r.parsed.assume_role_policy)
	lib.allows_anyone(statement)
}
