# METADATA
# scope: package
# title: Pull requests from forks run with the pipeline's secrets
# description: >-
#   The pipeline builds pull requests of forks and makes its secrets and its rights available to them: whoever may fork
#   the repository runs code with them.
# custom:
#   id: pipeline-gives-secrets-to-forks
#   applies_to: [azuredevops_build_definition]
#   threat: T035
#   remediation: >-
#     Set share_secrets to false, and ask for a comment of a team member before pull requests of forks are built.
#   references:
#     - https://learn.microsoft.com/azure/devops/pipelines/repos/github
package dreadnought.azure.devops

deny contains {
	"resource": r.address,
	"at": sprintf("/pull_request_trigger/%d/forks/%d/share_secrets", [i, j]),
	"message": "builds of forks get the pipeline's secrets",
} if {
	some r in input.by_type.azuredevops_build_definition
	some i, trigger in r.attributes.pull_request_trigger
	some j, forks in trigger.forks
	forks.enabled in {true, "true"}
	forks.share_secrets in {true, "true"}
}
