# METADATA
# scope: package
# title: Public ACLs that exist are honoured
# description: >-
#   Public ACLs that the bucket or its objects carry already, or get with an upload, take effect: the bucket has a public
#   access block, but this part of it is off. A safeguard is missing, not the bucket open: hence the lowered factors.
# custom:
#   id: s3-ignore-public-acls
#   applies_to: [aws_s3_bucket_public_access_block]
#   threat: T003
#   dread: {reproducibility: 5}
#   supports: true
#   remediation: >-
#     Set ignore_public_acls to true, or leave it to an aws_s3_account_public_access_block for the whole account.
#   concept: aws.s3.bpa-ignore-public-acls
#   aliases: [CKV_AWS_55, AVD-AWS-0091]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
package dreadnought.aws.s3_bpa_ignore_public_acls

import data.dreadnought.lib

deny contains {
	"resource": block.address,
	"at": "/ignore_public_acls",
	"message": "public ACLs that exist take effect",
} if {
	some block in input.by_type.aws_s3_bucket_public_access_block
	not lib.is_on(block.attributes, "ignore_public_acls")
	not covered_by_account
}

covered_by_account if {
	some block in input.by_type.aws_s3_account_public_access_block
	block.attributes.ignore_public_acls in {true, "true"}
}
