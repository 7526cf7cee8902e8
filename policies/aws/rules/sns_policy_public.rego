# METADATA
# scope: package
# title: Topic policy grants access to everyone
# description: >-
#   The topic's policy lets any principal publish, subscribe or manage it. Conditions count: one that names an
#   account, an organisation, a network or the sending resource narrows the statement. A Deny opens nothing, an Allow
#   for everyone but a few does.
# custom:
#   id: sns-topic-policy-public
#   applies_to: [aws_sns_topic_policy, aws_sns_topic]
#   threat: T038
#   remediation: >-
#     Name the principals, or add a condition on aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.
#   concept: aws.sns.policy-public
#   aliases: [CKV_AWS_169]
#   references:
#     - https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
package dreadnought.aws.sns_policy_public

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.aws_sns_topic_policy
	open(r)
}

deny contains finding(r) if {
	some r in input.by_type.aws_sns_topic
	open(r)
}

finding(r) := {
	"resource": r.address,
	"at": "/policy",
	"message": "the topic's policy allows everyone",
}

open(r) if {
	some statement in lib.statements(r.parsed.policy)
	lib.allows_anyone(statement)
}
