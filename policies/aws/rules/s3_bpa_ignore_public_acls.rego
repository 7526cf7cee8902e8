# METADATA
# scope: package
# title: Public ACLs that exist are honoured
# description: >-
#   Public ACLs that the bucket or its objects carry already, or get with an upload, take effect. S3 switches the
#   block on for buckets created since April 2023; where the configuration does not state it, nothing keeps it on, and
#   older buckets are without it. A safeguard is missing, not the bucket open: hence the lowered factors.
# custom:
#   id: s3-ignore-public-acls
#   applies_to: [aws_s3_bucket, aws_s3_bucket_public_access_block]
#   threat: T003
#   dread: {damage: 5, reproducibility: 5, exploitability: 3, affected_users: 5, discoverability: 3}
#   remediation: >-
#     Give every bucket an aws_s3_bucket_public_access_block with ignore_public_acls = true.
#   concept: aws.s3.bpa-ignore-public-acls
#   aliases: [CKV_AWS_55, AVD-AWS-0091]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
package dreadnought.aws.s3_bpa_ignore_public_acls

import data.dreadnought.lib

deny contains {
	"resource": bucket.address,
	"at": "",
	"message": "no public access block belongs to the bucket",
} if {
	some bucket in input.by_type.aws_s3_bucket
	count(lib.related(bucket, "aws_s3_bucket_public_access_block")) == 0
	not covered_by_account
}

deny contains {
	"resource": block.address,
	"at": "/ignore_public_acls",
	"message": "public ACLs that exist take effect",
} if {
	some block in input.by_type.aws_s3_bucket_public_access_block
	not block.attributes.ignore_public_acls in {true, "true"}
	not covered_by_account
}

covered_by_account if {
	some block in input.by_type.aws_s3_account_public_access_block
	block.attributes.ignore_public_acls in {true, "true"}
}
