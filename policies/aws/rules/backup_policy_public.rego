# METADATA
# scope: package
# title: Backup vault is open to everyone
# description: >-
#   The vault's policy lets any principal of any account copy its backups away, or put some in.
#   Conditions count: one that names an account, an organisation, a network or the sending resource narrows the
#   statement. A Deny opens nothing, an Allow for everyone but a few does.
# custom:
#   id: backup-vault-policy-public
#   applies_to: [aws_backup_vault_policy]
#   threat: T043
#   remediation: >-
#     Name the accounts that back up here, or add a condition on aws:PrincipalOrgID.
#   references:
#     - https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
package dreadnought.aws.backup_policy_public

import data.dreadnought.lib

deny contains {"resource": r.address, "at": "/policy", "message": "the vault's policy allows everyone"} if {
	some r in input.by_type.aws_backup_vault_policy
	some statement in lib.statements(r.parsed.policy)
	lib.allows_anyone(statement)
}
