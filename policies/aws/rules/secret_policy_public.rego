# METADATA
# scope: package
# title: Secret's policy allows everyone
# description: >-
#   The secret's policy lets any principal read or change it, and no condition narrows who that is. A Deny opens nothing, an Allow for
#   everyone but a few does. The service refuses such a policy where block_public_policy is set.
# custom:
#   id: secret-policy-public
#   applies_to: [aws_secretsmanager_secret_policy, aws_secretsmanager_secret]
#   threat: T002
#   remediation: >-
#     Name the principals, or add a condition on aws:PrincipalOrgID or aws:SourceVpce.
#   references:
#     - https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
package dreadnought.aws.secret_policy_public

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.aws_secretsmanager_secret_policy
	open(r)
	not refused(r)
}

deny contains finding(r) if {
	some r in input.by_type.aws_secretsmanager_secret
	open(r)
}

finding(r) := {
	"resource": r.address,
	"at": "/policy",
	"message": "the secret's policy allows everyone",
}

open(r) if {
	some statement in lib.statements(r.parsed.policy)
	lib.allows_anyone(statement)
}

refused(r) if r.attributes.block_public_policy in {true, "true"}
