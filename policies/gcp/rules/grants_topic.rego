# METADATA
# scope: package
# title: Topic is open to everyone
# description: >-
#   A binding of the topic or subscription names allUsers or allAuthenticatedUsers; the second is anyone with a Google account.
#   Whoever it is sends messages that the subscribers trust, or takes theirs, as the role has it.
# custom:
#   id: topic-open-to-everyone
#   applies_to:
#     - google_pubsub_topic_iam_member
#     - google_pubsub_topic_iam_binding
#     - google_pubsub_subscription_iam_member
#     - google_pubsub_subscription_iam_binding
#   threat: T038
#   remediation: >-
#     Grant the role to the service accounts that publish and subscribe.
#   references:
#     - https://cloud.google.com/pubsub/docs/access-control
package dreadnought.gcp.grants_topic

# The second is anyone with a Google account.
everyone := {"allUsers", "allAuthenticatedUsers"}

members := [
	"google_pubsub_topic_iam_member",
	"google_pubsub_subscription_iam_member",
]

bindings := [
	"google_pubsub_topic_iam_binding",
	"google_pubsub_subscription_iam_binding",
]

deny contains finding(r, "/member") if {
	some kind in members
	some r in input.by_type[kind]
	r.attributes.member in everyone
}

deny contains finding(r, sprintf("/members/%d", [i])) if {
	some kind in bindings
	some r in input.by_type[kind]
	some i, member in r.attributes.members
	member in everyone
}

finding(r, at) := {"resource": r.address, "at": at, "message": "anybody may use the topic"}
