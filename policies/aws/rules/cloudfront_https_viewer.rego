# METADATA
# scope: package
# title: Distribution serves plain HTTP
# description: >-
#   A cache behaviour, the default one or one for a path, lets viewers stay on HTTP.
# custom:
#   id: cloudfront-https-viewer
#   applies_to: [aws_cloudfront_distribution]
#   threat: T006
#   remediation: >-
#     Set viewer_protocol_policy to redirect-to-https or https-only.
#   concept: aws.cloudfront.https-viewer
#   aliases: [CKV_AWS_34, AVD-AWS-0012]
#   references:
#     - https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html
package dreadnought.aws.cloudfront_https_viewer

deny contains finding(r, sprintf("/default_cache_behavior/%d/viewer_protocol_policy", [i])) if {
	some r in input.by_type.aws_cloudfront_distribution
	some i, behavior in r.attributes.default_cache_behavior
	behavior.viewer_protocol_policy == "allow-all"
}

deny contains finding(r, sprintf("/ordered_cache_behavior/%d/viewer_protocol_policy", [i])) if {
	some r in input.by_type.aws_cloudfront_distribution
	some i, behavior in r.attributes.ordered_cache_behavior
	behavior.viewer_protocol_policy == "allow-all"
}

finding(r, at) := {"resource": r.address, "at": at, "message": "viewers may use plain HTTP"}
