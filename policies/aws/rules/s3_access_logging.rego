# METADATA
# scope: package
# title: Bucket keeps no access log
# description: >-
#   Who read or changed which object cannot be told afterwards. Low: CloudTrail data events can answer the same
#   question and may be kept elsewhere; buckets that take logs themselves are not asked for one.
# custom:
#   id: s3-access-logging
#   applies_to: [aws_s3_bucket]
#   threat: T023
#   dread: {damage: 3, reproducibility: 6, exploitability: 3, discoverability: 2}
#   remediation: >-
#     Add an aws_s3_bucket_logging that writes to a log bucket, or record data events in CloudTrail.
#   concept: aws.s3.access-logging
#   aliases: [CKV_AWS_18, AVD-AWS-0089]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
package dreadnought.aws.s3_access_logging

import data.dreadnought.lib

deny contains {
	"resource": bucket.address,
	"at": "",
	"message": "no access log is kept for the bucket",
} if {
	some bucket in input.by_type.aws_s3_bucket
	not lib.has_block(bucket.attributes, "logging")
	not takes_logs(bucket)

	# Either the bucket's own logging or that of a bucket that logs into this one: a log bucket needs no log.
	count(lib.related(bucket, "aws_s3_bucket_logging")) == 0
}

takes_logs(bucket) if bucket.attributes.acl == "log-delivery-write"

takes_logs(bucket) if {
	some acl in lib.related(bucket, "aws_s3_bucket_acl")
	acl.attributes.acl == "log-delivery-write"
}
