# METADATA
# scope: package
# title: Key policy grants access to everyone
# description: >-
#   The key's policy lets any principal of any account use or manage the key. The root of an account as principal only
#   delegates to that account's IAM and is not reported. Conditions count: one that names an account, an organisation,
#   a network or the sending resource narrows the statement. A Deny opens nothing, an Allow for everyone but a few
#   does.
# custom:
#   id: kms-key-policy-public
#   applies_to: [aws_kms_key, aws_kms_key_policy]
#   threat: T039
#   remediation: >-
#     Name the principals, or add a condition on kms:CallerAccount or aws:PrincipalOrgID.
#   concept: aws.kms.policy-wildcard
#   aliases: [CKV_AWS_33]
#   references:
#     - https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
package dreadnought.aws.kms_policy_wildcard

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.aws_kms_key
	open(r)
}

deny contains finding(r) if {
	some r in input.by_type.aws_kms_key_policy
	open(r)
}

finding(r) := {
	"resource": r.address,
	"at": "/policy",
	"message": "the key's policy allows everyone",
}

open(r) if {
	some statement in lib.statements(r.parsed.policy)
	lib.allows_anyone(statement)
}
