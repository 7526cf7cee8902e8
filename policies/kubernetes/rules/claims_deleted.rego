# METADATA
# scope: package
# title: Data is deleted with its workload
# description: >-
#   The set deletes the claims of its volumes when it is deleted, so that one mistake with the workload takes the data
#   along. Without it claims stay.
# custom:
#   id: volumes-deleted-with-workload
#   applies_to: [StatefulSet]
#   threat: T027
#   remediation: >-
#     Leave whenDeleted at Retain.
#   references:
#     - https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
package dreadnought.kubernetes.claims_deleted

deny contains {
	"resource": r.address,
	"at": "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted",
	"message": "the data goes when the set is deleted",
} if {
	some r in input.by_type.StatefulSet
	r.attributes.spec.persistentVolumeClaimRetentionPolicy.whenDeleted == "Delete"
}
