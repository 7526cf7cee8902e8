# METADATA
# scope: package
# title: Public bucket policies are not rejected
# description: >-
#   A bucket policy that opens the bucket to everyone is accepted. S3 switches the block on for buckets created since
#   April 2023; where the configuration does not state it, nothing keeps it on, and older buckets are without it. A
#   safeguard is missing, not the bucket open: hence the lowered factors.
# custom:
#   id: s3-block-public-policy
#   applies_to: [aws_s3_bucket, aws_s3_bucket_public_access_block]
#   threat: T003
#   dread: {damage: 5, reproducibility: 5, exploitability: 3, affected_users: 5, discoverability: 3}
#   remediation: >-
#     Give every bucket an aws_s3_bucket_public_access_block with block_public_policy = true.
#   concept: aws.s3.bpa-block-public-policy
#   aliases: [CKV_AWS_54, AVD-AWS-0087]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
package dreadnought.aws.s3_bpa_block_public_policy

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
	"at": "/block_public_policy",
	"message": "public bucket policies are accepted",
} if {
	some block in input.by_type.aws_s3_bucket_public_access_block
	not block.attributes.block_public_policy in {true, "true"}
	not covered_by_account
}

covered_by_account if {
	some block in input.by_type.aws_s3_account_public_access_block
	block.attributes.block_public_policy in {true, "true"}
}
