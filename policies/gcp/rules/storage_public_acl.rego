# METADATA
# scope: package
# title: An access control list opens a bucket or its objects to everyone
# description: >-
#   A list of a bucket, or of the objects that will be in it, lets allUsers or allAuthenticatedUsers read; the second is anyone
#   with a Google account. Uniform access switches lists off, and enforced public access prevention, also by a policy of the
#   organization, overrules them.
# custom:
#   id: storage-public-acl
#   applies_to:
#     - google_storage_bucket_acl
#     - google_storage_default_object_acl
#     - google_storage_bucket_access_control
#     - google_storage_default_object_access_control
#   threat: T003
#   remediation: >-
#     Set uniform_bucket_level_access on the bucket, and grant roles to those who read.
#   references:
#     - https://cloud.google.com/storage/docs/access-control/lists
package dreadnought.gcp.storage_public_acl

import data.dreadnought.gcp.storage_public_iam
import data.dreadnought.lib

lists := ["google_storage_bucket_acl", "google_storage_default_object_acl"]

controls := ["google_storage_bucket_access_control", "google_storage_default_object_access_control"]

everyone := {"allusers", "allauthenticatedusers"}

deny contains finding(r, "/predefined_acl") if {
	some kind in lists
	some r in input.by_type[kind]
	lower(r.attributes.predefined_acl) in {"publicread", "publicreadwrite", "authenticatedread"}
	not closed(r)
}

deny contains finding(r, sprintf("/role_entity/%d", [i])) if {
	some kind in lists
	some r in input.by_type[kind]
	some i, entity in r.attributes.role_entity
	lower(entity) in {"reader:allusers", "reader:allauthenticatedusers", "writer:allusers", "writer:allauthenticatedusers", "owner:allusers", "owner:allauthenticatedusers"}
	not closed(r)
}

deny contains finding(r, "/entity") if {
	some kind in controls
	some r in input.by_type[kind]
	lower(r.attributes.entity) in everyone
	not closed(r)
}

finding(r, at) := {"resource": r.address, "at": at, "message": "everyone may read"}

closed(r) if {
	some bucket in lib.references(r, "/bucket")
	bucket.attributes.public_access_prevention == "enforced"
}

closed(r) if {
	some bucket in lib.references(r, "/bucket")
	bucket.attributes.uniform_bucket_level_access in {true, "true"}
}

closed(r) if {
	some bucket in lib.references(r, "/bucket")
	storage_public_iam.policed(bucket)
}
