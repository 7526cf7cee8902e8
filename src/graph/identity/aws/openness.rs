//! How far policies of resources let people in of whom nothing is known: what allowances leave open, and what denials take away.
//!
//! Source: AWS IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements: Condition operators" (negated operators hold, too, where
//! the key is missing), "AWS global condition context keys" (`aws:Referer` is no protection).

use crate::graph::network::filter::{covers_all, is_any, is_public, range};

use super::policy::{Condition, Principal, Statement, like};
use super::trust::limits;

/// How many denials of one policy count.
const DENIALS: usize = 64;

/// Who remains of people of whom nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remains {
    /// Nobody.
    Nobody,
    /// Those with named addresses on the internet.
    Ranges,
    /// All of them.
    Everybody,
}

/// Who may do what a statement allows, beside the denials of the same policy.
pub fn of(statement: &Statement, all: &[&Statement]) -> Remains {
    if !statement.allow || !statement.principals.contains(&Principal::Anyone) {
        return Remains::Nobody;
    }
    let denials = all.iter().filter(|denial| denies(denial, statement)).take(DENIALS);
    let left = denials.map(|denial| after(&denial.conditions)).min();
    with(&statement.conditions).min(left.unwrap_or(Remains::Everybody))
}

/// Whether a denial is about all that a statement allows.
fn denies(denial: &Statement, statement: &Statement) -> bool {
    let is_whole = !denial.all_resources_but && (!denial.partly || denial.on_everything());
    let covered =
        |action: &str| denial.actions.iter().any(|pattern| like(pattern, action)) != denial.all_but;
    !denial.allow
        && is_whole
        && denial.principals.contains(&Principal::Anyone)
        && !statement.all_but
        && statement.actions.iter().all(|action| covered(action))
}

/// Who fulfils all conditions.
fn with(conditions: &[Condition]) -> Remains {
    let each = conditions.iter().map(|condition| {
        if !limits(std::slice::from_ref(condition)) {
            return Remains::Everybody;
        }
        if &*condition.key != "aws:sourceip" {
            return Remains::Nobody;
        }
        let texts = condition.values.iter().filter_map(|value| value.as_deref());
        let ranges: Vec<_> = texts.filter_map(range).collect();
        if covers_all(&ranges) {
            Remains::Everybody
        } else if ranges.iter().any(|range| is_public(range) && !is_any(range)) {
            Remains::Ranges
        } else {
            Remains::Nobody
        }
    });
    each.min().unwrap_or(Remains::Everybody)
}

/// Who is left by a denial under conditions: whoever does not fulfil some of them.
fn after(conditions: &[Condition]) -> Remains {
    let each = conditions.iter().map(|condition| {
        let operator = &*condition.operator;
        let says = |word: &str| condition.values.iter().any(|value| value.as_deref() == Some(word));
        if operator.contains("Not") {
            return with(&[Condition {
                operator: operator.replace("Not", "").into(),
                ..condition.clone()
            }]);
        }
        let of_service =
            matches!(&*condition.key, "aws:principalisawsservice" | "aws:viaawsservice");
        let missing = operator == "Null" && says("true") && {
            let there = Condition {
                operator: "StringEquals".into(),
                values: vec![None],
                named: Vec::new(),
                ..condition.clone()
            };
            limits(&[there])
        };
        if missing || of_service && operator.starts_with("Bool") && says("false") {
            Remains::Nobody
        } else {
            Remains::Everybody
        }
    });
    each.max().unwrap_or(Remains::Nobody)
}
