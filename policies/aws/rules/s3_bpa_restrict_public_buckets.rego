# METADATA
# scope: package
# title: Buckets with a public policy are not restricted
# description: >-
#   A bucket whose policy is public can be reached by everyone instead of its own account and AWS services only: it has a
#   public access block, but this part of it is off. A safeguard is missing, not the bucket open: hence the lowered
#   factors.
# custom:
#   id: s3-restrict-public-buckets
#   applies_to: [aws_s3_bucket_public_access_block]
#   threat: T003
#   dread: {reproducibility: 5}
#   supports: true
#   remediation: >-
#     Set restrict_public_buckets to true, or leave it to an aws_s3_account_public_access_block for the whole account.
#   concept: aws.s3.bpa-restrict-buckets
#   aliases: [CKV_AWS_56, AVD-AWS-0093]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
package dreadnought.aws.s3_bpa_restrict_public_buckets

import data.dreadnought.lib

deny contains {
	"resource": block.address,
	"at": "/restrict_public_buckets",
	"message": "a public policy would open the bucket to everyone",
} if {
	some block in input.by_type.aws_s3_bucket_public_access_block
	not lib.is_on(block.attributes, "restrict_public_buckets")
	not covered_by_account
}

covered_by_account if {
	some block in input.by_type.aws_s3_account_public_access_block
	block.attributes.restrict_public_buckets in {true, "true"}
}
