# METADATA
# scope: package
# title: Metadata service answers without a session token
# description: >-
#   Version 1 of the instance metadata service is on: a server-side request forgery in what runs on the instance is
#   enough to steal its role's credentials. Defaults for the account in this configuration count; what an image asks
#   for is not known here.
# custom:
#   id: ec2-imdsv2
#   applies_to: [aws_instance, aws_launch_template, aws_launch_configuration]
#   threat: T014
#   remediation: >-
#     Set http_tokens to required in metadata_options.
#   concept: aws.ec2.imdsv2
#   aliases: [CKV_AWS_79, AVD-AWS-0028, AVD-AWS-0130]
#   references:
#     - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
package dreadnought.aws.ec2_imdsv2

import data.dreadnought.lib

deny contains finding(r) if {
	some r in input.by_type.aws_launch_template
	weak(r)
}

deny contains finding(r) if {
	some r in input.by_type.aws_launch_configuration
	weak(r)
}

# Where an instance says nothing itself, its launch template decides, and is judged itself.
deny contains finding(r) if {
	some r in input.by_type.aws_instance
	lib.has_block(r.attributes, "metadata_options")
	weak(r)
}

deny contains finding(r) if {
	some r in input.by_type.aws_instance
	count(lib.related(r, "aws_launch_template")) == 0
	weak(r)
}

finding(r) := {
	"resource": r.address,
	"at": "/metadata_options/0/http_tokens",
	"message": "the metadata service answers without a session token",
}

weak(r) if {
	not lib.has_block(r.attributes, "metadata_options")
	not left_to_account({})
}

weak(r) if {
	some options in r.attributes.metadata_options
	not options.http_endpoint == "disabled"
	not options.http_tokens == "required"
	not left_to_account(options)
}

left_to_account(options) if {
	not options.http_tokens
	some defaults in input.by_type.aws_ec2_instance_metadata_defaults
	defaults.attributes.http_tokens == "required"
}
