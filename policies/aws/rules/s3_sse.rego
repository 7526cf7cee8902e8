# METADATA
# scope: package
# title: Bucket does not state its default encryption
# description: >-
#   Since January 2023 S3 encrypts every new object with keys of its own (SSE-S3), so objects are not in plain text;
#   without a stated default, though, objects from before stay as they are, and nobody chose or will notice a change
#   of the key. Low for this reason.
# custom:
#   id: s3-sse
#   applies_to: [aws_s3_bucket]
#   threat: T005
#   dread: {damage: 4, reproducibility: 3, exploitability: 1}
#   supports: true
#   remediation: >-
#     Add an aws_s3_bucket_server_side_encryption_configuration that names the algorithm.
#   concept: aws.s3.sse
#   aliases: [CKV_AWS_19, AVD-AWS-0088]
#   references:
#     - https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
package dreadnought.aws.s3_sse

import data.dreadnought.lib

deny contains {
	"resource": bucket.address,
	"at": "",
	"message": "the configuration does not say how objects are encrypted",
} if {
	some bucket in input.by_type.aws_s3_bucket
	count(lib.related(bucket, "aws_s3_bucket_server_side_encryption_configuration")) == 0
	not lib.has_block(bucket.attributes, "server_side_encryption_configuration")
}
