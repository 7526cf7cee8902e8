# METADATA
# scope: package
# title: Event bus takes events of anybody
# description: >-
#   The permission, or a statement of the bus's policy, names every account and no condition, so that any account of
#   AWS puts events on the bus that its rules act on.
# custom:
#   id: event-bus-open-to-everyone
#   applies_to: [aws_cloudwatch_event_permission, aws_cloudwatch_event_bus_policy]
#   threat: T038
#   remediation: >-
#     Name the account as the principal, or add a condition on aws:PrincipalOrgID.
#   references:
#     - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
package dreadnought.aws.event_bus

import data.dreadnought.lib

deny contains {"resource": r.address, "at": "/principal", "message": "every account may put events on the bus"} if {
	some r in input.by_type.aws_cloudwatch_event_permission
	r.attributes.principal == "*"
	not lib.has_block(r.attributes, "condition")
}

deny contains {"resource": r.address, "at": "/policy", "message": "every account may put events on the bus"} if {
	some r in input.by_type.aws_cloudwatch_event_bus_policy
	some statement in lib.statements(r.parsed.policy)
	lib.allows_anyone(statement)
}
