# METADATA
# scope: package
# title: Distribution keeps no access log
# description: >-
#   Who fetched what from the distribution cannot be told afterwards. Both the older logging to a bucket and delivery
#   through CloudWatch count. Low: it hides an attack, it does not open one.
# custom:
#   id: cloudfront-access-logging
#   applies_to: [aws_cloudfront_distribution]
#   threat: T023
#   dread: {damage: 3, reproducibility: 6, exploitability: 3, discoverability: 2}
#   remediation: >-
#     Add a logging_config block, or an aws_cloudwatch_log_delivery_source for the distribution.
#   concept: aws.cloudfront.access-logging
#   aliases: [CKV_AWS_86, AVD-AWS-0010]
#   references:
#     - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html
package dreadnought.aws.cloudfront_access_logging

import data.dreadnought.lib

deny contains {
	"resource": r.address,
	"at": "",
	"message": "no access log is kept for the distribution",
} if {
	some r in input.by_type.aws_cloudfront_distribution
	not lib.has_block(r.attributes, "logging_config")
	count(lib.related(r, "aws_cloudwatch_log_delivery_source")) == 0
}
