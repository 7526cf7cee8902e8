# METADATA
# scope: package
# title: Queue policy grants access to everyone
# description: >-
#   The queue's policy lets any principal send, receive or manage it. Conditions count: one that names an account, an
#   organisation, a network or the sending resource narrows the statement. A Deny opens nothing, an Allow for everyone
#   but a few does.
# custom:
#   id: sqs-queue-policy-public
#   applies_to: [aws_sqs_queue_policy, aws_sqs_queue]
#   threat: T038
#   remediation: >-
#     Name the principals, or add a condition on aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID.
#   concept: aws.sqs.policy-public
#   aliases: [CKV_AWS_168]
#   references:
#     - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
package dreadnought.aws.sqs_policy_public

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.aws_sqs_queue_policy
	open(r)
}

deny contains finding(r) if {
	some r in input.by_type.aws_sqs_queue
	open(r)
}

finding(r) := {
	"resource": r.address,
	"at": "/policy",
	"message": "the queue's policy allows everyone",
}

open(r) if {
	some statement in lib.statements(r.parsed.policy)
	lib.allows_anyone(statement)
}
