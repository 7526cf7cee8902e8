//! `import` blocks: they say what the id of a resource is before it is made.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::expand;
use super::expression::{elements, evaluate};
use super::instance::Instance;
use super::module::{Declaration, ResourceDeclaration};
use super::scope::{Fault, Key, Repetition, Scope};
use super::types::{self, Type};
use super::value::{Kind, SequenceKind, Value};
use super::verify::address;
use crate::source::Place;

/// Ids by the address that they are imported to.
pub type Imported = BTreeMap<String, Value>;

/// The id that an import block gives to a resource instance.
pub fn id_of(
    instance: &Rc<Instance<'_>>,
    resource: &ResourceDeclaration,
    address: &str,
) -> Option<Value> {
    let root = instance.root_instance();
    if root.module.imports.is_empty() || resource.is_data {
        return None;
    }
    let imports = root.module.imports.iter().enumerate();
    imports
        .filter(|(_, import)| is_for(import, instance, resource))
        .find_map(|(at, _)| imported(&root, at).get(address).cloned())
}

/// Whether an import block can be for instances of a resource block.
fn is_for(import: &Declaration, instance: &Instance<'_>, resource: &ResourceDeclaration) -> bool {
    let Some(to) = import.attribute("to").and_then(|to| address(&to.value)) else { return false };
    let path = instance.call_names();
    let same_module =
        to.modules.iter().map(|(name, _)| &***name).eq(path.iter().map(|name| &**name));
    let target = to.target.as_ref();
    same_module && target.is_some_and(|to| *to.kind == resource.kind && *to.name == resource.name)
}

/// What one import block says, evaluated once.
fn imported(root: &Rc<Instance<'_>>, at: usize) -> Rc<Imported> {
    if let Some(known) = root.imports.borrow().get(&at) {
        return Rc::clone(known);
    }
    let import = &root.module.imports[at];
    let mut found = Imported::new();
    for (key, repetition) in members(import, root) {
        let scope = Scope::of(root, import.file, &repetition);
        let quiet = key == Key::Unknown;
        let pair = root.evaluator.quietly_if(quiet, || pair(import, &scope));
        match pair {
            Ok(Some((to, id))) => drop(found.insert(to, id)),
            Ok(None) => {}
            Err(fault) if quiet && !fault.is_limit => {}
            Err(fault) => root.evaluator.report(&fault),
        }
    }
    let found = Rc::new(found);
    root.imports.borrow_mut().insert(at, Rc::clone(&found));
    found
}

/// What an import block repeats over: unlike a resource, it takes lists too.
fn members(import: &Declaration, root: &Rc<Instance<'_>>) -> Vec<(Key, Repetition)> {
    let scope = Scope::of(root, import.file, &Repetition::Single);
    let list = import.attribute("for_each").and_then(|for_each| {
        let value = evaluate(&for_each.value, &scope).ok()?;
        match &value.kind {
            Kind::Sequence(SequenceKind::Tuple | SequenceKind::List, _) => elements(&value).ok(),
            _ => None,
        }
    });
    match list {
        Some(items) => {
            let member = |(at, (key, value))| (Key::Index(at), Repetition::Each(key, value));
            items.into_iter().enumerate().map(member).collect()
        }
        None => expand::expand(import, root).members,
    }
}

/// Where to, and the id; `None` where either is not known.
fn pair(import: &Declaration, scope: &Scope<'_, '_>) -> Result<Option<(String, Value)>, Fault> {
    let (Some(to), Some(id)) = (import.attribute("to"), import.attribute("id")) else {
        return Ok(None);
    };
    let Some(address) = address(&to.value) else { return Ok(None) };
    let Some(target) = &address.target else { return Ok(None) };
    let modules = address.modules.iter().map(|(name, key)| (format!("module.{name}"), *key));
    let mut parts = Vec::new();
    for (name, key) in modules.chain([(target.address(), target.key)]) {
        match key {
            None => parts.push(name),
            Some(key) => match key_text(key, scope)? {
                Some(key) => parts.push(name + &key),
                None => return Ok(None),
            },
        }
    }
    let value = evaluate(&id.value, scope)?;
    let refuse = |message: &str| Err(scope.fault(id.value.span, message));
    let value = types::convert(&value, &Type::String).map_err(|message| {
        scope.fault(id.value.span, format!("the id is unsuitable: {message}"))
    })?;
    match &value.kind {
        Kind::Null(_) => refuse("the id of an import cannot be null"),
        Kind::String(text) if text.is_empty() => refuse("the id of an import cannot be empty"),
        Kind::Unknown(_) => refuse("the id of an import must be known before apply"),
        _ => Ok(Some((parts.join("."), value))),
    }
}

/// `[0]`, `["a"]`; `None` for what is not known.
fn key_text(key: &crate::syntax::Node, scope: &Scope<'_, '_>) -> Result<Option<String>, Fault> {
    Ok(match evaluate(key, scope)?.kind {
        Kind::String(text) => Some(Key::Name(text).to_string()),
        Kind::Number(number) => {
            let at = number.to_i64().and_then(|at| usize::try_from(at).ok());
            at.map(|at| Key::Index(at).to_string())
        }
        _ => None,
    })
}

/// Import blocks stand in a root module only, and what they name has to be there.
pub fn check(instance: &Rc<Instance<'_>>, exists: impl Fn(&str) -> bool) {
    for (at, import) in instance.module.imports.iter().enumerate() {
        let report = |place: Place, message: String| {
            instance.evaluator.refuse(&Fault { message, place, is_limit: false });
        };
        if !instance.prefix.is_empty() {
            let message = "import blocks can stand in a root module only".to_owned();
            report(import.header(), message);
            continue;
        }
        let Some(to) = import.attribute("to") else { continue };
        for address in imported(instance, at).keys() {
            if !exists(address) {
                let place = Place { file: import.file, span: to.value.span };
                report(place, format!("there is no {address} to import"));
            }
        }
    }
}
