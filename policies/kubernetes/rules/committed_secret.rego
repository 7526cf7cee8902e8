# METADATA
# scope: package
# title: A secret is written in a manifest
# description: >-
#   A value of a Secret whose key speaks of a password, token or key, or a connection with a password in it, stands in
#   the manifest, so that whoever reads the repository has it. Base 64 hides nothing. Templates, placeholders and short
#   words are none; certificates and tokens of the cluster itself are left alone.
# custom:
#   id: secret-in-manifest
#   applies_to: [Secret]
#   threat: T008
#   remediation: >-
#     Keep it in a secret store, and let an operator (External Secrets, Sealed Secrets, SOPS) bring it in; replace the
#     one that was written down.
#   references:
#     - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
package dreadnought.kubernetes.committed_secret

names := `(?i)(password|passwd|passphrase|token|(api|access|secret|private)[-_.]?key|client[-_.]?secret)$`

placeholder := `(?i)^[^a-z0-9]*(change|replace|insert|enter|your|placeholder|example|dummy|fake|sample|redacted|todo|xxx|none|null|not.)|^([$<{%].*|[a-z]+([-_][a-z]+)*)$`

deny contains finding(r, "stringData", key) if {
	some r in input.by_type.Secret
	some key, value in r.attributes.stringData
	spoken(key, value)
}

deny contains finding(r, "data", key) if {
	some r in input.by_type.Secret
	some key, value in r.attributes.data
	spoken(key, base64.decode(value))
}

finding(r, field, key) := {
	"resource": r.address,
	"at": sprintf("/%s/%s", [field, replace(key, "/", "~1")]),
	"message": sprintf("%s is written in the manifest", [key]),
}

# The password of a connection, after the user's name.
connection := `[a-zA-Z][a-zA-Z0-9+.-]*://[^:/@\s]*:([^@/\s]{6,})@`

spoken(key, value) if {
	some found in regex.find_all_string_submatch_n(connection, value, -1)
	not regex.match(placeholder, found[1])
}

spoken(key, value) if {
	regex.match(names, key)
	count(value) > 5
	not regex.match(placeholder, value)
}
