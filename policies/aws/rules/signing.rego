# METADATA
# scope: package
# title: Code that nobody signed is deployed all the same
# description: >-
#   Functions with this configuration take code whose signature is missing, expired or not trusted, and only write a
#   warning, which is what holds where nothing is written. A workload and not a cluster, but the same threat: what
#   should be refused is let in.
# custom:
#   id: unsigned-code-admitted
#   applies_to: [aws_lambda_code_signing_config]
#   threat: T044
#   remediation: >-
#     Set untrusted_artifact_on_deployment to Enforce.
#   references:
#     - https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html
package dreadnought.aws.signing

deny contains {"resource": r.address, "at": "/policies", "message": "unsigned code is let in with a warning"} if {
	some r in input.by_type.aws_lambda_code_signing_config
	not enforced(r)
}

enforced(r) if {
	some policy in r.attributes.policies
	policy.untrusted_artifact_on_deployment == "Enforce"
}
