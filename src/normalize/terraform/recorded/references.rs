//! Which resources the expressions of a plan's configuration refer to, through module arguments, outputs and `each.value`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::scope::Key;
use super::address::{self, ModulePath, Part};
use super::configuration::{Block, Call, Expression, Expressions, Module};
use crate::document::Pointer;

/// Most names that are looked up for one plan.
const MAX_LOOKUPS: usize = 2_000_000;
/// Longest chain of arguments and outputs.
const MAX_DEPTH: usize = 128;

/// Targets of an expression: address (without a key where all instances are meant) and attribute.
pub type Targets = BTreeSet<(Arc<str>, Pointer)>;

/// What an expression refers to.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Resources.
    pub targets: Targets,
    /// A local value in it: what that is made of, a plan does not say.
    pub local: Option<Arc<str>>,
}

impl Found {
    fn add(&mut self, other: &Self) {
        self.targets.extend(other.targets.iter().cloned());
        if self.local.is_none() {
            self.local.clone_from(&other.local);
        }
    }
}

/// A name in a module instance, seen from an instance with a key.
type Asked = (String, Arc<str>, Key);

/// Resolves names against the module instances and resource instances of a plan.
pub struct Resolver<'c> {
    root: &'c Module,
    /// Keys of the instances of resource blocks, by the block's full address.
    instances: FxHashMap<String, Vec<Key>>,
    /// Keys of the instances of module calls, by the call's full address.
    modules: FxHashMap<String, Vec<Key>>,
    known: RefCell<FxHashMap<Asked, Rc<Found>>>,
    lookups: Cell<usize>,
}

/// Where a name stands.
#[derive(Clone)]
struct Scope<'c> {
    /// Modules from the root to this one.
    chain: Vec<&'c Module>,
    path: ModulePath,
    /// The instance key of the block that holds the expression.
    key: Key,
    /// `for_each` of that block.
    for_each: Option<&'c Expression>,
}

impl<'c> Scope<'c> {
    fn module(&self) -> &'c Module {
        self.chain[self.chain.len() - 1]
    }
}

impl<'c> Resolver<'c> {
    /// For a configuration and the addresses of all its resource instances.
    pub fn new<'a>(root: &'c Module, addresses: impl Iterator<Item = &'a str>) -> Self {
        let mut instances: FxHashMap<String, BTreeSet<Key>> = FxHashMap::default();
        let mut modules: FxHashMap<String, BTreeSet<Key>> = FxHashMap::default();
        for text in addresses {
            let parts = address::parts(text);
            let (path, rest) = address::split_module(&parts);
            for depth in 0..path.len() {
                let (name, key) = &path[depth];
                let call = format!("{}module.{name}", address::prefix(&path[..depth]));
                modules.entry(call).or_default().insert(key.clone());
            }
            let (block, key) = match rest {
                [block @ .., Part::Key(key)] => (block, key.clone()),
                block => (block, Key::None),
            };
            let block = format!("{}{}", address::prefix(&path), join(block));
            instances.entry(block).or_default().insert(key);
        }
        let listed = |map: FxHashMap<String, BTreeSet<Key>>| {
            map.into_iter().map(|(name, keys)| (name, keys.into_iter().collect())).collect()
        };
        Self {
            root,
            instances: listed(instances),
            modules: listed(modules),
            known: RefCell::default(),
            lookups: Cell::new(0),
        }
    }

    /// Whether so many names were met that some were not looked up.
    pub fn is_exhausted(&self) -> bool {
        self.lookups.get() > MAX_LOOKUPS
    }

    /// The modules on a path from the root; `None` where the configuration lacks one.
    fn chain(&self, path: &[(Arc<str>, Key)]) -> Option<Vec<&'c Module>> {
        let mut chain = vec![self.root];
        for (name, _) in path {
            chain.push(&chain.last()?.calls.get(name)?.module);
        }
        Some(chain)
    }

    /// The block of a resource instance.
    pub fn block(&self, path: &[(Arc<str>, Key)], block: &str) -> Option<&'c Block> {
        self.chain(path)?.last()?.resources.get(block)
    }

    /// What an expression of a resource instance refers to.
    pub fn of_resource(
        &self,
        path: &ModulePath,
        key: &Key,
        block: &'c Block,
        expression: &Expression,
    ) -> Found {
        let Some(chain) = self.chain(path) else { return Found::default() };
        let scope = Scope {
            chain,
            path: path.clone(),
            key: key.clone(),
            for_each: block.for_each.as_ref(),
        };
        self.expression(expression, &scope, 0)
    }

    /// What an argument of a module call refers to, for the first of its instances.
    pub fn of_call(
        &self,
        path: &ModulePath,
        name: &str,
        call: &'c Call,
        expression: &Expression,
    ) -> Found {
        let Some(chain) = self.chain(path) else { return Found::default() };
        let keys = self.modules.get(&format!("{}module.{name}", address::prefix(path)));
        let key = keys.and_then(|keys| keys.first()).cloned().unwrap_or(Key::None);
        let scope = Scope { chain, path: path.clone(), key, for_each: call.for_each.as_ref() };
        self.expression(expression, &scope, 0)
    }

    /// What an output refers to.
    pub fn of_module(&self, path: &ModulePath, expression: &Expression) -> Found {
        let Some(chain) = self.chain(path) else { return Found::default() };
        let scope = Scope { chain, path: path.clone(), key: Key::None, for_each: None };
        self.expression(expression, &scope, 0)
    }

    fn expression(&self, expression: &Expression, scope: &Scope<'c>, depth: usize) -> Found {
        let names = expression.names();
        let repeats =
            names.iter().any(|name| name.starts_with("each.") || &***name == "count.index");
        let mut found = Found::default();
        for name in names {
            found.add(&self.name(name, repeats, scope, depth));
        }
        found
    }

    fn expressions(&self, all: &Expressions, scope: &Scope<'c>, depth: usize) -> Found {
        let mut found = Found::default();
        for expression in all.values() {
            found.add(&self.expression(expression, scope, depth));
        }
        found
    }

    /// `repeats`: whether the expression also names `each` or `count`, so that a block that it names is meant by the same key.
    fn name(&self, name: &Arc<str>, repeats: bool, scope: &Scope<'c>, depth: usize) -> Rc<Found> {
        self.lookups.set(self.lookups.get() + 1);
        if depth > MAX_DEPTH || self.is_exhausted() {
            return Rc::default();
        }
        let key = if repeats { scope.key.clone() } else { Key::None };
        let each = name.starts_with("each.");
        let memo = (address::prefix(&scope.path), Arc::clone(name), key.clone());
        if !each && let Some(found) = self.known.borrow().get(&memo) {
            return Rc::clone(found);
        }
        if !each {
            // What names itself in a circle refers to nothing more.
            self.known.borrow_mut().insert(memo.clone(), Rc::default());
        }
        let found = Rc::new(self.look_up(name, &key, scope, depth));
        if !each {
            self.known.borrow_mut().insert(memo, Rc::clone(&found));
        }
        found
    }

    fn look_up(&self, name: &Arc<str>, key: &Key, scope: &Scope<'c>, depth: usize) -> Found {
        let parts = address::parts(name);
        let words: Vec<&str> = parts
            .iter()
            .map(|part| if let Part::Name(word) = part { word.as_str() } else { "[]" })
            .collect();
        match words.as_slice() {
            ["each", "value", ..] => self.each_value(&parts[2..], scope, depth),
            ["var", variable, ..] => self.variable(variable, scope, depth),
            ["local", local, ..] => Found { local: Some((*local).into()), ..Found::default() },
            ["module", ..] => self.output(&parts, key, scope, depth),
            ["each" | "count" | "path" | "terraform" | "self", ..] => Found::default(),
            ["data", _, _, ..] => self.resource(&parts, 3, key, scope, depth),
            [_, _, ..] => self.resource(&parts, 2, key, scope, depth),
            _ => Found::default(),
        }
    }

    /// `each.value` is an element of what `for_each` names.
    fn each_value(&self, rest: &[Part], scope: &Scope<'c>, depth: usize) -> Found {
        let Some(for_each) = scope.for_each else { return Found::default() };
        let outer = Scope { for_each: None, ..scope.clone() };
        let attribute = rest.iter().find_map(name_of);
        let found = self.expression(for_each, &outer, depth + 1);
        let mut narrowed = Found { local: found.local, ..Found::default() };
        for (target, at) in found.targets {
            let of_key =
                self.has_instance(&target, &scope.key).then(|| format!("{target}{}", scope.key));
            let at = if at.is_root() { pointer(attribute) } else { at };
            narrowed.targets.insert((of_key.map_or(target, Arc::from), at));
        }
        narrowed
    }

    fn variable(&self, name: &str, scope: &Scope<'c>, depth: usize) -> Found {
        let Some(((call_name, key), outer)) = scope.path.split_last() else {
            return Found::default();
        };
        let chain = scope.chain[..scope.chain.len() - 1].to_vec();
        let Some(call) = chain.last().and_then(|module| module.calls.get(call_name)) else {
            return Found::default();
        };
        let Some(argument) = call.arguments.get(name) else { return Found::default() };
        let caller = Scope {
            chain,
            path: outer.to_vec(),
            key: key.clone(),
            for_each: call.for_each.as_ref(),
        };
        self.expression(argument, &caller, depth + 1)
    }

    fn output(&self, parts: &[Part], key: &Key, scope: &Scope<'c>, depth: usize) -> Found {
        let Some(Part::Name(name)) = parts.get(1) else { return Found::default() };
        let Some(call) = scope.module().calls.get(name.as_str()) else { return Found::default() };
        let (wanted, rest) = match &parts[2..] {
            [Part::Key(key), rest @ ..] => (Some(key.clone()), rest),
            rest => (None, rest),
        };
        let full = format!("{}module.{name}", address::prefix(&scope.path));
        let keys = self.modules.get(&full).cloned().unwrap_or_else(|| vec![Key::None]);
        let wanted =
            wanted.or_else(|| (*key != Key::None && keys.contains(key)).then(|| key.clone()));
        let output = rest.iter().find_map(name_of);
        let mut found = Found::default();
        for each in keys.iter().filter(|each| wanted.as_ref().is_none_or(|wanted| wanted == *each))
        {
            let mut path = scope.path.clone();
            path.push((name.as_str().into(), each.clone()));
            let mut chain = scope.chain.clone();
            chain.push(&call.module);
            let inner = Scope { chain, path, key: Key::None, for_each: None };
            for (name, value) in &call.module.outputs {
                if output.is_none_or(|output| output == &**name) {
                    found.add(&self.expression(&value.value, &inner, depth + 1));
                }
            }
        }
        found
    }

    fn resource(
        &self,
        parts: &[Part],
        words: usize,
        key: &Key,
        scope: &Scope<'c>,
        depth: usize,
    ) -> Found {
        let block = join(&parts[..words]);
        let Some(declared) = scope.module().resources.get(block.as_str()) else {
            return Found::default();
        };
        let full = format!("{}{block}", address::prefix(&scope.path));
        let (own, rest) = match &parts[words..] {
            [Part::Key(key), rest @ ..] => (Some(key), rest),
            rest => (None, rest),
        };
        let own = own.or_else(|| self.has_instance(&full, key).then_some(key));
        let target = own.map_or(full.clone(), |key| format!("{full}{key}"));
        let mut found = Found::default();
        found.targets.insert((target.into(), pointer(rest.iter().find_map(name_of))));
        if block.starts_with("data.aws_iam_policy_document.") {
            // What such a document is made of reaches those who use it.
            let inner = Scope {
                key: own.cloned().unwrap_or(Key::None),
                for_each: declared.for_each.as_ref(),
                ..scope.clone()
            };
            found.add(&self.expressions(&declared.expressions, &inner, depth + 1));
        }
        found
    }

    fn has_instance(&self, block: &str, key: &Key) -> bool {
        *key != Key::None && self.instances.get(block).is_some_and(|keys| keys.contains(key))
    }
}

/// The first attribute of a traversal: what lies deeper has no pointer that both sides agree on.
fn pointer(attribute: Option<&str>) -> Pointer {
    attribute.map_or_else(Pointer::root, |name| Pointer::root().key(name))
}

fn name_of(part: &Part) -> Option<&str> {
    if let Part::Name(name) = part { Some(name) } else { None }
}

fn join(parts: &[Part]) -> String {
    parts.iter().filter_map(name_of).collect::<Vec<_>>().join(".")
}
