# METADATA
# scope: package
# title: User data holds a secret
# description: >-
#   An access key, a private key or a password is written into the instance's start script. Whoever may read the
#   state, describe the instance or run anything on it reads the secret.
# custom:
#   id: ec2-user-data-secrets
#   applies_to: [aws_instance, aws_launch_configuration, aws_launch_template]
#   threat: T008
#   remediation: >-
#     Keep the secret in Secrets Manager or Parameter Store, and fetch it at start with the instance's role. Replace
#     the one that was written down.
#   concept: aws.ec2.userdata-secrets
#   aliases: [CKV_AWS_46, AVD-AWS-0029, AVD-AWS-0129]
#   references:
#     - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
package dreadnought.aws.ec2_userdata_secrets

deny contains finding(r, "/user_data") if {
	some r in input.by_type.aws_instance
	dreadnought.script_holds_secret(without_defaults(r.attributes.user_data))
}

deny contains finding(r, "/user_data_base64") if {
	some r in input.by_type.aws_instance
	dreadnought.script_holds_secret(without_defaults(base64.decode(r.attributes.user_data_base64)))
}

deny contains finding(r, "/user_data") if {
	some r in input.by_type.aws_launch_configuration
	dreadnought.script_holds_secret(without_defaults(r.attributes.user_data))
}

deny contains finding(r, "/user_data_base64") if {
	some r in input.by_type.aws_launch_configuration
	dreadnought.script_holds_secret(without_defaults(base64.decode(r.attributes.user_data_base64)))
}

deny contains finding(r, "/user_data") if {
	some r in input.by_type.aws_launch_template
	dreadnought.script_holds_secret(without_defaults(base64.decode(r.attributes.user_data)))
}

finding(r, at) := {"resource": r.address, "at": at, "message": "the user data holds a secret"}

# Secrets that are defaults of variables are judged where the variable is.
without_defaults(text) := strings.replace_n(
	{default_value: "" |
		some variable in input.by_type.variable
		default_value := variable.attributes.default
		dreadnought.is_secret(variable.attributes.name, default_value)
	},
	text,
)
