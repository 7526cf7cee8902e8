# METADATA
# scope: package
# title: Secret is open to everyone
# description: >-
#   A binding of a secret names allUsers or allAuthenticatedUsers; the second is anyone with a Google account. Whoever it is reads
#   what the secret holds, or sees that it exists where the role is a smaller one.
# custom:
#   id: secret-open-to-everyone
#   applies_to:
#     - google_secret_manager_secret_iam_member
#     - google_secret_manager_secret_iam_binding
#     - google_secret_manager_regional_secret_iam_member
#     - google_secret_manager_regional_secret_iam_binding
#     - google_secret_manager_secret_iam_policy
#   threat: T003
#   remediation: >-
#     Grant the role to the service accounts that read it.
#   references:
#     - https://cloud.google.com/secret-manager/docs/access-control
package dreadnought.gcp.grants_secret

# The second is anyone with a Google account.
everyone := {"allUsers", "allAuthenticatedUsers"}

members := [
	"google_secret_manager_secret_iam_member",
	"google_secret_manager_regional_secret_iam_member",
]

bindings := [
	"google_secret_manager_secret_iam_binding",
	"google_secret_manager_regional_secret_iam_binding",
]

deny contains finding(r, "/policy_data") if {
	some r in input.by_type.google_secret_manager_secret_iam_policy
	some binding in r.parsed.policy_data.bindings
	some member in binding.members
	member in everyone
}

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

finding(r, at) := {"resource": r.address, "at": at, "message": "anybody may read it"}
