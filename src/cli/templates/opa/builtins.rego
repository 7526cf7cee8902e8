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

default cidr_is_public(_) := false

cidr_is_public(text) if {
	some routed in {"0.0.0.0/0", "2000::/3"}
	net.cidr_contains(routed, range(text))
	not is_special(text)
}

cidr_is_public(text) if net.cidr_contains(range(text), "2000::/3")

is_special(text) if {
	some each in special
	net.cidr_contains(each, range(text))
}

# Not routed on the internet.
special := {
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001:db8::/32", "3fff::/20",
}

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

# Statements of policy documents in one shape.

statements(policy) := [statement(each) | some each in many(member(parsed(policy), "Statement"))]

parsed(policy) := policy if not is_string(policy)

parsed(policy) := json.unmarshal(policy) if {
	is_string(policy)
	json.is_valid(policy)
}

parsed(policy) := null if {
	is_string(policy)
	not json.is_valid(policy)
}

# A member by its name, in whatever case; null where there is none.
default member(_, _) := null

member(value, name) := value[name] if {
	has(value, name)
} else := value[named[0]] if {
	is_object(value)
	named := sort([key | some key in object.keys(value); lower(key) == lower(name)])
}

has(value, name) if {
	is_object(value)
	name in object.keys(value)
}

# One or several, none of null.
many(value) := value if is_array(value)

many(value) := [] if is_null(value)

many(value) := [value] if {
	not is_array(value)
	not is_null(value)
}

statement(value) := {
	"effect": effect(member(value, "Effect")),
	"actions": [lowered(each) | some each in many(member(value, "Action"))],
	"not_actions": [lowered(each) | some each in many(member(value, "NotAction"))],
	"resources": [kept(each) | some each in many(member(value, "Resource"))],
	"not_resources": [kept(each) | some each in many(member(value, "NotResource"))],
	"principals": principals(member(value, "Principal")),
	"not_principals": principals(member(value, "NotPrincipal")),
	"has_condition": has_condition(member(value, "Condition")),
	"conditions": conditions(member(value, "Condition")),
}

default effect(_) := null

effect(value) := "Allow" if {
	is_string(value)
	lower(value) == "allow"
} else := "Deny" if {
	is_string(value)
	lower(value) == "deny"
} else := value

default lowered(_) := null

lowered(value) := lower(value) if {
	is_string(value)
} else := value

default kept(_) := null

kept(value) := format_int(value, 10) if {
	is_number(value)
	value == floor(value)
} else := value

default has_condition(_) := false

has_condition(value) if not value in [null, {}]

default conditions(_) := null

conditions(value) := value if has_condition(value)

principals(value) := [kept(each) | some each in many(value)] if not is_object(value)

principals(value) := [named |
	some kind in sort(object.keys(value))
	some each in many(value[kind])
	named := prefixed(object.get(kinds, lower(kind), ""), kept(each))
] if {
	is_object(value)
}

kinds := {"service": "service:", "federated": "federated:", "canonicaluser": "canonical:"}

default prefixed(_, _) := null

prefixed(prefix, value) := concat("", [prefix, value]) if {
	is_string(value)
} else := value

# What statements allow.

policy_allows(policy, action, resource) := allowed(policy, [action, resource], false)

policy_allows_always(policy, action, resource) := allowed(policy, [action, resource], true)

policy_allows_to(policy, action, resource, principal) := allowed(policy, [action, resource, principal], false)

policy_allows_always_to(policy, action, resource, principal) := allowed(policy, [action, resource, principal], true)

allowed(policy, question, always) := granted if {
	every each in question {
		is_string(each)
	}
	all := listed(policy)
	asked := array.concat([lower(question[0])], array.slice(question, 1, count(question)))
	grants := [1 |
		some each in all
		member(each, "effect") == "Allow"
		not conditional(each, always)
		applies(each, asked, "covers")
	]
	denials := [1 |
		some each in all
		member(each, "effect") == "Deny"
		not conditional(each, always == false)
		applies(each, asked, "touches")
	]
	granted := [count(grants) > 0, count(denials)] == [true, 0]
}

# Already statements, or a policy.
listed(policy) := policy if is_array(policy)

listed(policy) := statements(policy) if not is_array(policy)

# Whether a condition counts and may not hold.
conditional(statement, counts) if {
	counts
	strictly(statement, "has_condition") == true
}

# A member by its exact name; null where there is none.
strictly(value, name) := object.get(value, name, null) if is_object(value)

strictly(value, _) := null if not is_object(value)

applies(statement, asked, meet) if {
	part(strictly(statement, "actions"), strictly(statement, "not_actions"), asked[0], false, meet)
	part(strictly(statement, "resources"), strictly(statement, "not_resources"), asked[1], true, meet)
	to_whom(statement, asked)
}

to_whom(_, asked) if count(asked) == 2

to_whom(statement, asked) if {
	count(asked) == 3
	yes := strictly(statement, "principals")
	no := strictly(statement, "not_principals")
	of_principals(items(yes), items(no), asked[2])
}

of_principals([], [], _) := true

of_principals(yes, _, asked) if {
	some each in yes
	is_principal(each, asked)
}

of_principals(_, no, asked) if {
	count(no) > 0
	not any_principal(no, asked)
}

any_principal(list, asked) if {
	some each in list
	is_principal(each, asked)
}

items(value) := value if is_array(value)

items(value) := [] if not is_array(value)

# Whether what is asked for is among what is listed, or is not among what is left out.
part(yes, no, _, missing, _) if {
	missing
	count(items(yes)) == 0
	count(items(no)) == 0
}

part(yes, _, asked, _, meet) if among(items(yes), asked, meet)

part(_, no, asked, _, meet) if {
	count(items(no)) > 0
	not among(items(no), asked, other[meet])
}

other := {"covers": "touches", "touches": "covers"}

among(list, asked, "covers") if {
	some pattern in list
	is_string(pattern)
	covers(pattern, asked)
}

among(list, asked, "touches") if {
	some pattern in list
	is_string(pattern)
	touches(pattern, asked)
}

# Everything that fits `asked` fits the pattern: a star that is asked for is covered by a star alone.
covers(pattern, asked) if {
	quoted := [regex.replace(part, `[.+^$(){}|\[\]\\]`, `\${0}`) | some part in split(pattern, "*")]
	any := replace(concat(".*", quoted), "?", "[^*]")
	regex.match(concat("", ["(?s)^", any, "$"]), asked)
}

# Something fits both. OPA does not see that a star at the end stands for nothing, too: so neither ends with one.
touches(one, other_one) if regex.globs_match(globbed(one), globbed(other_one))

globbed(pattern) := concat("", [replace(replace(quoted, "*", ".*"), "?", "."), "!"]) if {
	quoted := regex.replace(pattern, `[.+\[\]\\-]`, `\${0}`)
}

is_principal("*", _) := true

is_principal(pattern, asked) if {
	asked != "*"
	pattern == asked
}

is_principal(pattern, asked) if {
	asked != "*"
	account(pattern) == account(asked)
}

# `123456789012` and `arn:aws:iam::123456789012:root` are one.
account(principal) := principal if regex.match(`^[0-9]{12}$`, principal)

account(principal) := split(principal, ":")[4] if regex.match(`^arn:[^:]*:iam::[0-9]{12}:root$`, principal)

# Versions and constraints on them.

semver(text) := concat("", [numbers, written("-", version.pre), written("+", version.build)]) if {
	version := loose(trim_prefix_v(trim_space(text)))
	numbers := concat(".", [sprintf("%d", [number]) | some number in version.numbers])
}

written(_, "") := ""

written(mark, text) := concat("", [mark, text]) if text != ""

trim_prefix_v(text) := substring(text, 1, -1) if regex.match(`^[vV]`, text)

trim_prefix_v(text) := text if not regex.match(`^[vV]`, text)

loose(text) := {"numbers": array.slice(padded, 0, 3), "count": count(given), "pre": found[0][2], "build": found[0][3]} if {
	found := regex.find_all_string_submatch_n(
		`^([0-9]+(?:\.[0-9]+){0,2})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$`,
		text, 1,
	)
	given := [to_number(regex.replace(part, "^0+([0-9])", "${1}")) | some part in split(found[0][1], ".")]
	padded := array.concat(given, [0, 0])
	every number in given {
		number <= 18446744073709551615
	}
	every word in split(found[0][2], ".") {
		not regex.match("^0[0-9]+$", word)
	}
}

# Arrays are compared as versions are. One without a word for what comes before it is later.
precedence(version) := array.concat(version.numbers, [[1]]) if version.pre == ""

precedence(version) := array.concat(version.numbers, [array.concat([0], words)]) if {
	version.pre != ""
	words := [word_key(word) | some word in split(version.pre, ".")]
}

word_key(word) := [0, count(word), word] if regex.match("^[0-9]+$", word)

word_key(word) := [1, word] if not regex.match("^[0-9]+$", word)

semver_satisfies(text, constraint) := fits if {
	version := loose(trim_prefix_v(trim_space(text)))
	alternatives := split(constraint, "||")
	answers := [answer | some each in alternatives; answer := satisfies_all(version, trim_space(each))]
	count(answers) == count(alternatives)
	fits := true in answers
}

satisfies_all(version, constraint) := fits if {
	constraint != ""
	pieces := regex.find_all_string_submatch_n(`([<>=!~^]*)\s*([^, ]*)[, ]*`, constraint, -1)
	answers := [answer | some piece in pieces; answer := satisfied(version, piece[1], piece[2])]
	count(answers) == count(pieces)
	fits := count([1 | some answer in answers; not answer]) == 0
}

wild := {"x", "X", "*"}

satisfied(_, operator, text) if {
	text in wild
	operator in {"", "=", "==", ">="}
}

satisfied(version, operator, text) := answer if {
	not text in wild
	parts := split(trim_v(text), ".")
	wilds := [at | some at, part in parts; part in wild]
	cut := min(array.concat(wilds, [count(parts)]))
	least := loose(concat(".", array.slice(parts, 0, cut)))
	answer := compared(operator, cut < count(parts), version, least)
}

trim_v(text) := substring(text, 1, -1) if startswith(text, "v")

trim_v(text) := text if not startswith(text, "v")

compared(operator, starred, version, least) := precedence(version) == precedence(least) if {
	operator in {"", "=", "=="}
	not starred
}

compared(operator, true, version, least) := from_and_below(version, least, least.count - 1) if {
	operator in {"", "=", "=="}
}

compared("!=", _, version, least) := precedence(version) != precedence(least)

compared(">", _, version, least) := precedence(version) > precedence(least)

compared(">=", _, version, least) := precedence(version) >= precedence(least)

compared("<", _, version, least) := precedence(version) < precedence(least)

compared("<=", _, version, least) := precedence(version) <= precedence(least)

compared("~>", _, version, least) := from_and_below(version, least, least.count - 2)

compared("~", _, version, least) := from_and_below(version, least, min([1, least.count - 1]))

compared("^", _, version, least) := from_and_below(version, least, place) if {
	above := [at | some at, number in array.slice(least.numbers, 0, least.count); number > 0]
	place := min(array.concat(above, [least.count - 1]))
}

# Not before another one, and with the same numbers up to a place.
from_and_below(version, least, place) := holds if {
	from := precedence(version) >= precedence(least)
	same := array.slice(version.numbers, 0, place + 1) == array.slice(least.numbers, 0, place + 1)
	holds := [from, same] == [true, true]
}

is_secret(name, value) := secret_setting(name, value) if {
	is_string(name)
	is_string(value)
}

is_secret(name, value) := false if {
	is_string(name)
	not is_string(value)
}

secret_setting(name, value) if {
	secret_named(name)
	secret_written(name, value)
} else if {
	regex.match(secret_patterns.connection, name)
	some found in regex.find_all_string_submatch_n(secret_patterns.parts, value, -1)
	parts := [part | some at, part in found; at > 0; part != ""]
	secret_itself(parts[count(parts) - 1])
} else := false

secret_named(name) if {
	regex.match(secret_patterns.name, name)
	not regex.match(secret_patterns.exception, name)
}

secret_written(name, value) if {
	regex.match(secret_patterns.password, name)
	count(value) >= 4
	secret_itself(value)
} else if {
	not regex.match(secret_patterns.password, name)
	count(value) >= 6
	secret_itself(value)
	not regex.match(secret_patterns.word, value)
}

secret_itself(value) if {
	not regex.match(secret_patterns.placeholder, value)
	not regex.match(secret_patterns.reference, value)
}

holds_secret(text) := secret_lines(text) if is_string(text)

holds_secret(text) := false if not is_string(text)

secret_lines(text) if {
	contains(text, "\n")
	regex.match(secret_patterns.secret, text)
} else if {
	contains(text, "\n")
	secret_set(secret_patterns.line, text)
} else := false

script_holds_secret(text) := secret_script(text) if is_string(text)

script_holds_secret(text) := false if not is_string(text)

secret_script(text) if {
	regex.match(secret_patterns.secret, text)
} else if {
	secret_set(secret_patterns.assignment, text)
} else := false

secret_set(pattern, text) if {
	some found in regex.find_all_string_submatch_n(pattern, text, -1)
	secret_setting(found[1], found[count(found) - 1])
}
