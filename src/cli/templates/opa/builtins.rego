# METADATA
# title: Built-in functions of Dreadnought
# description: >-
#   What `dreadnought.*` gives, for OPA, which does not have these functions. `dreadnought pack build` puts it into bundles;
#   Dreadnought itself never reads it.
package dreadnought.lib.builtins

default glob(_, _) := false

glob(pattern, text) if {
	quoted := [regex.replace(part, `[.+^$(){}|\[\]\\]`, `\${0}`) | some part in split(pattern, "*")]
	any := replace(concat(".*", quoted), "?", ".")
	regex.match(concat("", ["(?s)^", any, "$"]), text)
}

default cidr_contains(_, _) := false

cidr_contains(outer, inner) if net.cidr_contains(range(outer), range(inner))

default cidr_is_any(_) := false

cidr_is_any(text) if {
	regex.match(`/0+$`, range(text))
	every_address(range(text))
}

every_address(text) if net.cidr_contains(text, "0.0.0.0/0")

every_address(text) if net.cidr_contains(text, "::/0")

# A single address is a range of one.
range(text) := trim_space(text) if contains(text, "/")

range(text) := concat("/", [trim_space(text), "32"]) if {
	not contains(text, "/")
	not contains(text, ":")
}

range(text) := concat("/", [trim_space(text), "128"]) if {
	not contains(text, "/")
	contains(text, ":")
}
