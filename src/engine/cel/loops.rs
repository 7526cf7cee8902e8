//! Macros over lists and maps. Of all turns of `all` and `exists` one that decides wins, then an unknown one, then an error.

use std::rc::Rc;

use super::arithmetic::within;
use super::compare::order;
use super::evaluate::{Machine, Undecided};
use super::node::{Loop, LoopKind, Node};
use super::refine;
use super::value::{List, Mapping, Open, Outcome, Reasons, Val};
use crate::engine::Failure;

/// Items, each with why it is unknown whether it counts.
struct Sifted<'a> {
    items: Vec<(Val<'a>, Option<Reasons>)>,
    /// Why there may be others.
    rest: Option<Reasons>,
}

impl<'a> Machine<'a> {
    /// What a loop goes over: elements with their places, keys with their values.
    fn range(&mut self, turns: &'a Loop) -> Result<Result<List<'a>, Open>, Failure> {
        Ok(Ok(match self.evaluate(&turns.range)? {
            Val::Null => List::Made(Rc::default()),
            Val::List(items) => items,
            Val::Map(map) => {
                self.charge_list(map.len())?;
                List::Made(Rc::new(map.entries().into_iter().map(|(key, _)| key).collect()))
            }
            Val::Unknown(open) => return Ok(Err(open)),
            other => {
                return Err(Failure::error(format!(
                    "a macro goes over a list or map, not {}",
                    other.described()
                )));
            }
        }))
    }

    /// The items that a filter takes or may take, each with why that is unknown; `None` where there are none to look at.
    fn sifted(
        &mut self,
        turns: &'a Loop,
        range: Option<&Open>,
    ) -> Result<Option<Sifted<'a>>, Failure> {
        let Some(range) = self.items(turns, range)? else { return Ok(None) };
        let mut kept = Vec::new();
        for (item, unsure) in range.items {
            let mut undecided = Undecided { unknown: unsure, error: None };
            let outcome = self.turn(&turns.body, item.clone(), None);
            if undecided.note_bool(outcome)? == Some(false) {
                continue;
            }
            if undecided.error.is_some() {
                return Ok(None);
            }
            kept.push((item, undecided.unknown));
        }
        Ok(Some(Sifted { items: kept, rest: range.rest }))
    }

    /// What a loop goes over as far as it is known, what filters take or may take included. `range` is what it goes over, where that
    /// was evaluated and is unknown.
    fn items(
        &mut self,
        turns: &'a Loop,
        range: Option<&Open>,
    ) -> Result<Option<Sifted<'a>>, Failure> {
        if let Some(inner) = turns.range.filter() {
            return self.sifted(inner, None);
        }
        let range = match range {
            Some(open) => Err(open.clone()),
            None => self.range(turns)?,
        };
        let (list, rest) = match range {
            Ok(list) => (list, None),
            Err(open) => (open.elements(), Some(open.reasons)),
        };
        let items: Vec<_> = list.iter().map(|item| (item, None)).collect();
        Ok((rest.is_none() || !items.is_empty()).then_some(Sifted { items, rest }))
    }

    pub(super) fn turns(&mut self, turns: &'a Loop) -> Outcome<'a> {
        if turns.pairs {
            return self.pair_turns(turns);
        }
        match self.range(turns)? {
            Ok(items) => {
                let scope = self.locals.len();
                let outcome = self.over(turns, items.iter().map(|item| (item, None)));
                self.locals.truncate(scope);
                outcome
            }
            Err(open) => {
                let scope = self.locals.len();
                let known = match turns.kind {
                    LoopKind::All | LoopKind::Exists => self.items(turns, Some(&open))?,
                    LoopKind::Filter => self.sifted(turns, Some(&open))?,
                    _ => None,
                };
                let outcome = match known {
                    Some(Sifted { items, .. }) if turns.kind == LoopKind::Filter => {
                        let sure = items.into_iter().filter(|(_, unsure)| unsure.is_none());
                        self.sure(open, sure.map(|(item, _)| item))
                    }
                    Some(Sifted { items, rest }) => {
                        let items = items.into_iter().map(|(item, unsure)| (item, None, unsure));
                        self.quantify(turns, items, rest, turns.kind == LoopKind::Exists)
                    }
                    None => Ok(Val::unknown(open.reasons)),
                };
                self.locals.truncate(scope);
                outcome
            }
        }
    }

    /// What a filter gives that takes these items for sure and perhaps others.
    fn sure(&mut self, open: Open, items: impl Iterator<Item = Val<'a>>) -> Outcome<'a> {
        let (mut count, mut scalars) = (0, Vec::new());
        for item in items {
            count += 1;
            if matches!(item, Val::Bool(_) | Val::Int(_) | Val::Double(_) | Val::Text(_)) {
                scalars.push(self.export(&item)?);
            }
        }
        Ok(refine::at_least(open, count, scalars))
    }

    fn pair_turns(&mut self, turns: &'a Loop) -> Outcome<'a> {
        let pairs: Vec<_> = match self.evaluate(&turns.range)? {
            Val::Map(map) => map.entries(),
            Val::List(items) => {
                self.charge_list(items.len())?;
                (0_i64..).map(Val::Int).zip(items.iter()).collect()
            }
            Val::Null => Vec::new(),
            Val::Unknown(open) => return Ok(Val::unknown(open.reasons)),
            other => {
                return Err(Failure::error(format!(
                    "a macro goes over a list or map, not {}",
                    other.described()
                )));
            }
        };
        self.charge_list(pairs.len())?;
        let scope = self.locals.len();
        let outcome = self.over(turns, pairs.into_iter().map(|(key, value)| (key, Some(value))));
        self.locals.truncate(scope);
        outcome
    }

    fn over(
        &mut self,
        turns: &'a Loop,
        items: impl Iterator<Item = (Val<'a>, Option<Val<'a>>)>,
    ) -> Outcome<'a> {
        match turns.kind {
            LoopKind::All | LoopKind::Exists => {
                let items = items.map(|(first, second)| (first, second, None));
                self.quantify(turns, items, None, turns.kind == LoopKind::Exists)
            }
            LoopKind::ExistsOne => self.exists_one(turns, items),
            LoopKind::Filter => self.filter(turns, items),
            LoopKind::Map => self.map(turns, items),
            LoopKind::SortBy => self.sort_by(turns, items),
            LoopKind::TransformMap => self.transform_map(turns, items),
            LoopKind::TransformEntries => self.transform_entries(turns, items),
        }
    }

    /// Whether the condition of a loop, if it has one, holds for an item.
    fn is_taken(
        &mut self,
        turns: &'a Loop,
        first: &Val<'a>,
        second: Option<&Val<'a>>,
        undecided: &mut Undecided,
    ) -> Result<bool, Failure> {
        let Some(condition) = &turns.condition else { return Ok(true) };
        let outcome = self.turn(condition, first.clone(), second.cloned());
        Ok(undecided.note_bool(outcome)? == Some(true))
    }

    /// Takes what the body gives for each item that is taken, with the item, and what is undecided.
    fn each(
        &mut self,
        turns: &'a Loop,
        items: impl Iterator<Item = (Val<'a>, Option<Val<'a>>)>,
        mut take: impl FnMut(&mut Self, &mut Undecided, Val<'a>, Outcome<'a>) -> Result<(), Failure>,
    ) -> Result<Undecided, Failure> {
        let mut undecided = Undecided::default();
        for (first, second) in items {
            if self.is_taken(turns, &first, second.as_ref(), &mut undecided)? {
                let outcome = self.turn(&turns.body, first.clone(), second);
                take(self, &mut undecided, first, outcome)?;
            }
        }
        Ok(undecided)
    }

    fn transform_map(
        &mut self,
        turns: &'a Loop,
        items: impl Iterator<Item = (Val<'a>, Option<Val<'a>>)>,
    ) -> Outcome<'a> {
        let mut made = Vec::new();
        let undecided = self.each(turns, items, |_, undecided, key, outcome| {
            match outcome {
                // A value may be unknown; the map then is not.
                Ok(value) => made.push((key, value)),
                Err(failure) => drop(undecided.note(Err(failure))?),
            }
            Ok(())
        })?;
        undecided.or(|| Val::Map(Mapping::Made(Rc::new(made))))
    }

    fn transform_entries(
        &mut self,
        turns: &'a Loop,
        items: impl Iterator<Item = (Val<'a>, Option<Val<'a>>)>,
    ) -> Outcome<'a> {
        let mut made = Vec::new();
        let undecided = self.each(turns, items, |machine, undecided, _, outcome| {
            match undecided.note(outcome)? {
                None => {}
                Some(Val::Map(entries)) => {
                    for (key, value) in entries.entries() {
                        machine.add_entry(&mut made, key, value)?;
                        within(made.len())?;
                    }
                }
                Some(other) => {
                    undecided.error.get_or_insert_with(|| {
                        let described = other.described();
                        Failure::error(format!("`transformMapEntry` needs a map, not {described}"))
                    });
                }
            }
            Ok(())
        })?;
        undecided.or(|| Val::Map(Mapping::Made(Rc::new(made))))
    }

    /// Evaluates a part of a loop for one item.
    fn turn(&mut self, node: &'a Node, first: Val<'a>, second: Option<Val<'a>>) -> Outcome<'a> {
        let scope = self.locals.len();
        self.locals.push(first);
        self.locals.extend(second);
        let outcome = self.evaluate(node);
        self.locals.truncate(scope);
        outcome
    }

    /// One item that decides wins. Of some it may be unknown whether they count, which does not matter where they would not decide.
    /// `rest` says why there may be others.
    fn quantify(
        &mut self,
        turns: &'a Loop,
        items: impl Iterator<Item = (Val<'a>, Option<Val<'a>>, Option<Reasons>)>,
        rest: Option<Reasons>,
        deciding: bool,
    ) -> Outcome<'a> {
        let mut undecided = Undecided::default();
        for (first, second, unsure) in items {
            let outcome = self.turn(&turns.body, first, second);
            let Some(unsure) = unsure else {
                if undecided.note_bool(outcome)? == Some(deciding) {
                    return Ok(Val::Bool(deciding));
                }
                continue;
            };
            if Undecided::default().note_bool(outcome)? != Some(!deciding) {
                undecided.note(Ok(Val::unknown(unsure)))?;
            }
        }
        if let Some(rest) = rest {
            undecided.note(Ok(Val::unknown(rest)))?;
        }
        undecided.or(|| Val::Bool(!deciding))
    }

    fn exists_one(
        &mut self,
        turns: &'a Loop,
        items: impl Iterator<Item = (Val<'a>, Option<Val<'a>>)>,
    ) -> Outcome<'a> {
        let mut found = 0_usize;
        let mut undecided = self.each(turns, items, |_, undecided, _, outcome| {
            found += usize::from(undecided.note_bool(outcome)? == Some(true));
            Ok(())
        })?;
        // A second one decides beside what is unknown; an error in another turn stays one.
        match undecided.error.take() {
            Some(failure) if found > 1 => Err(failure),
            None if found > 1 => Ok(Val::Bool(false)),
            error => {
                undecided.error = error;
                undecided.or(|| Val::Bool(found == 1))
            }
        }
    }

    fn filter(
        &mut self,
        turns: &'a Loop,
        items: impl Iterator<Item = (Val<'a>, Option<Val<'a>>)>,
    ) -> Outcome<'a> {
        let (mut kept, mut count) = (Vec::new(), 0);
        let undecided = self.each(turns, items, |_, undecided, item, outcome| {
            let decided = undecided.note_bool(outcome)?;
            count += usize::from(decided != Some(false));
            if decided == Some(true) {
                kept.push(item);
                within(kept.len())?;
            }
            Ok(())
        })?;
        let sure = kept.len();
        match undecided.or(|| Val::list(kept))? {
            Val::Unknown(open) => Ok(refine::between(open, sure, count)),
            value => Ok(value),
        }
    }

    fn map(
        &mut self,
        turns: &'a Loop,
        items: impl Iterator<Item = (Val<'a>, Option<Val<'a>>)>,
    ) -> Outcome<'a> {
        let mut made = Vec::new();
        let undecided = self.each(turns, items, |_, undecided, _, outcome| {
            match outcome {
                // An element may be unknown; the list then is not.
                Ok(value) => {
                    made.push(value);
                    within(made.len())?;
                }
                Err(failure) => drop(undecided.note(Err(failure))?),
            }
            Ok(())
        })?;
        undecided.or(|| Val::list(made))
    }

    fn sort_by(
        &mut self,
        turns: &'a Loop,
        items: impl Iterator<Item = (Val<'a>, Option<Val<'a>>)>,
    ) -> Outcome<'a> {
        let mut keyed = Vec::new();
        let mut undecided = self.each(turns, items, |_, undecided, item, outcome| {
            if let Some(key) = undecided.note(outcome)? {
                keyed.push((key, item));
            }
            Ok(())
        })?;
        if keyed.windows(2).any(|pair| order(&pair[0].0, &pair[1].0).ok().flatten().is_none()) {
            undecided.error.get_or_insert_with(|| {
                Failure::error("`sortBy` needs keys that can be ordered, all of one type")
            });
        }
        self.charge(keyed.len() * 16)?;
        keyed.sort_by(|(left, _), (right, _)| {
            order(left, right).ok().flatten().unwrap_or(std::cmp::Ordering::Equal)
        });
        undecided.or(|| Val::list(keyed.into_iter().map(|(_, item)| item).collect()))
    }
}
