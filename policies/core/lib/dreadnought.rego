# METADATA
# title: Helpers for rules
# description: Joins over edges, address ranges, ports and IAM policy documents. Use them as `data.dreadnought.lib`.
package dreadnought.lib

# METADATA
# title: Joined records
# description: The records of a type that an edge joins to this record, in either direction.
related(resource, type) := {other |
	some address in joined(resource, type)
	other := input.by_address[address]
	other.type == type
}

# METADATA
# title: Joined addresses
# description: >-
#   Addresses among which all neighbors of a type are. Where very many records are joined to one, as machines to a subnet, those of
#   other types are not looked through.
joined(resource, type) := object.get(input.joined[resource.address], type, []) if input.joined[resource.address]

else := neighbors(resource)

# METADATA
# title: Neighbors
# description: The addresses at the other end of a record's edges.
neighbors(resource) := outgoing | incoming if {
	outgoing := {edge.to | some edge in object.get(input.edges.from, resource.address, [])}
	incoming := {edge.from | some edge in object.get(input.edges.to, resource.address, [])}
}

# METADATA
# title: References of an attribute
# description: The records that the attribute at this pointer, or something in it, refers to.
references(resource, pointer) := {other |
	some edge in object.get(input.edges.from, resource.address, [])
	covers(pointer, edge.at)
	other := input.by_address[edge.to]
}

# METADATA
# title: Pointer covers pointer
# description: Whether the first pointer addresses the second or something that holds it.
covers(pointer, at) if pointer == at

covers(pointer, at) if startswith(at, concat("", [pointer, "/"]))

# METADATA
# title: List of one or many
# description: A list as it is, anything else as a list of one.
as_list(x) := x if is_array(x)

as_list(x) := [x] if not is_array(x)

# METADATA
# title: Block is there
# description: >-
#   Whether an object, as a record's attributes, has at least one block of this name; a dynamic block over nothing leaves an
#   empty list.
has_block(object, name) if {
	some _ in object[name]
}

# METADATA
# title: Switched on
# description: Whether an object has true under this name, written as a text or not. It may have nothing there.
is_on(object, name) if object[name] in {true, "true"}

# METADATA
# title: Switched off
# description: Whether an object has false under this name, written as a text or not. It may have nothing there.
is_off(object, name) if object[name] in {false, "false"}

# METADATA
# title: Every address
# description: Whether a range holds every IPv4 or every IPv6 address.
is_any_cidr(c) if {
	c in {
		"0.0.0.0/0",
		"::/0",
		"0::/0",
		"::0/0",
		"0::0/0",
		"0000::/0",
		"0:0:0:0:0:0:0:0/0",
		"0000:0000:0000:0000:0000:0000:0000:0000/0",
	}
}

# METADATA
# title: Every address in a list
# description: Whether a range, or the ranges of a list together, hold every IPv4 or every IPv6 address.
holds_any_cidr(ranges) if {
	some range in as_list(ranges)
	is_any_cidr(range)
}

holds_any_cidr(ranges) if {
	some low in as_list(ranges)
	low == "0.0.0.0/1"
	some high in as_list(ranges)
	high == "128.0.0.0/1"
}

holds_any_cidr(ranges) if {
	some low in as_list(ranges)
	low == "::/1"
	some high in as_list(ranges)
	high == "8000::/1"
}

# METADATA
# title: Port in a range
# description: A range is a number, "22", "20-30", "*", an object {from, to} or {from_port, to_port}, or a list of these.
port_in(port, range) if {
	is_array(range)
	some one in range
	port_in_one(port, one)
}

port_in(port, range) if {
	not is_array(range)
	port_in_one(port, range)
}

port_in_one(_, range) if range == "*"

port_in_one(port, range) if {
	is_number(range)
	range == port
}

port_in_one(port, range) if {
	is_string(range)
	regex.match(`^[0-9]+$`, range)
	to_number(range) == port
}

port_in_one(port, range) if {
	is_string(range)
	regex.match(`^[0-9]+ *- *[0-9]+$`, range)
	ends := split(range, "-")
	to_number(trim_space(ends[0])) <= port
	to_number(trim_space(ends[1])) >= port
}

port_in_one(port, range) if {
	range.from <= port
	range.to >= port
}

port_in_one(port, range) if {
	range.from_port <= port
	range.to_port >= port
}

# METADATA
# title: Statements of an IAM policy
# description: >-
#   The statements of a parsed policy document, each with effect, actions, not_actions, resources, not_resources, principals,
#   not_principals (lists), has_condition and conditions. Principals of another kind than AWS carry it: "service:…", "federated:…".
statements(policy) := [statement |
	some written in as_list(object.get(policy, "Statement", []))
	is_object(written)
	statement := {
		"effect": object.get(written, "Effect", ""),
		"actions": as_list(object.get(written, "Action", [])),
		"not_actions": as_list(object.get(written, "NotAction", [])),
		"resources": as_list(object.get(written, "Resource", [])),
		"not_resources": as_list(object.get(written, "NotResource", [])),
		"principals": principals(object.get(written, "Principal", {})),
		"not_principals": principals(object.get(written, "NotPrincipal", {})),
		"has_condition": object.get(written, "Condition", {}) != {},
		"conditions": object.get(written, "Condition", {}),
	}
]

# METADATA
# title: Principals in one form
# description: The principals of a statement as a list of texts.
principals(value) := ["*"] if value == "*"

principals(value) := [principal |
	some kind, names in value
	some name in as_list(names)
	is_string(name)
	principal := qualified(kind, name)
] if {
	is_object(value)
}

principals(value) := [] if {
	value != "*"
	not is_object(value)
}

# METADATA
# title: Principal with its kind
# description: AWS principals as they are, others with their kind in front.
qualified(kind, name) := name if kind == "AWS"

qualified(kind, name) := concat(":", [lower(kind), name]) if kind != "AWS"

# METADATA
# title: Anyone is allowed
# description: Whether a statement of `statements` allows every principal, or all but some, without a condition that narrows who.
allows_anyone(statement) if {
	statement.effect == "Allow"
	"*" in statement.principals
	not narrows(statement.conditions)
}

allows_anyone(statement) if {
	statement.effect == "Allow"
	count(statement.not_principals) > 0
	not narrows(statement.conditions)
}

# METADATA
# title: Denied to all but a few
# description: >-
#   Whether one of the statements of a policy denies everyone what a statement of it allows, but those of an account, an
#   organisation or a network that it names.
denied(statement, all) if {
	some denial in all
	denial.effect == "Deny"
	"*" in denial.principals
	count(statement.actions) > 0
	every action in statement.actions {
		some pattern in denial.actions
		glob_match(lower(pattern), lower(action))
	}
	every name in statement.resources {
		some pattern in denial.resources
		glob_match(pattern, name)
	}
	leaves_few(denial.conditions)
}

# METADATA
# title: Conditions of a denial that leave few
# description: Whether those who escape a denial are of an account, an organisation or a network, or are services of AWS.
leaves_few(conditions) if {
	every operator, keys in conditions {
		every key, values in keys {
			is_left(lower(operator), lower(key), values)
		}
	}
}

# METADATA
# title: Condition of a denial that leaves few
# description: One condition of `leaves_few`, operator and key in lower case.
is_left(operator, key, values) if {
	contains(operator, "not")
	not "anonymous" in as_list(values)
	narrows({trim_suffix(replace(operator, "not", ""), "ifexists"): {key: values}})
}

is_left("bool", key, values) if {
	key in {"aws:principalisawsservice", "aws:viaawsservice"}
	every value in as_list(values) {
		value in {false, "false"}
	}
}

# METADATA
# title: Condition that narrows
# description: Whether a condition block limits who calls or from where.
narrows(conditions) if {
	some operator, keys in conditions
	is_narrowing_operator(lower(operator))
	some key, values in keys
	is_narrowing_key(lower(key))
	every value in as_list(values) {
		is_narrow(value)
	}
	not are_halves(as_list(values))
}

# METADATA
# title: Two halves of all addresses
# description: Whether a list of values holds both halves of the addresses of a family.
are_halves(values) if {
	"0.0.0.0/1" in values
	"128.0.0.0/1" in values
}

are_halves(values) if {
	"::/1" in values
	"8000::/1" in values
}

# METADATA
# title: Operator that narrows
# description: Whether a condition operator demands a value, in lower case.
is_narrowing_operator(operator) if {
	some prefix in ["stringequals", "stringlike", "arnequals", "arnlike", "ipaddress"]
	startswith(trim_prefix(operator, "foranyvalue:"), prefix)
	not endswith(operator, "ifexists")
}

# METADATA
# title: Key that narrows
# description: Whether a condition key says who calls or from where, in lower case.
is_narrowing_key(key) if {
	key in {
		"aws:sourcearn",
		"aws:sourceaccount",
		"aws:sourceorgid",
		"aws:sourceowner",
		"aws:principalorgid",
		"aws:principalorgpaths",
		"aws:principalarn",
		"aws:principalaccount",
		"aws:sourcevpc",
		"aws:sourcevpce",
		"aws:sourceip",
		"aws:vpcsourceip",
		"aws:userid",
		"kms:calleraccount",
		"kms:viaservice",
	}
}

# METADATA
# title: Value that narrows
# description: Whether a value of a condition is not simply everything.
is_narrow(value) if {
	value != "*"
	value != "arn:*"
	not is_any_cidr(value)
}

# METADATA
# title: Pattern of IAM
# description: Whether a text fits a pattern in which * is any text and ? any one character.
glob_match(pattern, text) if {
	quoted := regex.replace(pattern, `[.+^$(){}|\[\]\\]`, `\${0}`)
	any := replace(replace(quoted, "*", ".*"), "?", ".")
	regex.match(concat("", ["(?s)^", any, "$"]), text)
}
