//! Evaluates the checked form of an expression over one subject, within a budget of steps.
//!
//! Logic is Kleene's: of all operands of `&&` or `||` (and of all turns of `all` and `exists`) one that decides wins,
//! then an unknown one, then an error. An exceeded budget ends everything at once.

use std::rc::Rc;
use std::sync::Arc;

use super::arithmetic::symbol;
use super::compare::{Truth, order};
use super::node::{Node, Operator, Root};
use super::patterns::Patterns;
use super::trace::Marks;
use super::value::{List, Mapping, Outcome, Reasons, Text, Val, merge};
use super::{Subject, optional, refine};
use crate::document::Value;
use crate::engine::Failure;

/// Steps of one evaluation: nodes evaluated, values compared, elements built. About 50 ms.
const BUDGET: usize = 2_000_000;
/// Bytes that one step may read or write.
const BYTES_A_STEP: usize = 64;

/// One evaluation.
pub(super) struct Machine<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) patterns: &'a Patterns,
    pub(super) locals: Vec<Val<'a>>,
    marks: Option<&'a Marks>,
    left: usize,
}

/// What operands gave that did not decide.
#[derive(Default)]
pub(super) struct Undecided {
    pub(super) unknown: Option<Reasons>,
    pub(super) error: Option<Failure>,
}

impl Undecided {
    /// Takes note of what an operand gave; an exceeded budget is passed on.
    pub(super) fn note<'a>(&mut self, outcome: Outcome<'a>) -> Result<Option<Val<'a>>, Failure> {
        match outcome {
            Ok(Val::Unknown(open)) => merge(&mut self.unknown, &open.reasons),
            Ok(value) => return Ok(Some(value)),
            Err(failure) if failure.budget => return Err(failure),
            Err(failure) => {
                self.error.get_or_insert(failure);
            }
        }
        Ok(None)
    }

    /// As [`note`](Self::note), for an operand that has to be a boolean.
    pub(super) fn note_bool(&mut self, outcome: Outcome<'_>) -> Result<Option<bool>, Failure> {
        Ok(match self.note(outcome)? {
            Some(Val::Bool(bool)) => Some(bool),
            Some(other) => {
                self.error.get_or_insert_with(|| {
                    Failure::error(format!("a condition is {}, not a bool", other.described()))
                });
                None
            }
            None => None,
        })
    }

    /// The result where nothing decided: unknown, else the error, else `value`.
    pub(super) fn or<'a>(self, value: impl FnOnce() -> Val<'a>) -> Outcome<'a> {
        match (self.unknown, self.error) {
            (Some(reasons), _) => Ok(Val::unknown(reasons)),
            (None, Some(failure)) => Err(failure),
            (None, None) => Ok(value()),
        }
    }
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        subject: &'a Subject<'a>,
        patterns: &'a Patterns,
        marks: Option<&'a Marks>,
    ) -> Self {
        Self { subject, patterns, marks, locals: Vec::new(), left: BUDGET }
    }

    /// Pays for steps.
    pub(super) fn charge(&mut self, steps: usize) -> Result<(), Failure> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or_default();
        left.map(drop)
            .ok_or_else(|| Failure::exceeded(format!("evaluation takes more than {BUDGET} steps")))
    }

    /// Pays for reading or writing bytes.
    pub(super) fn charge_bytes(&mut self, bytes: usize) -> Result<(), Failure> {
        self.charge(bytes / BYTES_A_STEP)
    }

    /// Evaluates a part of the expression.
    pub(super) fn evaluate(&mut self, node: &'a Node) -> Outcome<'a> {
        self.charge(1)?;
        Ok(match node {
            Node::Null => Val::Null,
            Node::Bool(bool) => Val::Bool(*bool),
            Node::Int(int) => Val::Int(*int),
            Node::Uint(uint) => Val::Uint(*uint),
            Node::Double(double) => Val::Double(*double),
            Node::Text(text) => Val::Text(Text::Borrowed(text)),
            Node::Bytes(bytes) => Val::Bytes(Arc::clone(bytes)),
            Node::Type(name) => Val::Type(name),
            Node::Root(root) => self.root(*root),
            Node::Local(place) => self.locals.get(*place).cloned().unwrap_or(Val::Null),
            Node::Select(operand, field) => return select(&self.evaluate(operand)?, field),
            Node::Has(operand, field) => return has(self.evaluate(operand)?, field),
            Node::Index(operands) => return self.index(operands),
            Node::Not(operand) => return self.not(operand),
            Node::Negate(operand) => return negate(self.evaluate(operand)?),
            Node::And(operands) => return self.logic(operands, false),
            Node::Or(operands) => return self.logic(operands, true),
            Node::Choose(operands) => return self.choose(operands),
            Node::Binary(operator, operands) => return self.binary(*operator, operands),
            Node::List(items) => return self.make_list(items),
            Node::Map(entries) => return self.make_map(entries),
            Node::OptionalList(items) => return self.optional_list(items),
            Node::OptionalMap(entries) => return self.optional_map(entries),
            Node::OptionalSelect(operand, field) => {
                return optional::select(&self.evaluate(operand)?, field);
            }
            Node::OptionalIndex(operands) => return self.optional_index(operands),
            Node::OrElse(operands, value) => return self.or_else(operands, *value),
            Node::OptionalMapped(parts, flat) => return self.optional_mapped(parts, *flat),
            Node::Bind(parts) => return self.bind(parts),
            Node::Loop(turns) => return self.turns(turns),
            Node::Matches(parts) => return self.matches(parts),
            Node::Call(function, arguments) => return self.call(function, arguments),
            Node::Foreign(foreign) => return self.foreign(foreign),
            Node::Mark(mark) => {
                let outcome = self.evaluate(&mark.node);
                if let Some(marks) = self.marks {
                    marks.note(mark, &outcome);
                }
                return outcome;
            }
        })
    }

    fn root(&self, root: Root) -> Val<'a> {
        match root {
            Root::Resource => Val::of(self.subject.resource),
            Root::Attributes => Val::layered(self.subject.attributes, self.subject.defaults),
            Root::Parsed => Val::of(self.subject.parsed),
            Root::Document => Val::owned(self.subject.surroundings.document()),
            Root::Params => Val::of(self.subject.params),
            Root::Item => self.subject.item.map_or(Val::Null, Val::of),
        }
    }

    fn not(&mut self, operand: &'a Node) -> Outcome<'a> {
        match self.evaluate(operand)? {
            Val::Bool(bool) => Ok(Val::Bool(!bool)),
            Val::Unknown(open) => Ok(Val::unknown(open.reasons)),
            other => Err(Failure::error(format!("`!` needs a bool, not {}", other.described()))),
        }
    }

    /// `&&` and `||`: the first operand that is `deciding` decides.
    fn logic(&mut self, operands: &'a [Node], deciding: bool) -> Outcome<'a> {
        let mut undecided = Undecided::default();
        for operand in operands {
            let outcome = self.evaluate(operand);
            if undecided.note_bool(outcome)? == Some(deciding) {
                return Ok(Val::Bool(deciding));
            }
        }
        undecided.or(|| Val::Bool(!deciding))
    }

    fn choose(&mut self, [condition, yes, no]: &'a [Node; 3]) -> Outcome<'a> {
        match self.evaluate(condition)? {
            Val::Bool(true) => self.evaluate(yes),
            Val::Bool(false) => self.evaluate(no),
            Val::Unknown(open) => Ok(Val::unknown(open.reasons)),
            other => {
                Err(Failure::error(format!("a condition is {}, not a bool", other.described())))
            }
        }
    }

    fn index(&mut self, [operand, index]: &'a [Node; 2]) -> Outcome<'a> {
        match self.both(operand, index)? {
            Ok((operand, index)) => lookup(&operand, &index),
            Err(unknown) => Ok(Val::unknown(unknown)),
        }
    }

    /// Two operands, unknown ones included; unknown as a whole where one is unknown and the other fails.
    pub(super) fn both(
        &mut self,
        left: &'a Node,
        right: &'a Node,
    ) -> Result<Result<(Val<'a>, Val<'a>), Reasons>, Failure> {
        match (self.evaluate(left), self.evaluate(right)) {
            (Ok(left), Ok(right)) => Ok(Ok((left, right))),
            (_, Err(failure)) | (Err(failure), _) if failure.budget => Err(failure),
            (Err(_), Ok(Val::Unknown(open))) | (Ok(Val::Unknown(open)), Err(_)) => {
                Ok(Err(open.reasons))
            }
            (Err(failure), _) | (_, Err(failure)) => Err(failure),
        }
    }

    fn binary(&mut self, operator: Operator, [left, right]: &'a [Node; 2]) -> Outcome<'a> {
        let (left, right) = match self.both(left, right)? {
            Ok(operands) => operands,
            Err(reasons) => return Ok(Val::unknown(reasons)),
        };
        match operator {
            Operator::Equal => self.equal(&left, &right).map(Val::from),
            Operator::NotEqual => Ok(match self.equal(&left, &right)? {
                Truth::True => Val::Bool(false),
                Truth::False => Val::Bool(true),
                Truth::Unknown(reasons) => Val::unknown(reasons),
            }),
            Operator::In => self.contains(&left, &right),
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => ordered(operator, &left, &right),
            _ => match (&left, &right) {
                (Val::Unknown(left), Val::Unknown(right)) => {
                    Ok(Val::unknown(left.reasons.clone().and(&right.reasons)))
                }
                (Val::Unknown(open), _) | (_, Val::Unknown(open)) => {
                    Ok(Val::unknown(open.reasons.clone()))
                }
                _ => self.compute(operator, &left, &right),
            },
        }
    }

    fn make_list(&mut self, items: &'a [Node]) -> Outcome<'a> {
        items.iter().map(|item| self.evaluate(item)).collect::<Result<_, _>>().map(Val::list)
    }

    fn make_map(&mut self, entries: &'a [(Node, Node)]) -> Outcome<'a> {
        let mut made: Vec<(Val<'a>, Val<'a>)> = Vec::with_capacity(entries.len());
        let mut undecided = Undecided::default();
        for (key, value) in entries {
            let key = self.evaluate(key);
            let value = self.evaluate(value)?;
            let Some(key) = undecided.note(key)? else { continue };
            self.add_entry(&mut made, key, value)?;
        }
        undecided.or(|| Val::Map(Mapping::Made(Rc::new(made))))
    }

    /// Adds an entry to a map that is being made.
    pub(super) fn add_entry(
        &mut self,
        made: &mut Vec<(Val<'a>, Val<'a>)>,
        key: Val<'a>,
        value: Val<'a>,
    ) -> Result<(), Failure> {
        if !matches!(key, Val::Text(_) | Val::Int(_) | Val::Uint(_) | Val::Bool(_)) {
            let described = key.described();
            return Err(Failure::error(format!("the key of a map cannot be {described}")));
        }
        for (other, _) in made.iter() {
            if matches!(self.equal(other, &key)?, Truth::True) {
                return Err(Failure::error("a map has one key twice"));
            }
        }
        made.push((key, value));
        Ok(())
    }

    /// `cel.bind()`: evaluates a part with one more variable.
    fn bind(&mut self, [value, body]: &'a [Node; 2]) -> Outcome<'a> {
        let value = self.evaluate(value)?;
        self.locals.push(value);
        let outcome = self.evaluate(body);
        self.locals.pop();
        outcome
    }

    /// A value of the document model from a value of the expression.
    pub(super) fn export(&mut self, value: &Val<'a>) -> Result<Value, Failure> {
        self.charge(1)?;
        Ok(match value {
            Val::Null | Val::Optional(None) => Value::Null,
            Val::Bool(bool) => Value::Bool(*bool),
            Val::Int(int) => Value::Int(*int),
            #[expect(clippy::cast_precision_loss, reason = "beyond 64 bits a number is rounded")]
            Val::Uint(uint) => i64::try_from(*uint).map_or(Value::Float(*uint as f64), Value::Int),
            Val::Double(double) if double.is_finite() => Value::Float(*double),
            Val::Text(Text::Shared(text)) => Value::String(Arc::clone(text)),
            Val::Text(Text::Borrowed(text)) => Value::String(Arc::clone(text)),
            Val::List(List::Borrowed(items)) => Value::Array(Arc::clone(items)),
            Val::List(List::Shared(items)) => Value::Array(Arc::clone(items)),
            Val::Map(Mapping::Borrowed(map)) => Value::Object(Arc::clone(map)),
            Val::Map(Mapping::Shared(map)) => Value::Object(Arc::clone(map)),
            Val::List(items) => {
                Value::array(items.iter().map(|item| self.export(&item)).collect::<Result<_, _>>()?)
            }
            Val::Map(map) => self.export_map(map)?,
            Val::Net(net) => net.map_or(Value::Null, |net| Value::string(net.to_string())),
            Val::Unknown(open) => open.export(),
            Val::Optional(Some(value)) => self.export(value)?,
            Val::Ip(_) | Val::Timestamp(_) | Val::Duration(_) | Val::Version(_) => {
                Value::string(value.written().unwrap_or_default())
            }
            Val::Policy(_) | Val::Double(_) | Val::Bytes(_) | Val::Type(_) => {
                let described = value.described();
                return Err(Failure::error(format!("{described} cannot be a result")));
            }
        })
    }

    fn export_map(&mut self, map: &Mapping<'a>) -> Result<Value, Failure> {
        let mut made = Vec::new();
        for (key, value) in map.entries() {
            let Some(key) = key.as_str() else {
                return Err(Failure::error("the keys of a resulting map have to be strings"));
            };
            made.push((key.into(), self.export(&value)?));
        }
        Ok(Value::object(made.into_iter().collect()))
    }
}

pub(super) fn select<'a>(operand: &Val<'a>, field: &str) -> Outcome<'a> {
    match operand {
        Val::Null => Ok(Val::Null),
        Val::Optional(_) => optional::select(operand, field),
        Val::Policy(statements) if field == "statements" => {
            Ok(Val::List(List::Shared(Arc::clone(statements))))
        }
        Val::Unknown(open) => Ok(Val::unknown(open.reasons.clone())),
        Val::Map(map) => match map.get(field) {
            Some(value) => Ok(value),
            None if map.is_of_document() => Ok(Val::Null),
            None => Err(Failure::error(format!("no such key: `{field}`"))),
        },
        other => Err(Failure::error(format!("`.{field}` needs a map, not {}", other.described()))),
    }
}

fn has<'a>(operand: Val<'a>, field: &str) -> Outcome<'a> {
    match operand {
        Val::Null | Val::Optional(None) => Ok(Val::Bool(false)),
        Val::Unknown(open) => Ok(Val::unknown(open.reasons)),
        Val::Map(map) => Ok(Val::Bool(map.has(field))),
        Val::Optional(Some(value)) => has(Val::clone(&value), field),
        other => {
            Err(Failure::error(format!("`has(….{field})` needs a map, not {}", other.described())))
        }
    }
}

pub(super) fn lookup<'a>(operand: &Val<'a>, index: &Val<'a>) -> Outcome<'a> {
    match (operand, index) {
        (Val::Optional(_), _) => optional::lookup(operand, index),
        (Val::Null, _) | (Val::List(_) | Val::Map(_), Val::Null) => Ok(Val::Null),
        (Val::Unknown(open), _) | (_, Val::Unknown(open)) => Ok(Val::unknown(open.reasons.clone())),
        (Val::Map(_), Val::Text(key)) => select(operand, key),
        (Val::Map(Mapping::Made(entries)), key) => {
            let is_key = |found: &Val<'_>| {
                order(found, key).ok().flatten() == Some(std::cmp::Ordering::Equal)
            };
            let found = entries.iter().find(|(found, _)| is_key(found));
            found.map(|(_, value)| value.clone()).ok_or_else(|| Failure::error("no such key"))
        }
        (Val::Map(_), _) => Ok(Val::Null),
        (Val::List(items), index) => element(items, index),
        (other, _) => {
            Err(Failure::error(format!("`[…]` needs a list or map, not {}", other.described())))
        }
    }
}

pub(super) fn element<'a>(items: &List<'a>, index: &Val<'_>) -> Outcome<'a> {
    let place = match index {
        Val::Int(int) => *int,
        Val::Uint(uint) => i64::try_from(*uint).unwrap_or(i64::MAX),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole; what is too large saturates"
        )]
        Val::Double(double) if double.fract() == 0.0 => *double as i64,
        other => {
            let described = other.described();
            return Err(Failure::error(format!("the index of a list cannot be {described}")));
        }
    };
    usize::try_from(place).ok().and_then(|place| items.get(place)).ok_or_else(|| {
        Failure::error(format!("index {place} is outside of a list of {}", items.len()))
    })
}

fn negate(operand: Val<'_>) -> Outcome<'_> {
    match operand {
        Val::Int(int) => int
            .checked_neg()
            .map(Val::Int)
            .ok_or_else(|| Failure::error("the result of `-` does not fit 64 bits")),
        Val::Double(double) => Ok(Val::Double(-double)),
        Val::Unknown(open) => Ok(Val::unknown(open.reasons)),
        other => Err(Failure::error(format!("`-` needs a number, not {}", other.described()))),
    }
}

/// An ordering comparison; false beside null, whatever else.
fn ordered<'a>(operator: Operator, left: &Val<'a>, right: &Val<'a>) -> Outcome<'a> {
    match (left, right) {
        (Val::Null, _) | (_, Val::Null) => return Ok(Val::Bool(false)),
        (Val::Unknown(left), Val::Unknown(right)) => {
            return Ok(Val::unknown(left.reasons.clone().and(&right.reasons)));
        }
        (Val::Unknown(open), _) | (_, Val::Unknown(open)) => {
            if let Some(decided) = refine::ordered(operator, left, right) {
                return Ok(Val::Bool(decided));
            }
            return Ok(Val::unknown(open.reasons.clone()));
        }
        _ => {}
    }
    let Ok(ordering) = order(left, right) else {
        return Err(Failure::error(format!(
            "`{}` does not take {} and {}",
            symbol(operator),
            left.described(),
            right.described()
        )));
    };
    Ok(Val::Bool(ordering.is_some_and(|ordering| match operator {
        Operator::Less => ordering.is_lt(),
        Operator::LessOrEqual => ordering.is_le(),
        Operator::Greater => ordering.is_gt(),
        _ => ordering.is_ge(),
    })))
}
