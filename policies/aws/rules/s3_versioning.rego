# METADATA
# scope: package
# title: Bucket keeps no versions of its objects
# description: >-
#   Without versioning an object that is overwritten, deleted or encrypted by an intruder cannot be brought back.
# custom:
#   id: s3-versioning
#   applies_to: [aws_s3_bucket, aws_s3_bucket_versioning]
#   threat: T027
#   remediation: >-
#     Add an aws_s3_bucket_versioning with status Enabled, and a lifecycle rule that expires old versions.
#   concept: aws.s3.versioning
#   aliases: [CKV_AWS_21, AVD-AWS-0090]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
package dreadnought.aws.s3_versioning

import data.dreadnought.lib

deny contains {
	"resource": bucket.address,
	"at": "/versioning/0/enabled",
	"message": "objects that are overwritten or deleted are gone",
} if {
	some bucket in input.by_type.aws_s3_bucket
	count(lib.related(bucket, "aws_s3_bucket_versioning")) == 0
	not versioned_inline(bucket)
}

deny contains {
	"resource": r.address,
	"at": sprintf("/versioning_configuration/%d/status", [i]),
	"message": "objects that are overwritten or deleted are gone",
} if {
	some r in input.by_type.aws_s3_bucket_versioning
	some i, versioning in r.attributes.versioning_configuration
	not versioning.status == "Enabled"
}

versioned_inline(bucket) if {
	some versioning in bucket.attributes.versioning
	versioning.enabled in {true, "true"}
}
