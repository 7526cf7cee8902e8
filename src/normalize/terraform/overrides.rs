//! Override files (`override.tf`, `x_override.tf.json`): what they say replaces what the other files say, by Terraform's rules.
//!
//! Arguments replace arguments; nested blocks of a resource replace all of their type, but for `lifecycle`, whose arguments are
//! merged one by one. What an override may not touch, and what there is nothing of to override, is a problem.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::module::{Declaration, Expression, Module};
use crate::source::{FileId, Span};
use crate::syntax::{Attribute, Block, Body};

/// Whether the name of a file says that it overrides others.
pub fn is_override_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let endings = [".tf.json", ".tofu.json", ".tf", ".tofu"];
    let stem = endings.iter().find_map(|ending| name.strip_suffix(ending));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// A `.tofu` file takes the place of the `.tf` file of the same name. `files` are sorted by path.
pub fn drop_shadowed(files: &mut Vec<(FileId, Arc<str>, Body)>) {
    let shadow = |path: &str| {
        let (stem, json) = path.strip_suffix(".json").map_or((path, ""), |stem| (stem, ".json"));
        Some(format!("{}.tofu{json}", stem.strip_suffix(".tf")?))
    };
    let paths: Vec<Arc<str>> = files.iter().map(|(_, path, _)| Arc::clone(path)).collect();
    let is_there = |wanted: &str| paths.binary_search_by(|path| (**path).cmp(wanted)).is_ok();
    files.retain(|(_, path, _)| !shadow(path).is_some_and(|shadow| is_there(&shadow)));
}

/// Apply override files, in order.
pub fn apply(module: &mut Module, files: Vec<(FileId, Body)>) {
    let mut origins = Vec::new();
    for (file, body) in files {
        for attribute in body.attributes {
            let message = format!("an argument named \"{}\" is not expected here", attribute.name);
            module.refuse(file, attribute.name_span, message);
        }
        for block in body.blocks {
            apply_block(module, file, block, &mut origins);
        }
    }
    if !origins.is_empty() {
        module.foreign = foreign(module, &origins);
    }
}

/// A part that an override file put into a block: the block's header, the part's name and span, and its file.
type Origin = ((FileId, Span), Arc<str>, Span, FileId);

fn apply_block(module: &mut Module, file: FileId, block: Arc<Block>, origins: &mut Vec<Origin>) {
    let labels: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
    let refused = match (&*block.name, labels.as_slice()) {
        ("locals", []) => return override_locals(module, file, block),
        ("terraform", []) => return override_settings(module, file, block),
        ("provider", [name]) => {
            let alias = alias_of(&block);
            let same = |known: &&mut Declaration| {
                *known.block.labels[0].text == **name && alias_of(&known.block) == alias
            };
            match module.providers.iter_mut().find(same) {
                Some(base) => return merge(base, file, block, origins),
                // A provider without configuration has an empty one.
                None if alias.is_none() => return module.add_block(file, block),
                None => Some("provider configuration".to_owned()),
            }
        }
        ("moved" | "import", []) | ("check", [_]) => {
            let message = format!("{} blocks cannot stand in an override file", block.name);
            return module.refuse(file, block.header, message);
        }
        ("resource", [kind, name]) => Some(format!("{kind}.{name}")),
        ("data", [kind, name]) => Some(format!("data.{kind}.{name}")),
        ("variable" | "module" | "output", [name]) => Some((*name).to_owned()),
        _ => None,
    };
    let Some(name) = refused else { return module.add_block(file, block) };
    let base = match &*block.name {
        "resource" | "data" => {
            module.resources.get_mut(&*name).map(|resource| &mut resource.declaration)
        }
        "variable" => module.variables.get_mut(&*name),
        "module" => module.calls.get_mut(&*name),
        "output" => module.outputs.get_mut(&*name),
        _ => None,
    };
    let untouchable = match base {
        None => {
            let message = format!("there is no {} \"{name}\" to override", block.name);
            Some((block.header, message))
        }
        Some(base) => {
            let untouchable = untouchable(&block);
            if untouchable.is_none() {
                merge(base, file, block, origins);
            }
            untouchable
        }
    };
    if let Some((span, message)) = untouchable {
        module.refuse(file, span, message);
    }
}

/// The alias of a provider configuration.
fn alias_of(block: &Block) -> Option<Arc<str>> {
    super::module::literal_text(&block.body.attribute("alias")?.value).cloned()
}

/// What no override may touch.
fn untouchable(block: &Block) -> Option<(Span, String)> {
    let depends_on = block.body.attribute("depends_on").filter(|_| &*block.name != "variable");
    if let Some(attribute) = depends_on {
        return Some((attribute.name_span, "`depends_on` cannot be overridden".to_owned()));
    }
    let validation = block.body.blocks_named("validation").next()?;
    Some((validation.header, "validation blocks cannot be overridden".to_owned()))
}

fn override_locals(module: &mut Module, file: FileId, block: Arc<Block>) {
    for attribute in Arc::unwrap_or_clone(block).body.attributes {
        let Some(base) = module.locals.get_mut(&attribute.name) else {
            let message = format!("there is no local value \"{}\" to override", attribute.name);
            module.refuse(file, attribute.name_span, message);
            continue;
        };
        *base = Expression { file, span: attribute.span, node: attribute.value };
    }
}

/// A later `required_version`, provider requirement or backend takes the place of the earlier one.
fn override_settings(module: &mut Module, file: FileId, block: Arc<Block>) {
    let inner = |name: &str| block.body.blocks_named(name).next().is_some();
    if inner("backend") || inner("cloud") {
        module.backend = None;
        for settings in &mut module.settings {
            let body = &mut Arc::make_mut(&mut settings.block).body;
            body.blocks.retain(|inner| !matches!(&*inner.name, "backend" | "cloud"));
        }
    }
    if block.body.attribute("required_version").is_some() {
        for settings in &mut module.settings {
            let body = &mut Arc::make_mut(&mut settings.block).body;
            body.attributes.retain(|old| &*old.name != "required_version");
        }
    }
    let required: Vec<Arc<str>> = block
        .body
        .blocks_named("required_providers")
        .flat_map(|inner| inner.body.attributes.iter().map(|provider| Arc::clone(&provider.name)))
        .collect();
    for settings in &mut module.settings {
        let body = &mut Arc::make_mut(&mut settings.block).body;
        for inner in &mut body.blocks {
            if &*inner.name == "required_providers" {
                let inner = Arc::make_mut(inner);
                inner.body.attributes.retain(|old| !required.contains(&old.name));
                inner.body.blocks.clear();
            }
        }
        if !required.is_empty() {
            body.blocks.retain(|inner| {
                &*inner.name != "required_providers" || !inner.body.attributes.is_empty()
            });
        }
    }
    module.add_block(file, block);
}

fn merge(base: &mut Declaration, file: FileId, by: Arc<Block>, origins: &mut Vec<Origin>) {
    let by = Arc::unwrap_or_clone(by);
    let key = (base.file, base.block.header);
    let body = &mut Arc::make_mut(&mut base.block).body;
    let is_managed = &*by.name == "resource";
    for attribute in by.body.attributes {
        origins.push((key, Arc::clone(&attribute.name), attribute.span, file));
        replace(&mut body.attributes, attribute);
    }
    let mut blocks = by.body.blocks;
    if let Some(at) = blocks.iter().position(|block| is_managed && &*block.name == "lifecycle") {
        let lifecycle = blocks.remove(at);
        match body.blocks.iter_mut().find(|block| &*block.name == "lifecycle") {
            Some(known) => {
                let known = Arc::make_mut(known);
                Arc::unwrap_or_clone(lifecycle)
                    .body
                    .attributes
                    .into_iter()
                    .for_each(|attribute| replace(&mut known.body.attributes, attribute));
            }
            None => blocks.push(lifecycle),
        }
    }
    let kinds: Vec<Arc<str>> = blocks.iter().map(|block| kind_of(block)).collect();
    body.blocks.retain(|old| !kinds.contains(&kind_of(old)));
    for block in blocks {
        origins.push((key, Arc::clone(&block.name), block.span, file));
        body.blocks.push(block);
    }
    // Both may come together here; `count` holds then.
    if body.attribute("count").is_some() {
        body.attributes.retain(|attribute| &*attribute.name != "for_each");
    }
}

fn replace(attributes: &mut Vec<Attribute>, by: Attribute) {
    attributes.retain(|old| old.name != by.name);
    attributes.push(by);
}

/// The type of a block, also where it is dynamic.
fn kind_of(block: &Block) -> Arc<str> {
    match block.labels.as_slice() {
        [label] if &*block.name == "dynamic" => Arc::clone(&label.text),
        _ => Arc::clone(&block.name),
    }
}

/// Files of the parts that came from elsewhere, by their place in memory, now that nothing moves any more.
fn foreign(module: &Module, origins: &[Origin]) -> FxHashMap<usize, FileId> {
    let mut found = FxHashMap::default();
    let resources = module.resources.values().map(|resource| &resource.declaration);
    let named = [&module.variables, &module.calls, &module.outputs];
    let declarations = resources
        .chain(named.into_iter().flat_map(|table| table.values()))
        .chain(&module.providers);
    for declaration in declarations {
        let key = (declaration.file, declaration.block.header);
        let file_of = |name: &Arc<str>, span: Span| {
            let same = |origin: &&Origin| origin.0 == key && origin.1 == *name && origin.2 == span;
            origins.iter().rev().find(same).map(|origin| origin.3)
        };
        let body = &declaration.block.body;
        for attribute in &body.attributes {
            if let Some(file) = file_of(&attribute.name, attribute.span) {
                found.insert(std::ptr::from_ref(attribute).addr(), file);
            }
        }
        for block in &body.blocks {
            if let Some(file) = file_of(&block.name, block.span) {
                found.insert(std::ptr::from_ref(&**block).addr(), file);
            }
        }
    }
    found
}
