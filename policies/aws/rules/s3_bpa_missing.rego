# METADATA
# scope: package
# title: Bucket has no public access block
# description: >-
#   Nothing in this configuration keeps an ACL or a policy from opening the bucket to everyone. S3 switches the block on
#   for buckets created since April 2023; where the configuration does not state it nothing keeps it on, and older
#   buckets are without it. A safeguard is missing, not the bucket open: hence the lowered factors. A block that is
#   there, but with a part switched off, is reported at that part.
# custom:
#   id: s3-no-public-access-block
#   applies_to: [aws_s3_bucket]
#   threat: T003
#   dread: {reproducibility: 5}
#   supports: true
#   remediation: >-
#     Add an aws_s3_bucket_public_access_block for the bucket with all four settings true, or an
#     aws_s3_account_public_access_block for the whole account.
#   concept: aws.s3.bpa-all-four
#   aliases: [CKV2_AWS_6, AVD-AWS-0094]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
package dreadnought.aws.s3_bpa_missing

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

covered_by_account if {
	some block in input.by_type.aws_s3_account_public_access_block
	every setting in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] {
		block.attributes[setting] in {true, "true"}
	}
}
