//! Puts modules in the forms of [`eager`], round by round, and knows the way back to what was written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use regorus::Engine;

use super::eager::{self, Form};
use super::rewrite::{Edits, Places};
use super::{
    Module, ModuleError, Options, Renamed, each, forms, guard, library, pairs, shadows, spelling,
    stand_ins,
};

/// Modules in the spelling that regorus reads, and where a text was changed, the way back.
pub(super) fn spelled(modules: &mut [Module], options: &Options) -> Vec<Option<Put>> {
    let mut all = Vec::with_capacity(modules.len());
    for module in modules {
        for Renamed { from, to, .. } in
            options.renamed.iter().filter(|renamed| renamed.module == module.name)
        {
            module.text = module.text.replace(&format!("{from}("), &format!("{to}(")).into();
        }
        let mut done = Put::new(&module.text);
        if options.as_opa && options.version_0 {
            let text = Arc::clone(&done.text);
            if let Some(edits) = forms::chains(&text) {
                done.apply(edits);
            }
        }
        let text = Arc::clone(&done.text);
        if let Some(edits) = spelling::changes(&text) {
            done.apply(edits);
        }
        let own = library::all().map(|builtin| (builtin.name, usize::from(builtin.arity)));
        let text = Arc::clone(&done.text);
        if let Some(edits) = forms::outputs(&text, own) {
            done.apply(edits);
        }
        module.text = Arc::clone(&done.text);
        all.push(done.changed());
    }
    all
}

/// Modules with what `not` negates in the form that OPA gives it, and with variables in bodies within bodies under names of their own;
/// policies that were written for OPA also in the form in which regorus goes over things as OPA does, where they can be put so. Where a
/// text was changed, the way back; and where that is not possible, why.
pub(super) fn negations(
    modules: &[Module],
    options: &Options,
) -> (Vec<Module>, Vec<Option<Put>>, Vec<ModuleError>) {
    let mut modules = modules.to_vec();
    let (mut all, mut errors) = (Vec::with_capacity(modules.len()), Vec::new());
    for (at, module) in modules.iter_mut().enumerate() {
        let may_change = ["not", "|", "with", "} =", "] =", "every", "some"]
            .iter()
            .any(|word| module.text.contains(word));
        let mut done = Put::new(&module.text);
        // What cannot be put so stays; a fault is found again where the module is compiled.
        if options.as_opa
            && let Ok(Some(changed)) = put(&done, Form::Iteration, options.version_0)
        {
            done = changed;
        }
        let changed = match may_change.then(|| put(&done, Form::Negation, options.version_0)) {
            Some(Ok(None)) | None => Ok(done.changed()),
            Some(changed) => changed,
        };
        all.push(match changed {
            Ok(changed) => {
                if let Some(changed) = &changed {
                    module.text = Arc::clone(&changed.text);
                }
                changed
            }
            Err(fault) => {
                errors.push(ModuleError { module: at, ..fault });
                None
            }
        });
    }
    (modules, all, errors)
}

/// The way back through two changes, one after the other.
pub(super) fn joined(first: Vec<Option<Put>>, second: Vec<Option<Put>>) -> Vec<Option<Put>> {
    let both = first.into_iter().zip(second).map(|pair| match pair {
        (Some(mut first), Some(second)) => {
            first.text = second.text;
            first.rounds.extend(second.rounds);
            Some(first)
        }
        (first, second) => first.or(second),
    });
    both.collect()
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
    fn new(text: &Arc<str>) -> Self {
        Self { text: Arc::clone(text), rounds: Vec::new() }
    }

    fn apply(&mut self, edits: Edits<'_>) {
        self.apply_with(edits, "");
    }

    fn apply_with(&mut self, edits: Edits<'_>, more: &str) {
        let (text, places) = edits.finish_with_places(more);
        self.rounds.push((std::mem::replace(&mut self.text, text.into()), places));
    }

    fn changed(self) -> Option<Self> {
        (!self.rounds.is_empty()).then_some(self)
    }

    /// The byte of a place in the text as it was.
    pub(super) fn byte_before(&self, at: usize) -> usize {
        self.rounds.iter().rev().fold(at, |at, (_, places)| places.before(at))
    }

    /// The bytes of a part in the text as it was; nothing where it begins or ends within what was put in.
    pub(super) fn span_before(
        &self,
        span: &std::ops::Range<usize>,
    ) -> Option<std::ops::Range<usize>> {
        self.rounds.iter().rev().try_fold(span.clone(), |span, (_, places)| {
            let is_own = !places.is_made(span.start) && !places.is_made(span.end);
            is_own.then(|| places.before(span.start)..places.before(span.end))
        })
    }

    /// Line and column of a place in the text as it was.
    pub(super) fn before(&self, line: u32, column: u32) -> (u32, u32) {
        let lines = self.text.split_inclusive('\n').take(line.saturating_sub(1) as usize);
        let start: usize = lines.map(str::len).sum();
        let rest = self.text.get(start..).unwrap_or_default();
        let chars = column.saturating_sub(1) as usize;
        let within = rest.char_indices().nth(chars).map_or(rest.len(), |(at, _)| at);
        self.place(self.byte_before(start + within))
    }

    /// Line and column of a byte of the text as it was.
    fn place(&self, at: usize) -> (u32, u32) {
        let own = self.rounds.first().map_or(&*self.text, |(own, _)| own);
        let ahead = own.get(..at).unwrap_or(own);
        let line = ahead.matches('\n').count() + 1;
        let column = ahead.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        (number(line), number(column))
    }
}

/// Most rounds over a module: expressions in one another, of which the guards let through fewer.
const MAX_ROUNDS: usize = 64;

/// A module in a form, if anything of it was changed. What `not` negates is not left as it stands: it would mean something else.
fn put(before: &Put, form: Form, version_0: bool) -> Result<Option<Put>, ModuleError> {
    let mut done = before.clone();
    let Some(mut engine) = parsed(&done.text, version_0) else { return Ok(None) };
    let mut count = 0;
    if form == Form::Negation {
        for change in [shadows::changes, stand_ins::changes, pairs::changes, each::changes] {
            let tree = engine.get_modules().first().cloned();
            let text = Arc::clone(&done.text);
            if let Some((edits, more)) = tree.and_then(|tree| change(&text, &tree)) {
                done.apply_with(edits, &more);
                engine =
                    parsed(&done.text, version_0).ok_or_else(|| fault(&done, 0, "too long"))?;
            }
        }
    }
    for _ in 0..MAX_ROUNDS {
        let trees = engine.get_modules();
        let Some(tree) = trees.first() else { break };
        let text = Arc::clone(&done.text);
        let Some(edits) = eager::round(&text, tree, form, &mut count) else {
            return Ok(done.changed());
        };
        let place = edits.first();
        let mut next = done.clone();
        next.apply(edits);
        engine = match parsed(&next.text, version_0) {
            Some(engine) => engine,
            None if form == Form::Iteration => return Ok(done.changed()),
            None => return Err(fault(&done, place, "too long")),
        };
        done = next;
    }
    Err(fault(&done, 0, "nested too deep"))
}

fn fault(done: &Put, at: usize, why: &str) -> ModuleError {
    let (line, column) = done.place(done.byte_before(at));
    let message = format!(
        "what stands here is {why} to be evaluated as OPA does; give its parts names in statements of their own"
    );
    ModuleError { module: 0, line, column, message }
}

/// An engine that knows nothing but a module, where the guards let it through and it parses.
fn parsed(text: &str, version_0: bool) -> Option<Engine> {
    guard::check_changed(text).ok()?;
    let mut engine = Engine::new();
    engine.set_rego_v0(version_0);
    engine.set_policy_length_config(guard::lengths());
    let text = text.to_owned();
    let added = catch_unwind(AssertUnwindSafe(|| engine.add_policy("module".to_owned(), text)));
    matches!(added, Ok(Ok(_))).then_some(engine)
}
