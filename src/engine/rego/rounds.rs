//! Puts modules in the forms of [`eager`], round by round, and knows the way back to what was written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use regorus::Engine;

use super::eager::{self, Form};
use super::rewrite::Places;
use super::{Module, forms, guard};

/// Policies that were written for OPA, in the form in which regorus evaluates them as OPA does: going over what is no collection ends a
/// body, and so does a key that is not there. What cannot be put so stays. In rules of packs both are errors: they would pass in silence.
pub fn as_opa(mut modules: Vec<Module>, version_0: bool) -> Vec<Module> {
    for module in &mut modules {
        if let Some(text) =
            Some(&module.text).filter(|_| version_0).and_then(|text| forms::chains(text))
        {
            module.text = text.into();
        }
        if let Some(changed) = put(module, Form::Iteration, version_0) {
            module.text = changed.text;
        }
    }
    modules
}

/// Modules with what `not` negates in the form that OPA gives it, and where a text was changed, the way back.
pub(super) fn negations(modules: &[Module], version_0: bool) -> (Vec<Module>, Vec<Option<Put>>) {
    let mut modules = modules.to_vec();
    let mut all = Vec::with_capacity(modules.len());
    for module in &mut modules {
        let changed = Some(&*module).filter(|module| module.text.contains("not"));
        let changed = changed.and_then(|module| put(module, Form::Negation, version_0));
        if let Some(changed) = &changed {
            module.text = Arc::clone(&changed.text);
        }
        all.push(changed);
    }
    (modules, all)
}

/// A text in another form, and the way back.
#[derive(Clone, Debug)]
pub(super) struct Put {
    /// What it is now.
    text: Arc<str>,
    /// What it was before each round, and what was changed.
    rounds: Vec<(Arc<str>, Places)>,
}

impl Put {
    /// Line and column of a place in the text as it was.
    pub(super) fn before(&self, line: u32, column: u32) -> (u32, u32) {
        let lines = self.text.split_inclusive('\n').take(line.saturating_sub(1) as usize);
        let start: usize = lines.map(str::len).sum();
        let rest = self.text.get(start..).unwrap_or_default();
        let chars = column.saturating_sub(1) as usize;
        let within = rest.char_indices().nth(chars).map_or(rest.len(), |(at, _)| at);
        let mut at = start + within;
        for (_, places) in self.rounds.iter().rev() {
            at = places.before(at);
        }
        let own = self.rounds.first().map_or("", |(own, _)| own);
        let ahead = own.get(..at).unwrap_or(own);
        let line = ahead.matches('\n').count() + 1;
        let column = ahead.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        (number(line), number(column))
    }
}

/// Most rounds over a module: expressions in one another.
const MAX_ROUNDS: usize = 16;

fn put(module: &Module, form: Form, version_0: bool) -> Option<Put> {
    let mut done = Put { text: Arc::clone(&module.text), rounds: Vec::new() };
    let mut engine = parsed(module, version_0)?;
    let mut count = 0;
    for _ in 0..MAX_ROUNDS {
        let trees = engine.get_modules();
        let tree = trees.first()?;
        let Some(edits) = eager::round(&done.text, tree, form, &mut count) else { break };
        let (text, places) = edits.finish_with_places("");
        let changed = Module { name: module.name.clone(), text: text.into() };
        let Some(next) = parsed(&changed, version_0) else { break };
        engine = next;
        done.rounds.push((std::mem::replace(&mut done.text, changed.text), places));
    }
    (!done.rounds.is_empty()).then_some(done)
}

/// An engine that knows nothing but a module, where the guards let it through and it parses.
fn parsed(module: &Module, version_0: bool) -> Option<Engine> {
    guard::check(&module.text).ok()?;
    let mut engine = Engine::new();
    engine.set_rego_v0(version_0);
    let text = module.text.to_string();
    let added = catch_unwind(AssertUnwindSafe(|| engine.add_policy("module".to_owned(), text)));
    matches!(added, Ok(Ok(_))).then_some(engine)
}
