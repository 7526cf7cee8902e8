//! Addresses that are written as such: in `moved`, `import` and `removed` blocks, `depends_on` and `lifecycle`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Verifier;
use super::visit::{is_constant_key, references};
use crate::normalize::terraform::module::{
    Declaration, Module, ResourceDeclaration, is_local_source,
};
use crate::source::{FileId, Span};
use crate::syntax::{Attribute, Body, Node, NodeKind, Scalar, hcl};

/// `module.net["eu"].aws_vpc.main[0]`, or a module alone.
pub struct Address<'n> {
    /// Module calls on the way, each with its key.
    pub modules: Vec<(&'n Arc<str>, Option<&'n Node>)>,
    /// The resource; `None` for a module.
    pub target: Option<Target<'n>>,
}

/// The resource of an address.
pub struct Target<'n> {
    /// A data source.
    pub is_data: bool,
    /// Its type.
    pub kind: &'n Arc<str>,
    /// Its name.
    pub name: &'n Arc<str>,
    /// The key of one instance.
    pub key: Option<&'n Node>,
}

impl Target<'_> {
    /// The address in its module, without key.
    pub fn address(&self) -> String {
        let prefix = if self.is_data { "data." } else { "" };
        format!("{prefix}{}.{}", self.kind, self.name)
    }
}

impl<'n> Address<'n> {
    /// All keys.
    fn keys(&self) -> impl Iterator<Item = &'n Node> {
        let target = self.target.as_ref().and_then(|target| target.key);
        self.modules.iter().filter_map(|(_, key)| *key).chain(target)
    }

    /// The text of an address whose keys are constant.
    fn text(&self) -> String {
        let key = |key: Option<&Node>| match key.map(|key| &key.kind) {
            Some(NodeKind::Scalar(Scalar::String(text))) => format!("[{text:?}]"),
            Some(NodeKind::Scalar(Scalar::Number(number))) => format!("[{number}]"),
            _ => String::new(),
        };
        let modules = self.modules.iter().map(|(name, at)| format!("module.{name}{}", key(*at)));
        let target =
            self.target.as_ref().map(|target| format!("{}{}", target.address(), key(target.key)));
        modules.chain(target).collect::<Vec<_>>().join(".")
    }
}

/// An expression as an address.
pub fn address(node: &Node) -> Option<Address<'_>> {
    let mut parts = Vec::new();
    let mut base = node;
    loop {
        match &base.kind {
            NodeKind::Attribute(inner, name) => {
                parts.push(Ok(name));
                base = inner;
            }
            NodeKind::Index(inner, key) => {
                parts.push(Err(&**key));
                base = inner;
            }
            NodeKind::Name(name) => {
                parts.push(Ok(name));
                break;
            }
            _ => return None,
        }
    }
    parts.reverse();
    let mut modules = Vec::new();
    let mut rest = parts.as_slice();
    let key = |rest: &mut &[Result<&Arc<str>, &'_ Node>]| match rest {
        [Err(_), after @ ..] => {
            *rest = after;
            true
        }
        _ => false,
    };
    while let [Ok(word), Ok(name), after @ ..] = rest
        && &***word == "module"
    {
        let at = after.first().and_then(|part| part.as_ref().err().copied());
        rest = after;
        key(&mut rest);
        modules.push((*name, at));
    }
    if rest.is_empty() && !modules.is_empty() {
        return Some(Address { modules, target: None });
    }
    let is_data = matches!(rest, [Ok(word), ..] if &***word == "data");
    let after = if is_data { &rest[1..] } else { rest };
    let (kind, name, key) = match after {
        [Ok(kind), Ok(name)] => (*kind, *name, None),
        [Ok(kind), Ok(name), Err(key)] => (*kind, *name, Some(*key)),
        _ => return None,
    };
    Some(Address { modules, target: Some(Target { is_data, kind, name, key }) })
}

impl<'a> Verifier<'a> {
    pub(super) fn addresses(&mut self) {
        self.moves();
        let module = self.module;
        let mut imported: BTreeSet<String> = BTreeSet::new();
        for import in &module.imports {
            self.import(import, &mut imported);
        }
        for removed in &module.removed {
            self.removal(removed);
        }
        for (own, resource) in &module.resources {
            self.resource_addresses(own, resource);
        }
        for declaration in module.calls.values().chain(module.outputs.values()) {
            self.depends_on(declaration);
        }
    }

    /// An address all of whose keys are constant.
    fn constant_address(&mut self, file: FileId, attribute: &'a Attribute) -> Option<Address<'a>> {
        let found = address(&attribute.value).filter(|found| found.keys().all(is_constant_key));
        if found.is_none() {
            let message = "the address of a resource or module is needed, with constant keys";
            self.refuse(file, attribute.value.span, message);
        }
        found
    }

    fn moves(&mut self) {
        let mut statements: Vec<(String, String, Span)> = Vec::new();
        for moved in &self.module.moved {
            let (Some(from), Some(to)) = (moved.attribute("from"), moved.attribute("to")) else {
                continue;
            };
            let from = self.constant_address(moved.file, from);
            let to = self.constant_address(moved.file, to);
            let (Some(from), Some(to)) = (from, to) else { continue };
            let header = moved.block.header;
            if from.target.is_some() != to.target.is_some() {
                let message = "`from` and `to` must both be resources or both be modules";
                self.refuse(moved.file, header, message);
                continue;
            }
            let (old, new) = (from.text(), to.text());
            if old == new {
                self.refuse(moved.file, header, format!("{old} is moved to where it is"));
                continue;
            }
            if self.still_exists(&from, &to) {
                let message = format!("{old} is moved, but it is still declared");
                self.refuse(moved.file, header, message);
            }
            let clash = statements
                .iter()
                .any(|(other_from, other_to, _)| (*other_from == old) != (*other_to == new));
            if clash {
                let message = format!("another moved block says something else of {old} or {new}");
                self.refuse(moved.file, header, message);
            }
            statements.push((old, new, header));
            self.refuse_circles(moved, &statements);
        }
    }

    fn refuse_circles(&mut self, last: &Declaration, statements: &[(String, String, Span)]) {
        let next: BTreeMap<&str, &str> =
            statements.iter().map(|(from, to, _)| (from.as_str(), to.as_str())).collect();
        let Some((start, _, header)) = statements.last() else { return };
        let mut at = start.as_str();
        for _ in 0..statements.len() {
            match next.get(at) {
                Some(to) if to == start => {
                    let message = format!("{start} is moved in a circle");
                    return self.refuse(last.file, *header, message);
                }
                Some(to) => at = to,
                None => return,
            }
        }
    }

    /// Whether what is moved away is still declared. Of instances with keys that is not known here.
    fn still_exists(&self, from: &Address<'_>, to: &Address<'_>) -> bool {
        let Some(target) = &from.target else {
            let [modules @ .., (name, key)] = from.modules.as_slice() else { return false };
            let call = self.module_at(modules).and_then(|module| module.calls.get(&***name));
            let other_key = to.modules.last().and_then(|(_, key)| *key);
            return call.is_some_and(|call| stands(call, *key, other_key));
        };
        let declared = self.resource_at(&from.modules, target);
        let other_key = to.target.as_ref().and_then(|target| target.key);
        declared.is_some_and(|resource| stands(&resource.declaration, target.key, other_key))
    }

    /// The module that a path of calls leads to.
    fn module_at(&self, path: &[(&Arc<str>, Option<&Node>)]) -> Option<&'a Module> {
        let mut module = self.module;
        for (name, _) in path {
            let source = module.calls.get(&***name)?.literal("source")?;
            let folder =
                is_local_source(source).then(|| crate::source::join(&module.folder, source))??;
            module = self.modules.get(&*folder)?;
        }
        Some(module)
    }

    fn resource_at(
        &self,
        path: &[(&Arc<str>, Option<&Node>)],
        target: &Target<'_>,
    ) -> Option<&'a ResourceDeclaration> {
        self.module_at(path)?.resources.get(&*target.address())
    }

    fn import(&mut self, import: &'a Declaration, imported: &mut BTreeSet<String>) {
        let Some(to) = import.attribute("to") else { return };
        let Some(found) = address(&to.value)
            .filter(|found| found.target.as_ref().is_some_and(|target| !target.is_data))
        else {
            let message = "the address of a resource is needed";
            return self.refuse(import.file, to.value.span, message);
        };
        let is_constant = found.keys().all(is_constant_key);
        if is_constant && !imported.insert(found.text()) {
            let message = format!("{} is imported twice", found.text());
            return self.refuse(import.file, to.value.span, message);
        }
        let target = found.target.as_ref().filter(|_| self.module_at(&found.modules).is_some());
        if let Some(target) = target
            && self.resource_at(&found.modules, target).is_none()
        {
            let message = format!("there is no resource {} to import", target.address());
            self.refuse(import.file, to.value.span, message);
        }
    }

    fn removal(&mut self, removed: &'a Declaration) {
        let Some(from) = removed.attribute("from") else { return };
        let Some(found) = self.constant_address(removed.file, from) else { return };
        if found.keys().next().is_some() {
            let message = "a removed block takes a whole resource or module, without key";
            return self.refuse(removed.file, from.value.span, message);
        }
        let declaration = match &found.target {
            Some(target) if target.is_data => {
                let message = "a data source cannot be removed: nothing is destroyed";
                return self.refuse(removed.file, from.value.span, message);
            }
            Some(target) => {
                self.resource_at(&found.modules, target).map(|resource| &resource.declaration)
            }
            None => match found.modules.as_slice() {
                [modules @ .., (name, _)] => {
                    self.module_at(modules).and_then(|module| module.calls.get(&***name))
                }
                [] => None,
            },
        };
        if let Some(declaration) = declaration {
            let message = format!("{} is removed, but it is still declared", found.text());
            self.refuse(declaration.file, declaration.block.header, message);
        }
    }

    fn resource_addresses(&mut self, own: &str, resource: &'a ResourceDeclaration) {
        let declaration = &resource.declaration;
        self.depends_on(declaration);
        self.circle_of_dependencies(own, declaration);
        self.provider_argument(declaration);
        for block in &declaration.block.body.blocks {
            let file = self.module.file_of_block(block, declaration.file);
            match &*block.name {
                "lifecycle" => self.lifecycle_addresses(file, &block.body, resource),
                "provisioner" => {
                    self.keyword(file, &block.body, "when", &["create", "destroy"]);
                    self.keyword(file, &block.body, "on_failure", &["continue", "fail"]);
                }
                _ => {}
            }
        }
    }

    fn keyword(&mut self, file: FileId, body: &Body, name: &str, words: &[&str]) {
        let Some(attribute) = body.attribute(name) else { return };
        let word = match &attribute.value.kind {
            NodeKind::Name(word) | NodeKind::Scalar(Scalar::String(word)) => &**word,
            _ => "",
        };
        if !words.contains(&word) {
            let message = format!("`{name}` is {}", words.join(" or "));
            self.refuse(file, attribute.value.span, message);
        }
    }

    fn lifecycle_addresses(
        &mut self,
        file: FileId,
        body: &'a Body,
        resource: &ResourceDeclaration,
    ) {
        if let Some(attribute) = body.attribute("ignore_changes") {
            match &attribute.value.kind {
                NodeKind::Name(word) if &**word == "all" => {}
                NodeKind::Sequence(items) => {
                    for item in items {
                        self.ignored(file, item, resource);
                    }
                }
                _ => self.refuse(
                    file,
                    attribute.value.span,
                    "a list of attributes is needed, or `all`",
                ),
            }
        }
        let Some(attribute) = body.attribute("replace_triggered_by") else { return };
        let NodeKind::Sequence(items) = &attribute.value.kind else {
            return self.refuse(
                file,
                attribute.value.span,
                "a list of references to resources is needed",
            );
        };
        for item in items {
            let found = references(item);
            let first = found.first().map(|reference| (&**reference.root, reference));
            match first {
                None
                | Some((
                    "var" | "local" | "module" | "data" | "path" | "terraform" | "self" | "each"
                    | "count",
                    _,
                )) => {
                    let message = "only resources and their attributes can trigger a replacement";
                    self.refuse(file, item.span, message);
                }
                Some((kind, reference)) => {
                    let known = reference.member(0).is_some_and(|name| {
                        self.module.resources.contains_key(&*format!("{kind}.{name}"))
                    });
                    if !known {
                        let message = "there is no such resource in this module";
                        self.refuse(file, item.span, message);
                    }
                }
            }
        }
    }

    fn ignored(&mut self, file: FileId, item: &Node, resource: &ResourceDeclaration) {
        if matches!(item.kind, NodeKind::Scalar(Scalar::String(_))) {
            return;
        }
        let found = references(item);
        let [reference] = found.as_slice() else {
            return self.refuse(file, item.span, "an attribute of the resource is needed");
        };
        let known = ["id", "input", "output", "triggers_replace"];
        if &*resource.kind == "terraform_data" && !known.contains(&&**reference.root) {
            let message = format!("terraform_data has no attribute \"{}\"", reference.root);
            self.refuse(file, item.span, message);
        }
    }

    fn depends_on(&mut self, declaration: &'a Declaration) {
        let Some(attribute) = declaration.attribute("depends_on") else { return };
        let NodeKind::Sequence(items) = &attribute.value.kind else {
            let message = "`depends_on` needs a list of references";
            return self.refuse(declaration.file, attribute.value.span, message);
        };
        for item in items {
            if let Err((span, message)) = self.dependency(declaration.file, item) {
                self.refuse(declaration.file, span, message);
            }
        }
    }

    fn dependency(&self, file: FileId, item: &Node) -> Result<(), (Span, String)> {
        // Terraform before 0.12 wrote references as texts.
        let quoted = match &item.kind {
            NodeKind::Scalar(Scalar::String(text)) => {
                hcl::parse_expression(file, text, item.span.start as usize + 1).ok()
            }
            _ => None,
        };
        let node = quoted.as_ref().unwrap_or(item);
        let is_traversal =
            matches!(node.kind, NodeKind::Name(_) | NodeKind::Attribute(..) | NodeKind::Index(..));
        match references(node).as_slice() {
            [reference] if is_traversal => self.dependency_is_declared(file, reference),
            _ => Err((
                item.span,
                "`depends_on` takes references only, no other expressions".to_owned(),
            )),
        }
    }

    /// Names in `depends_on` that are resources, with the place of the list.
    fn dependencies(&self, declaration: &Declaration) -> Vec<String> {
        let Some(attribute) = declaration.attribute("depends_on") else { return Vec::new() };
        self.addresses_in(&attribute.value)
    }

    /// Resources and locals of this module that an expression refers to.
    fn addresses_in(&self, node: &Node) -> Vec<String> {
        let address = |reference: super::visit::Reference<'_>| {
            let (first, second) = (reference.member(0), reference.member(1));
            let address = match (&**reference.root, first, second) {
                ("data", Some(kind), Some(name)) => format!("data.{kind}.{name}"),
                ("resource", Some(kind), Some(name)) => format!("{kind}.{name}"),
                (root, Some(name), _) => format!("{root}.{name}"),
                _ => return None,
            };
            let known =
                self.module.resources.contains_key(&*address) || address.starts_with("local.");
            known.then_some(address)
        };
        references(node).into_iter().filter_map(address).collect()
    }

    fn circle_of_dependencies(&mut self, own: &str, declaration: &Declaration) {
        let mut open = self.dependencies(declaration);
        let mut seen = BTreeSet::new();
        while let Some(next) = open.pop() {
            if next == own {
                let attribute = declaration.attribute("depends_on");
                let span = attribute.map_or(declaration.block.header, |attribute| attribute.span);
                let message = format!("{own} depends on itself in a circle");
                return self.refuse(declaration.file, span, message);
            }
            if seen.insert(next.clone()) {
                open.extend(self.edges(&next));
            }
        }
    }

    fn edges(&self, address: &str) -> Vec<String> {
        if let Some(local) =
            address.strip_prefix("local.").and_then(|name| self.module.locals.get(name))
        {
            return self.addresses_in(&local.node);
        }
        let Some(resource) = self.module.resources.get(address) else { return Vec::new() };
        let mut found = self.dependencies(&resource.declaration);
        let mut bodies = vec![&resource.declaration.block.body];
        while let Some(body) = bodies.pop() {
            for attribute in &body.attributes {
                if !matches!(&*attribute.name, "ignore_changes" | "depends_on" | "provider") {
                    found.extend(self.addresses_in(&attribute.value));
                }
            }
            bodies.extend(body.blocks.iter().map(|block| &block.body));
        }
        found
    }
}

/// Whether a declaration still makes what is moved away: the whole, or the one instance without key.
fn stands(declaration: &Declaration, key: Option<&Node>, other_key: Option<&Node>) -> bool {
    let repeated = ["count", "for_each"].iter().any(|name| declaration.attribute(name).is_some());
    match (key, other_key) {
        (None, None) => true,
        (None, Some(_)) => !repeated,
        (Some(_), _) => false,
    }
}
