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

spoken(key, value) if dreadnought.is_secret(key, value)

# A connection with a password in it, whatever it is called.
spoken(_, value) if dreadnought.is_secret("connection_string", value)

# What is called a key, and no more, is one in an object that is for secrets.
spoken(key, value) if {
	lower(key) in {"key", "secret", "credential", "credentials"}
	dreadnought.is_secret("secret_key", value)
}

# What logs in to registries.
spoken(key, value) if {
	key in {".dockerconfigjson", ".dockercfg"}
	regex.match(`"(auth|password)"\s*:\s*"[^"{]{6,}"`, value)
}
