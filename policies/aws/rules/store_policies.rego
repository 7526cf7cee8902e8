# METADATA
# scope: package
# title: Table or stream is open to everyone
# description: >-
#   The policy of the table or stream lets any principal of any account read it, or write to it where the actions say so.
#   Conditions count: one that names an account, an organisation, a network or the sending resource narrows the
#   statement. A Deny opens nothing, an Allow for everyone but a few does.
# custom:
#   id: store-policy-public
#   applies_to:
#     - aws_dynamodb_resource_policy
#     - aws_kinesis_resource_policy
#   threat: T002
#   remediation: >-
#     Name the accounts that use it, or add a condition on aws:PrincipalOrgID.
#   references:
#     - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
package dreadnought.aws.store_policies

import data.dreadnought.lib

types := [
	"aws_dynamodb_resource_policy",
	"aws_kinesis_resource_policy",
]

deny contains {"resource": r.address, "at": "/policy", "message": "the policy allows everyone"} if {
	some kind in types
	some r in input.by_type[kind]
	some statement in lib.statements(r.parsed.policy)
	lib.allows_anyone(statement)
}
