# METADATA
# scope: package
# title: Key is open to everyone
# description: >-
#   A binding of the key or key ring names allUsers or allAuthenticatedUsers; the second is anyone with a Google account. What
#   the role allows (decrypting, signing, destroying versions) anybody may do.
# custom:
#   id: kms-key-open-to-everyone
#   applies_to:
#     - google_kms_crypto_key_iam_member
#     - google_kms_crypto_key_iam_binding
#     - google_kms_key_ring_iam_member
#     - google_kms_key_ring_iam_binding
#   threat: T039
#   remediation: >-
#     Grant the role to the service accounts that use the key, on the key and not on its ring.
#   references:
#     - https://cloud.google.com/kms/docs/iam
package dreadnought.gcp.grants_key

# The second is anyone with a Google account.
everyone := {"allUsers", "allAuthenticatedUsers"}

members := [
	"google_kms_crypto_key_iam_member",
	"google_kms_key_ring_iam_member",
]

bindings := [
	"google_kms_crypto_key_iam_binding",
	"google_kms_key_ring_iam_binding",
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

finding(r, at) := {"resource": r.address, "at": at, "message": "anybody may use the key"}
