//! `policy()`: what a policy document of the IAM kind allows.
//!
//! Takes the statements as [`super::policy`] puts them. A question names an action, a resource and, for policies of resources, a
//! principal; each may hold wildcards and then means everything that fits them. A statement grants it where it covers all of it; one
//! statement has to do so, what several cover together is not added up. A statement takes it away where it meets any of it. What is
//! not said (no resource in a trust policy, no principal in a policy of an identity) is the thing that the policy is attached to: it
//! covers everything. `"*"` as principal means anyone who is not named.

use std::sync::Arc;

use super::evaluate::Machine;
use super::functions::mismatch;
use super::library::fits_by;
use super::value::{Open, Outcome, Reasons, Val, merge};
use super::{policy, refine};
use crate::document::Value;

/// A truth value with the reasons why it is open.
#[derive(Clone, Debug)]
pub(in crate::engine) enum Answer {
    Yes,
    No,
    Open(Reasons),
}

use Answer::{No, Yes};

impl From<bool> for Answer {
    fn from(yes: bool) -> Self {
        if yes { Yes } else { No }
    }
}

impl Answer {
    fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        let mut open = None;
        for answer in answers {
            match answer {
                Yes => return Yes,
                No => {}
                Self::Open(reasons) => merge(&mut open, &reasons),
            }
        }
        open.map_or(No, Self::Open)
    }

    fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        Self::any(answers.into_iter().map(Self::not)).not()
    }

    fn not(self) -> Self {
        match self {
            Yes => No,
            No => Yes,
            open @ Self::Open(_) => open,
        }
    }
}

/// What is asked.
pub(in crate::engine) struct Question<'q> {
    pub(in crate::engine) action: &'q str,
    pub(in crate::engine) resource: &'q str,
    pub(in crate::engine) principal: Option<&'q str>,
    /// Whether conditions are taken not to help: those of `Allow` not to hold, those of `Deny` to hold.
    pub(in crate::engine) always: bool,
}

/// How a list of patterns and the thing asked for have to meet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meet {
    /// A pattern covers all of it.
    Covers,
    /// A pattern and it have something in common.
    Touches,
}

impl Meet {
    fn other(self) -> Self {
        match self {
            Self::Covers => Self::Touches,
            Self::Touches => Self::Covers,
        }
    }
}

/// Whether the statements allow it.
pub(in crate::engine) fn allows(statements: &[Value], question: &Question<'_>) -> Answer {
    let action = question.action.to_lowercase();
    let question = Question { action: &action, ..*question };
    let granted = Answer::any(statements.iter().map(|statement| {
        let condition = if question.always { condition(statement).not() } else { Yes };
        Answer::all([
            effect(statement, "Allow"),
            condition,
            applies(statement, &question, Meet::Covers),
        ])
    }));
    let denied = Answer::any(statements.iter().map(|statement| {
        let condition = if question.always { Yes } else { condition(statement).not() };
        Answer::all([
            effect(statement, "Deny"),
            condition,
            applies(statement, &question, Meet::Touches),
        ])
    }));
    Answer::all([granted, denied.not()])
}

fn member<'v>(statement: &'v Value, name: &str) -> &'v Value {
    static NULL: Value = Value::Null;
    match statement {
        Value::Object(map) => map.get(name).unwrap_or(&NULL),
        Value::Unknown(_) => statement,
        _ => &NULL,
    }
}

fn open(value: &Value) -> Option<Answer> {
    if let Value::Unknown(unknown) = value {
        return Some(Answer::Open(Reasons::one(&unknown.reason)));
    }
    None
}

fn effect(statement: &Value, wanted: &str) -> Answer {
    let effect = member(statement, "effect");
    open(effect).unwrap_or_else(|| (effect.as_str() == Some(wanted)).into())
}

fn condition(statement: &Value) -> Answer {
    let condition = member(statement, "has_condition");
    open(condition).unwrap_or_else(|| matches!(condition, Value::Bool(true)).into())
}

fn applies(statement: &Value, question: &Question<'_>, meet: Meet) -> Answer {
    let part = |yes: &str, no: &str, asked: &str, missing: bool| {
        named(member(statement, yes), member(statement, no), missing, meet, |value, meet| {
            meets(value, asked, meet)
        })
    };
    let actions = part("actions", "not_actions", question.action, false);
    let resources = part("resources", "not_resources", question.resource, true);
    let principals = question.principal.map_or(Yes, |asked| {
        let (yes, no) = (member(statement, "principals"), member(statement, "not_principals"));
        named(yes, no, true, meet, |value, _| is_principal(value, asked))
    });
    Answer::all([actions, resources, principals])
}

/// Whether what is asked for is among what is listed, or is not among what is left out.
fn named(
    listed: &Value,
    left_out: &Value,
    missing: bool,
    meet: Meet,
    meets: impl Fn(&Value, Meet) -> Answer,
) -> Answer {
    let among = |list: &Value, meet: Meet| match list {
        Value::Array(items) => Answer::any(items.iter().map(|item| meets(item, meet))),
        list => open(list).unwrap_or(No),
    };
    let is_empty = |list: &Value| match list {
        Value::Array(items) => items.is_empty(),
        Value::Unknown(_) => false,
        _ => true,
    };
    match (is_empty(listed), is_empty(left_out)) {
        (true, true) => missing.into(),
        (true, false) => among(left_out, meet.other()).not(),
        (false, true) => among(listed, meet),
        (false, false) => Answer::any([among(listed, meet), among(left_out, meet.other()).not()]),
    }
}

/// Whether a pattern meets what is asked for.
fn meets(pattern: &Value, asked: &str, meet: Meet) -> Answer {
    match pattern {
        Value::String(pattern) => match meet {
            Meet::Covers => covers(pattern, asked),
            Meet::Touches => touches(pattern, asked),
        }
        .into(),
        Value::Unknown(unknown) => {
            let open = Open::of(unknown);
            // What cannot touch it cannot cover it.
            let plain = !asked.contains(['*', '?']);
            match refine::open_glob(&open, asked).filter(|_| plain) {
                Some(false) => No,
                _ => Answer::Open(open.reasons),
            }
        }
        _ => No,
    }
}

fn is_principal(pattern: &Value, asked: &str) -> Answer {
    match pattern {
        Value::String(pattern) => (&**pattern == "*"
            || asked != "*"
                && (&**pattern == asked
                    || account(pattern) == account(asked) && account(asked).is_some()))
        .into(),
        Value::Unknown(unknown) => {
            let open = Open::of(unknown);
            let same = |text: &str| unknown.admits_text(text);
            let possible = same("*") || asked != "*" && (same(asked) || account(asked).is_some());
            if possible { Answer::Open(open.reasons) } else { No }
        }
        _ => No,
    }
}

/// The account that a principal stands for: `123456789012` and `arn:aws:iam::123456789012:root` are one.
fn account(principal: &str) -> Option<&str> {
    let number = match principal.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", _, "iam", "", number, "root"] => *number,
        [number] => number,
        _ => return None,
    };
    (number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// Whether everything that fits `asked` fits `pattern`: `*` stands for any text, `?` for a character.
pub(in crate::engine) fn covers(pattern: &str, asked: &str) -> bool {
    // A star that is asked for is covered by a star alone.
    fits_by(pattern, asked, |pattern, one| (pattern == '?' && one != '*') || pattern == one)
}

/// Whether something fits both patterns.
fn touches(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // Whether what is left of both can be the same text: row by row from the ends.
    let empty = |rest: &[char]| rest.iter().all(|char| *char == '*');
    let mut below: Vec<bool> = (0..=other.len()).map(|at| empty(&other[at..])).collect();
    for at in (0..one.len()).rev() {
        let mut row = vec![false; other.len() + 1];
        row[other.len()] = empty(&one[at..]);
        for place in (0..other.len()).rev() {
            row[place] = match (one[at], other[place]) {
                ('*', _) => below[place] || row[place + 1],
                (_, '*') => row[place + 1] || below[place],
                ('?', _) | (_, '?') => below[place + 1],
                (a, b) => a == b && below[place + 1],
            };
        }
        below = row;
    }
    below[0]
}

/// `policy(document)`: of a map, or of the text that holds one.
pub(super) fn policy<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let document = match arguments {
        [value @ (Val::Policy(_) | Val::Unknown(_))] => {
            return Ok(match value {
                Val::Unknown(open) => Val::unknown(open.reasons.clone()),
                value => value.clone(),
            });
        }
        [Val::Text(_)] => super::library::json(machine, arguments)?,
        [value] => value.clone(),
        _ => return Err(mismatch("policy", arguments)),
    };
    match policy::statements(machine, &[document])? {
        Val::Unknown(open) => Ok(Val::unknown(open.reasons)),
        statements => match machine.export(&statements)? {
            Value::Array(items) => Ok(Val::Policy(items)),
            Value::Unknown(unknown) => Ok(Val::unknown(Reasons::one(&unknown.reason))),
            _ => Ok(Val::Policy(Arc::default())),
        },
    }
}

/// `p.allows(action, resource[, principal])`: whether it may be allowed, conditions permitting.
pub(super) fn may<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    asked(machine, "allows", arguments, false)
}

/// `p.allows_always(action, resource[, principal])`: whether it is allowed whatever the conditions say.
pub(super) fn always<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    asked(machine, "allows_always", arguments, true)
}

fn asked<'a>(
    machine: &mut Machine<'a>,
    name: &str,
    arguments: &[Val<'a>],
    always: bool,
) -> Outcome<'a> {
    if arguments.iter().any(Val::is_null) {
        return Ok(Val::Bool(false));
    }
    let mut open = None;
    for argument in arguments {
        if let Val::Unknown(unknown) = argument {
            merge(&mut open, &unknown.reasons);
        }
    }
    if let Some(reasons) = open {
        return Ok(Val::unknown(reasons));
    }
    let (statements, action, resource, principal) = match arguments {
        [Val::Policy(statements), Val::Text(action), Val::Text(resource)] => {
            (statements, action, resource, None)
        }
        [Val::Policy(statements), Val::Text(action), Val::Text(resource), Val::Text(principal)] => {
            (statements, action, resource, Some(&**principal))
        }
        _ => return Err(mismatch(name, arguments)),
    };
    let length = action.len() + resource.len() + principal.map_or(0, str::len);
    machine.charge(cost(statements).saturating_mul(length + 1) / 16)?;
    let question = Question { action, resource, principal, always };
    Ok(match allows(statements, &question) {
        Yes => Val::Bool(true),
        No => Val::Bool(false),
        Answer::Open(reasons) => Val::unknown(reasons),
    })
}

/// Characters of all patterns.
fn cost(statements: &[Value]) -> usize {
    let of_list = |list: &Value| -> usize {
        list.as_array()
            .unwrap_or_default()
            .iter()
            .map(|item| item.as_str().map_or(1, str::len))
            .sum()
    };
    let of_statement = |statement: &Value| {
        statement.as_object().map_or(1, |map| map.values().map(of_list).sum::<usize>() + 9)
    };
    statements.iter().map(of_statement).sum()
}
