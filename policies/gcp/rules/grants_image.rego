# METADATA
# scope: package
# title: Image or snapshot is open to everyone
# description: >-
#   A binding of an image, a snapshot, a disk or a repository of artifacts names allUsers or allAuthenticatedUsers; the second is
#   anyone with a Google account. Whoever it is copies what lies in it.
# custom:
#   id: image-open-to-everyone
#   applies_to:
#     - google_compute_image_iam_member
#     - google_compute_image_iam_binding
#     - google_compute_snapshot_iam_member
#     - google_compute_snapshot_iam_binding
#     - google_artifact_registry_repository_iam_member
#     - google_artifact_registry_repository_iam_binding
#   threat: T043
#   remediation: >-
#     Grant the role to the projects and accounts that use it.
#   references:
#     - https://cloud.google.com/compute/docs/images/managing-access-custom-images
#     - https://cloud.google.com/artifact-registry/docs/access-control
package dreadnought.gcp.grants_image

# The second is anyone with a Google account.
everyone := {"allUsers", "allAuthenticatedUsers"}

members := [
	"google_compute_image_iam_member",
	"google_compute_snapshot_iam_member",
	"google_artifact_registry_repository_iam_member",
]

bindings := [
	"google_compute_image_iam_binding",
	"google_compute_snapshot_iam_binding",
	"google_artifact_registry_repository_iam_binding",
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

finding(r, at) := {"resource": r.address, "at": at, "message": "anybody may copy it"}
