# METADATA
# scope: package
# title: Secret is open to everyone
# description: >-
#   The secret's policy lets any principal of any account read it, or change it where the actions say so.
#   Conditions count: one that names an account, an organisation, a network or the sending resource narrows the
#   statement. A Deny opens nothing, an Allow for everyone but a few does.
# custom:
#   id: secret-policy-public
#   applies_to:
#     - aws_secretsmanager_secret_policy
#     - aws_secretsmanager_secret
#   threat: T003
#   remediation: >-
#     Name the roles that read it, or add a condition on aws:PrincipalOrgID.
#   references:
#     - https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
package dreadnought.aws.secrets_policy_public

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.aws_secretsmanager_secret_policy
	is_open(r)
	not is_refused(r)
}

deny contains finding(r) if {
	some r in input.by_type.aws_secretsmanager_secret
	is_open(r)
}

finding(r) := {"resource": r.address, "at": "/policy", "message": "the secret's policy allows everyone"}

is_open(r) if {
	some statement in lib.statements(r.parsed.policy)
	lib.allows_anyone(statement)
}

# Secrets Manager refuses policies that open a secret, where it is told to.
is_refused(r) if r.attributes.block_public_policy in {true, "true"}
