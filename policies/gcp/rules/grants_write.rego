# METADATA
# scope: package
# title: Everyone may change what is in the bucket
# description: >-
#   A binding or an access control list gives allUsers or allAuthenticatedUsers a role that writes or deletes objects; the second is
#   anyone with a Google account. Enforced public access prevention, of the bucket or by a policy of its
#   organization, overrules it.
# custom:
#   id: storage-public-write
#   applies_to:
#     - google_storage_bucket_iam_member
#     - google_storage_bucket_iam_binding
#     - google_storage_bucket_acl
#   threat: T004
#   remediation: >-
#     Grant the role to the service accounts that write, and set public_access_prevention to enforced.
#   references:
#     - https://cloud.google.com/storage/docs/access-control/iam-roles
#     - https://cloud.google.com/storage/docs/access-control/lists
package dreadnought.gcp.grants_write

import data.dreadnought.gcp.storage_public_iam

# The second is anyone with a Google account.
everyone := {"allUsers", "allAuthenticatedUsers"}

members := [
	"google_storage_bucket_iam_member",
]

bindings := [
	"google_storage_bucket_iam_binding",
]

writers := {
	"roles/editor", "roles/owner", "roles/storage.admin", "roles/storage.legacyBucketOwner", "roles/storage.legacyBucketWriter",
	"roles/storage.legacyObjectOwner", "roles/storage.objectAdmin", "roles/storage.objectCreator", "roles/storage.objectUser",
}

deny contains finding(r, "/member") if {
	some kind in members
	some r in input.by_type[kind]
	r.attributes.member in everyone
	r.attributes.role in writers
	not storage_public_iam.prevented(r)
}

deny contains finding(r, sprintf("/members/%d", [i])) if {
	some kind in bindings
	some r in input.by_type[kind]
	some i, member in r.attributes.members
	member in everyone
	r.attributes.role in writers
	not storage_public_iam.prevented(r)
}

finding(r, at) := {"resource": r.address, "at": at, "message": "anybody may write to the bucket"}

deny contains finding(r, "/predefined_acl") if {
	some r in input.by_type.google_storage_bucket_acl
	lower(r.attributes.predefined_acl) == "publicreadwrite"
	not storage_public_iam.prevented(r)
}

deny contains finding(r, sprintf("/role_entity/%d", [i])) if {
	some r in input.by_type.google_storage_bucket_acl
	some i, entity in r.attributes.role_entity
	lower(entity) in {"writer:allusers", "writer:allauthenticatedusers", "owner:allusers", "owner:allauthenticatedusers"}
	not storage_public_iam.prevented(r)
}
