# METADATA
# title: Bucket names no owner
# description: Without an owner nobody decides what may be stored here, and nobody is asked when something leaks.
# custom:
#   id: bucket-owner
#   applies_to: [aws_s3_bucket]
#   threat: T003
#   remediation: Add a tag `owner` with the name of a team.
package dreadnought.SEGMENT.bucket_owner

deny contains {"resource": bucket.address, "at": "/tags", "message": "no tag says who owns the bucket"} if {
	some bucket in input.by_type.aws_s3_bucket
	not bucket.tags.owner
}
