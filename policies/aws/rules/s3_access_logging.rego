# METADATA
# scope: package
# title: Bucket keeps no access log
# description: >-
#   Who read or changed which object cannot be told afterwards. Low: CloudTrail data events answer the same question and may be kept
#   elsewhere; those that the configuration turns on count. Buckets that take logs themselves are not asked for one.
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
	not is_recorded(bucket)

	# Either the bucket's own logging or that of a bucket that logs into this one: a log bucket needs no log.
	count(lib.related(bucket, "aws_s3_bucket_logging")) == 0
}

takes_logs(bucket) if bucket.attributes.acl == "log-delivery-write"

takes_logs(bucket) if {
	some acl in lib.related(bucket, "aws_s3_bucket_acl")
	acl.attributes.acl == "log-delivery-write"
}

# Data events of a trail say who read and changed objects: of this bucket, or of all.
is_recorded(bucket) if {
	some trail in input.by_type.aws_cloudtrail
	not trail.attributes.enable_logging == false
	records(trail, bucket)
}

records(trail, bucket) if {
	some i, selector in trail.attributes.event_selector
	object.get(selector, "read_write_type", "All") == "All"
	some j, recorded in selector.data_resource
	recorded.type == "AWS::S3::Object"
	means(trail, recorded.values, sprintf("/event_selector/%d/data_resource/%d", [i, j]), bucket)
}

records(trail, bucket) if {
	some i, selector in trail.attributes.advanced_event_selector
	fields := {field.field | some field in selector.field_selector}
	count(fields - {"eventCategory", "resources.type", "resources.ARN"}) == 0
	some field in selector.field_selector
	field.field == "resources.type"
	"AWS::S3::Object" in field.equals
	names(trail, selector, i, bucket)
}

names(_, selector, _, _) if not limits(selector)

names(trail, selector, i, bucket) if {
	some j, field in selector.field_selector
	field.field == "resources.ARN"

	# What is left out, or told by its end, is not all that is named.
	others := [value |
		some name in ["ends_with", "not_ends_with", "not_equals", "not_starts_with"]
		some value in field[name]
	]
	count(others) == 0
	means(trail, field.starts_with, sprintf("/advanced_event_selector/%d/field_selector/%d", [i, j]), bucket)
}

limits(selector) if {
	some field in selector.field_selector
	field.field == "resources.ARN"
}

means(_, values, _, _) if {
	some value in values
	value in {"arn:aws:s3", "arn:aws:s3:::"}
}

# What stands at a pointer of the trail refers to the bucket.
means(trail, _, pointer, bucket) if {
	some edge in object.get(input.edges.to, bucket.address, [])
	edge.from == trail.address
	lib.covers(pointer, edge.at)
}
