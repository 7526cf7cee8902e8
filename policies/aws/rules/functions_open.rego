# METADATA
# scope: package
# title: Function runs for everyone
# description: >-
#   A permission of the function names every principal, and neither the resource nor the account nor the organisation that calls. Any
#   account of AWS runs it. A permission for a function URL that asks nobody is left to that URL.
# custom:
#   id: function-open-to-everyone
#   applies_to: [aws_lambda_permission]
#   threat: T031
#   remediation: >-
#     Name the service or account as the principal, and what calls in source_arn.
#   references:
#     - https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
package dreadnought.aws.functions_open

narrowing := ["source_arn", "source_account", "principal_org_id", "event_source_token"]

deny contains {"resource": r.address, "at": "/principal", "message": "every account may run the function"} if {
	some r in input.by_type.aws_lambda_permission
	r.attributes.principal == "*"
	not is_narrowed(r.attributes)
	not asks_nobody(r.attributes)
}

is_narrowed(attributes) if {
	some name in narrowing
	object.get(attributes, name, null) != null
}

asks_nobody(attributes) if attributes.function_url_auth_type == "NONE"
