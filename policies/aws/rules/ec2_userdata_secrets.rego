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
	secret(r.attributes.user_data)
}

deny contains finding(r, "/user_data_base64") if {
	some r in input.by_type.aws_instance
	secret(base64.decode(r.attributes.user_data_base64))
}

deny contains finding(r, "/user_data") if {
	some r in input.by_type.aws_launch_configuration
	secret(r.attributes.user_data)
}

deny contains finding(r, "/user_data_base64") if {
	some r in input.by_type.aws_launch_configuration
	secret(base64.decode(r.attributes.user_data_base64))
}

deny contains finding(r, "/user_data") if {
	some r in input.by_type.aws_launch_template
	secret(base64.decode(r.attributes.user_data))
}

finding(r, at) := {"resource": r.address, "at": at, "message": "the user data holds a secret"}

secret(text) if regex.match(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`, text)

secret(text) if regex.match(`-----BEGIN ([A-Z]+ )?PRIVATE KEY-----`, text)

# A value that is a variable, a command, a path, a placeholder or the name of a stored secret is none itself.
secret(text) if {
	some found in regex.find_all_string_submatch_n(
		`(?i)(?:password|passwd|secret_access_key|secret_key|client_secret|api_key|auth_token)["']?[ \t]*[=:][ \t]*["']?([^\s"';]{6,})`,
		text, -1,
	)
	not regex.match(`^([$<{%/(*]|arn:|ssm:|vault:|xxx|changeme)`, lower(found[1]))
}
