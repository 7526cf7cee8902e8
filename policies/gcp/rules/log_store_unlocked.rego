# METADATA
# scope: package
# title: Exported logs can be deleted
# description: >-
#   A sink writes logs to the bucket, and no locked retention policy keeps them: whoever administers the bucket removes the trail.
#   A retention policy that is not locked can be taken off first.
# custom:
#   id: log-bucket-unlocked
#   applies_to: [google_storage_bucket]
#   threat: T024
#   remediation: >-
#     Add a retention_policy with is_locked = true, in a project that the workloads' administrators do not own.
#   aliases: [CKV2_GCP_4]
#   references:
#     - https://cloud.google.com/storage/docs/bucket-lock
#     - https://cloud.google.com/logging/docs/audit/best-practices
package dreadnought.gcp.log_store_unlocked

import data.dreadnought.lib

deny contains {
	"resource": bucket.address,
	"at": "/retention_policy",
	"message": "whoever administers the bucket may delete the logs in it",
} if {
	some bucket in input.by_type.google_storage_bucket
	some kind in ["google_logging_project_sink", "google_logging_folder_sink", "google_logging_organization_sink"]
	some _ in lib.related(bucket, kind)
	not locked(bucket)
}

locked(bucket) if {
	some policy in bucket.attributes.retention_policy
	policy.is_locked in {true, "true"}
}
