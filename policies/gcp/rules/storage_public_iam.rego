# METADATA
# scope: package
# title: Bucket is open to everyone
# description: >-
#   An IAM grant of the bucket names allUsers or allAuthenticatedUsers; the second is anyone with a Google account. Enforced
#   public access prevention, of the bucket or by a policy of its organization, overrules the grant. Who may only create objects reads none (T004).
# custom:
#   id: storage-public-iam
#   applies_to: [google_storage_bucket_iam_member, google_storage_bucket_iam_binding]
#   threat: T003
#   remediation: >-
#     Grant the role to named users, groups or service accounts, and set public_access_prevention to enforced.
#   concept: gcp.gcs.public-iam
#   aliases: [CKV_GCP_28, AVD-GCP-0001]
#   references:
#     - https://cloud.google.com/storage/docs/access-control/making-data-public
package dreadnought.gcp.storage_public_iam

import data.dreadnought.lib

everyone := {"allUsers", "allAuthenticatedUsers"}

deny contains finding(r, "/member") if {
	some r in input.by_type.google_storage_bucket_iam_member
	r.attributes.member in everyone
	not only_creates(r)
	not prevented(r)
}

deny contains finding(r, at) if {
	some r in input.by_type.google_storage_bucket_iam_binding
	some i, member in r.attributes.members
	member in everyone
	at := sprintf("/members/%d", [i])
	not only_creates(r)
	not prevented(r)
}

only_creates(r) if r.attributes.role == "roles/storage.objectCreator"

finding(r, at) := {"resource": r.address, "at": at, "message": "everyone may use the bucket"}

prevented(r) if {
	some bucket in lib.references(r, "/bucket")
	bucket.attributes.public_access_prevention == "enforced"
}

prevented(r) if {
	some bucket in lib.references(r, "/bucket")
	policed(bucket)
}

# A policy of the organization above the bucket prevents it, and none says otherwise.
policed(bucket) if {
	some policy in input.by_type.google_org_policy_policy
	policy.existence == "known"
	is_named(policy)
	some spec in policy.attributes.spec
	some rule in spec.rules
	rule.enforce in switched_on
	not lib.has_block(rule, "condition")
	is_above(policy, "/parent", bucket)
	not exempted(bucket)
}

policed(bucket) if {
	some kind in legacy
	some policy in input.by_type[kind]
	policy.existence == "known"
	policy.attributes.constraint in constraints
	some _ in policy.attributes.boolean_policy
	is_above(policy, places[kind], bucket)
	not exempted(bucket)
}

exempted(bucket) if {
	some policy in input.by_type.google_org_policy_policy
	is_named(policy)
	some spec in policy.attributes.spec
	says_no(spec)
	concerns(policy, "/parent", bucket)
}

exempted(bucket) if {
	some kind in legacy
	some policy in input.by_type[kind]
	policy.attributes.constraint in constraints
	some own in policy.attributes.boolean_policy
	not own.enforced in switched_on
	concerns(policy, places[kind], bucket)
}

says_no(spec) if spec.reset in switched_on

says_no(spec) if {
	some rule in spec.rules
	not rule.enforce in switched_on
}

is_named(policy) if endswith(policy.attributes.name, "/policies/storage.publicAccessPrevention")

constraints := {"storage.publicAccessPrevention", "constraints/storage.publicAccessPrevention"}

switched_on := {true, "true", "True", "TRUE"}

legacy := [
	"google_project_organization_policy",
	"google_folder_organization_policy",
	"google_organization_policy",
]

# Where each says what it holds for.
places := {
	"google_project_organization_policy": "/project",
	"google_folder_organization_policy": "/folder",
	"google_organization_policy": "/org_id",
}

concerns(policy, path, bucket) if is_above(policy, path, bucket)

# Which project it is in the provider says, and what of that is exempted is not known here.
concerns(_, _, bucket) if not bucket.attributes.project

# A configuration stands in one organization.
is_above(policy, _, _) if policy.type == "google_organization_policy"

is_above(policy, _, _) if startswith(policy.attributes.name, "organizations/")

is_above(policy, path, bucket) if {
	some project in lib.references(bucket, "/project")
	some above in lib.references(policy, path)
	above.address in {project.address} | folders(project)
}

is_above(policy, _, bucket) if policy.attributes.project == bucket.attributes.project

is_above(policy, _, bucket) if startswith(policy.attributes.name, sprintf("projects/%s/", [bucket.attributes.project]))

folders(project) := {folder.address | some folder in lib.references(project, "/folder_id")}
