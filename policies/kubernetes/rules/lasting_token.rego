# METADATA
# scope: package
# title: A token of a service account does not expire
# description: >-
#   A Secret of the type kubernetes.io/service-account-token holds a token until it is deleted, and the token works from
#   wherever the API is reached. Tokens that the API issues for a pod end by themselves.
# custom:
#   id: account-token-that-lasts
#   applies_to: [Secret]
#   threat: T009
#   remediation: >-
#     Delete it, and take short-lived tokens (a projected volume, or kubectl create token).
#   references:
#     - https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
package dreadnought.kubernetes.lasting_token

deny contains {"resource": r.address, "at": "/type", "message": "the token works until the Secret is deleted"} if {
	some r in input.by_type.Secret
	r.attributes.type == "kubernetes.io/service-account-token"
}
