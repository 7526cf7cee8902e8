# METADATA
# scope: package
# title: Public bucket policies are not rejected
# description: >-
#   A bucket policy that opens the bucket to everyone is accepted: the bucket has a public access block, but this part of
#   it is off. A safeguard is missing, not the bucket open: hence the lowered factors.
# custom:
#   id: s3-block-public-policy
#   applies_to: [aws_s3_bucket_public_access_block]
#   threat: T003
#   dread: {reproducibility: 5}
#   supports: true
#   remediation: >-
#     Set block_public_policy to true, or leave it to an aws_s3_account_public_access_block for the whole account.
#   concept: aws.s3.bpa-block-public-policy
#   aliases: [CKV_AWS_54, AVD-AWS-0087]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
package dreadnought.aws.s3_bpa_block_public_policy

import data.dreadnought.lib

deny contains {
	"resource": block.address,
	"at": "/block_public_policy",
	"message": "public bucket policies are accepted",
} if {
	some block in input.by_type.aws_s3_bucket_public_access_block
	not lib.is_on(block.attributes, "block_public_policy")
	not covered_by_account
}

covered_by_account if {
	some block in input.by_type.aws_s3_account_public_access_block
	block.attributes.block_public_policy in {true, "true"}
}
