# METADATA
# scope: package
# title: Secret is open to everyone
# description: >-
#   A binding of the secret names allUsers or allAuthenticatedUsers; the second is anyone with a Google account. Whoever has the role
#   reads what is kept.
# custom:
#   id: secret-open-to-everyone
#   applies_to: [google_secret_manager_secret_iam_member, google_secret_manager_secret_iam_binding]
#   threat: T002
#   remediation: >-
#     Grant the role to the service accounts that read the secret, and replace what was kept.
#   references:
#     - https://cloud.google.com/secret-manager/docs/access-control
package dreadnought.gcp.grants_secret

# The second is anyone with a Google account.
everyone := {"allUsers", "allAuthenticatedUsers"}

deny contains finding(r, "/member") if {
	some r in input.by_type.google_secret_manager_secret_iam_member
	r.attributes.member in everyone
}

deny contains finding(r, sprintf("/members/%d", [i])) if {
	some r in input.by_type.google_secret_manager_secret_iam_binding
	some i, member in r.attributes.members
	member in everyone
}

finding(r, at) := {"resource": r.address, "at": at, "message": "anybody may use the secret"}
