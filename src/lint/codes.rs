//! The table of codes: what each remark is about and what to do.

use crate::source::nearest;

/// A code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// `L003`.
    pub id: &'static str,
    /// `unknown-type`.
    pub name: &'static str,
    /// What it says, and why that matters.
    pub about: &'static str,
    /// Whether `--fix` does away with it.
    pub fixable: bool,
}

const fn code(id: &'static str, name: &'static str, about: &'static str) -> Code {
    Code { id, name, about, fixable: false }
}

const fn fixable(id: &'static str, name: &'static str, about: &'static str) -> Code {
    Code { id, name, about, fixable: true }
}

/// Every code.
pub const CODES: &[Code] = &[
    code(
        "L001",
        "pack-error",
        "Something in the pack does not load: a field is misspelt or missing, an expression does not compile. It cannot be ignored.",
    ),
    code(
        "L002",
        "unused-parameter",
        "The manifest declares a parameter that no rule reads. Whoever sets it changes nothing.",
    ),
    code(
        "L003",
        "unknown-type",
        "A rule is about a resource type that its provider does not have: it never judges anything. Only types of providers whose facts are at hand are looked up.",
    ),
    code(
        "L004",
        "unknown-attribute",
        "A rule reads an attribute that the type does not have: it is always null, and the rule silently passes. Only types whose facts are complete are looked up.",
    ),
    code(
        "L005",
        "never-matches",
        "No values of the attributes that the rule reads make it a finding.",
    ),
    code(
        "L006",
        "no-test",
        "No sample, table or unit test names the rule: nothing shows that it finds what it should.",
    ),
    code(
        "L007",
        "weak-remediation",
        "The remediation says nothing that could be done: it is very short, or still to be written.",
    ),
    code(
        "L008",
        "shared-alias",
        "Two rules about the same types have one alias: whoever migrates from it cannot tell which takes its place.",
    ),
    code(
        "L009",
        "dread-out-of-line",
        "A DREAD factor is four or more away from the threat class and no description says why.",
    ),
    code(
        "L010",
        "stride-out-of-line",
        "The rule names STRIDE letters that its threat class does not have.",
    ),
    code(
        "L011",
        "no-description",
        "The rule does not say why it matters: `description` is what its reader, `explain` and `pack docs` show.",
    ),
    code(
        "L012",
        "no-meaning",
        "A rule is about a resource type that no vocabulary gives a meaning: in a threat model it is no asset and no part of one, and nothing is known of where it sits. Add it to `vocabulary/`.",
    ),
    code(
        "L013",
        "unknown-parameter",
        "A rule reads a parameter that the manifest does not declare: it is nothing, and the rule silently passes.",
    ),
    fixable("L020", "unused-import", "A Rego module imports what it does not use."),
    code(
        "L021",
        "unused-variable",
        "A Rego rule declares a variable that it does not use: a slip, most of the time.",
    ),
    code("L022", "shadowing", "A name in Rego hides a built-in function, `input` or `data`."),
    code("L023", "left-print", "A `print` in Rego was left behind."),
    code("L024", "rule-name", "A rule in Rego is not named in snake_case, as all others are."),
    fixable(
        "L030",
        "white-space",
        "A line ends in white space, or the file does not end in one line break.",
    ),
];

/// The code with an id or a name.
pub fn find(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.id == name || code.name == name)
}

impl Code {
    /// The name that was meant.
    pub fn nearest(name: &str) -> Option<&'static str> {
        nearest(name, CODES.iter().flat_map(|code| [code.id, code.name]))
    }
}
