//! Names that expressions use: what nothing declares is refused wherever it stands, also where it is never evaluated.

use std::sync::Arc;

use super::Verifier;
use super::visit::{Reference, references, references_in};
use crate::normalize::terraform::module::{Declaration, ResourceDeclaration};
use crate::source::{FileId, Span};
use crate::syntax::{Attribute, Block, Body, Node, NodeKind, Scalar};

/// What may be used where an expression stands.
#[derive(Clone, Copy)]
struct Context<'a> {
    file: FileId,
    /// `each.key` and `each.value`.
    each: bool,
    /// `count.index`.
    count: bool,
    /// `self`.
    myself: bool,
    /// The resource whose condition this is: it may not refer to itself.
    own: Option<&'a str>,
    /// The check block, whose data source is its own.
    check: Option<&'a Arc<str>>,
}

impl Context<'_> {
    fn plain(file: FileId) -> Self {
        Self { file, each: false, count: false, myself: false, own: None, check: None }
    }

    fn of(declaration: &Declaration) -> Self {
        let has = |name: &str| declaration.attribute(name).is_some();
        Self { each: has("for_each"), count: has("count"), ..Self::plain(declaration.file) }
    }
}

/// Members that hold no expression, or one that is looked at elsewhere.
const NO_EXPRESSION: &[&str] = &[
    "depends_on",
    "ignore_changes",
    "provider",
    "providers",
    "replace_triggered_by",
    "when",
    "on_failure",
    "iterator",
    "configuration_aliases",
];

/// Attributes of what Terraform's built-in provider has.
const BUILT_IN: [(&str, &[&str]); 2] = [
    ("terraform_data", &["id", "input", "output", "triggers_replace"]),
    ("data.terraform_remote_state", &["backend", "config", "defaults", "outputs", "workspace"]),
];

impl<'a> Verifier<'a> {
    pub(super) fn names(&mut self) {
        let module = self.module;
        for local in module.locals.values() {
            self.node(&local.node, Context::plain(local.file), &[]);
        }
        for (name, variable) in &module.variables {
            self.validations(name, variable);
        }
        for output in module.outputs.values() {
            self.body(&output.block.body, Context::plain(output.file), &[]);
        }
        for (address, resource) in module.resources.iter().chain(&module.ephemerals) {
            self.resource(address, resource);
        }
        for call in module.calls.values().chain(&module.providers).chain(&module.imports) {
            self.repeated(call);
            let context = Context::of(call);
            let skipped = ["count", "for_each", "source", "version", "to", "alias"];
            let rest = |attribute: &&Attribute| !skipped.contains(&&*attribute.name);
            for attribute in call.block.body.attributes.iter().filter(rest) {
                self.attribute(attribute, context, &[]);
            }
            for block in &call.block.body.blocks {
                self.block(block, context, &[]);
            }
        }
        for (name, check) in &module.checks {
            let context = Context { check: Some(name), ..Context::plain(check.file) };
            for assert in check.block.body.blocks_named("assert") {
                self.body(&assert.body, context, &[]);
                self.refers_to_something(check.file, assert);
            }
        }
    }

    /// `count` and `for_each` themselves cannot use what they define.
    fn repeated(&mut self, declaration: &'a Declaration) {
        for name in ["count", "for_each"] {
            if let Some(attribute) = declaration.attribute(name) {
                self.attribute(attribute, Context::plain(declaration.file), &[]);
            }
        }
    }

    fn resource(&mut self, address: &'a str, resource: &'a ResourceDeclaration) {
        let declaration = &resource.declaration;
        self.repeated(declaration);
        let context = Context { check: resource.check.as_ref(), ..Context::of(declaration) };
        let body = &declaration.block.body;
        let rest = |attribute: &&Attribute| !matches!(&*attribute.name, "count" | "for_each");
        for attribute in body.attributes.iter().filter(rest) {
            self.attribute(attribute, context, &[]);
        }
        for block in &body.blocks {
            let file = self.module.file_of_block(block, declaration.file);
            let context = Context { file, ..context };
            match &*block.name {
                "lifecycle" => {
                    self.lifecycle(&block.body, Context { own: Some(address), ..context });
                }
                "provisioner" | "connection" => {
                    self.body(&block.body, Context { myself: true, ..context }, &[]);
                    self.on_destroy(block, context);
                }
                _ => self.block(block, context, &[]),
            }
        }
    }

    fn lifecycle(&mut self, body: &'a Body, context: Context<'_>) {
        for block in &body.blocks {
            let myself = &*block.name == "postcondition";
            self.body(&block.body, Context { myself, ..context }, &[]);
            self.refers_to_something(context.file, block);
        }
    }

    /// What runs when the resource is gone can refer to the resource only.
    fn on_destroy(&mut self, block: &Block, context: Context<'_>) {
        let when = block.body.attribute("when").map(|when| &when.value.kind);
        if !matches!(when, Some(NodeKind::Name(word)) if &**word == "destroy") {
            return;
        }
        let inner = block.body.blocks.iter().flat_map(|inner| &inner.body.attributes);
        for attribute in block.body.attributes.iter().chain(inner) {
            if NO_EXPRESSION.contains(&&*attribute.name) {
                continue;
            }
            for reference in references(&attribute.value) {
                let allowed = matches!(&**reference.root, "self" | "path" | "terraform")
                    || matches!(
                        (&**reference.root, reference.member(0).map(|name| &**name)),
                        ("count", Some("index")) | ("each", Some("key"))
                    );
                if !allowed {
                    let message = "a provisioner that runs on destroy can refer to `self`, `count.index` and `each.key` only";
                    self.refuse(context.file, reference.span, message);
                }
            }
        }
    }

    fn validations(&mut self, name: &Arc<str>, variable: &'a Declaration) {
        let context = Context::plain(variable.file);
        for block in variable.block.body.blocks_named("validation") {
            self.body(&block.body, context, &[]);
            let Some(condition) = block.body.attribute("condition") else { continue };
            let is_own = |reference: &Reference<'_>| {
                &**reference.root == "var" && reference.member(0) == Some(name)
            };
            if !references(&condition.value).iter().any(is_own) {
                let message =
                    format!("the condition must refer to var.{name}, or else it checks nothing");
                self.refuse(variable.file, condition.value.span, message);
            }
        }
    }

    fn refers_to_something(&mut self, file: FileId, block: &Block) {
        let Some(condition) = block.body.attribute("condition") else { return };
        if references(&condition.value).is_empty() {
            let message = "the condition must refer to something, or else it checks nothing";
            self.refuse(file, condition.value.span, message);
        }
    }

    fn body(&mut self, body: &'a Body, context: Context<'_>, bound: &[&'a str]) {
        for attribute in &body.attributes {
            self.attribute(attribute, context, bound);
        }
        for block in &body.blocks {
            self.block(block, context, bound);
        }
    }

    fn block(&mut self, block: &'a Block, context: Context<'_>, bound: &[&'a str]) {
        let label = match block.labels.as_slice() {
            [label] if &*block.name == "dynamic" => &*label.text,
            _ => return self.body(&block.body, context, bound),
        };
        let iterator = match block.body.attribute("iterator").map(|iterator| &iterator.value.kind) {
            Some(NodeKind::Name(name) | NodeKind::Scalar(Scalar::String(name))) => &**name,
            _ => label,
        };
        let inner: Vec<&'a str> = bound.iter().copied().chain([iterator]).collect();
        for attribute in &block.body.attributes {
            let bound = if &*attribute.name == "labels" { &inner[..] } else { bound };
            self.attribute(attribute, context, bound);
        }
        // What a dynamic block holds is looked at where it makes a block; evaluation says whether it does.
        let made = block.body.attribute("for_each").is_some_and(|it| has_elements(&it.value));
        for content in block.body.blocks.iter().filter(|_| made) {
            self.body(&content.body, context, &inner);
        }
    }

    fn attribute(&mut self, attribute: &'a Attribute, context: Context<'_>, bound: &[&'a str]) {
        if !NO_EXPRESSION.contains(&&*attribute.name) {
            let file = self.module.file_of(attribute, context.file);
            self.node(&attribute.value, Context { file, ..context }, bound);
        }
    }

    fn node(&mut self, node: &'a Node, context: Context<'_>, bound: &[&'a str]) {
        for reference in references_in(node, bound) {
            if let Err((span, message)) = self.reference(&reference, context) {
                self.refuse(context.file, span, message);
            }
        }
    }

    fn reference(
        &self,
        reference: &Reference<'_>,
        context: Context<'_>,
    ) -> Result<(), (Span, String)> {
        let (root, span, module) = (reference.root, reference.span, self.module);
        let missing = |what: &str| (span, format!("`{root}` must be followed by {what}"));
        let member = |what: &str| reference.member(0).ok_or_else(|| missing(what));
        let declared = |known: bool, what: &str, name: &str| {
            let span = reference.steps.first().map_or(span, |step| step.span);
            let message = || format!("there is no {what} named \"{name}\" in this module");
            if known { Ok(()) } else { Err((span, message())) }
        };
        match &**root {
            "var" => {
                let name = member("the name of a variable")?;
                declared(module.variables.contains_key(name), "variable", name)
            }
            "local" => {
                let name = member("the name of a local value")?;
                declared(module.locals.contains_key(name), "local value", name)
            }
            "module" => {
                let name = member("the name of a module call")?;
                declared(module.calls.contains_key(name), "module call", name)
            }
            "count" => match member("`index`")?.as_ref() {
                "index" if context.count => Ok(()),
                "index" => {
                    Err((span, "`count.index` can be used only where `count` is set".to_owned()))
                }
                name => Err((span, format!("`count` has no attribute \"{name}\""))),
            },
            "each" => match member("`key` or `value`")?.as_ref() {
                "key" | "value" if context.each => Ok(()),
                "key" | "value" => {
                    let message =
                        "`each.key` and `each.value` can be used only where `for_each` is set";
                    Err((span, message.to_owned()))
                }
                name => Err((span, format!("`each` has no attribute \"{name}\""))),
            },
            "path" => surrounding(root, member("an attribute")?, &["module", "root", "cwd"], span),
            "terraform" => {
                surrounding(root, member("an attribute")?, &["workspace", "applying"], span)
            }
            "self" if context.myself => Ok(()),
            "self" => {
                let message =
                    "`self` can be used only in provisioners, connections and postconditions";
                Err((span, message.to_owned()))
            }
            "data" | "resource" | "ephemeral" => {
                let kind = reference.member(0).zip(reference.member(1));
                let (kind, name) = kind.ok_or_else(|| missing("a type and a name"))?;
                let prefix = if &**root == "resource" { String::new() } else { format!("{root}.") };
                self.resource_reference(reference, &format!("{prefix}{kind}.{name}"), 2, context)
            }
            kind => {
                let name = member("the name of a resource")?;
                self.resource_reference(reference, &format!("{kind}.{name}"), 1, context)
            }
        }
    }

    /// A reference in `depends_on`: what it names is declared.
    pub(super) fn dependency_is_declared(
        &self,
        file: FileId,
        reference: &Reference<'_>,
    ) -> Result<(), (Span, String)> {
        let (root, member) = (&**reference.root, reference.member(0));
        let address = match (root, member, reference.member(1)) {
            ("var" | "local" | "module" | "each" | "count" | "path" | "terraform" | "self", ..) => {
                return self.reference(reference, Context::plain(file));
            }
            ("data" | "ephemeral", Some(kind), Some(name)) => format!("{root}.{kind}.{name}"),
            ("resource", Some(kind), Some(name)) => format!("{kind}.{name}"),
            (kind, Some(name), _) => format!("{kind}.{name}"),
            _ => return Err((reference.span, "the name of a resource is missing".to_owned())),
        };
        let known =
            self.module.resources.get(&*address).or_else(|| self.module.ephemerals.get(&*address));
        match known {
            Some(_) => Ok(()),
            None => Err((reference.span, format!("there is no resource {address} in this module"))),
        }
    }

    fn resource_reference(
        &self,
        reference: &Reference<'_>,
        address: &str,
        used: usize,
        context: Context<'_>,
    ) -> Result<(), (Span, String)> {
        let span = reference.span_to(used - 1);
        let known =
            self.module.resources.get(address).or_else(|| self.module.ephemerals.get(address));
        let Some(resource) = known else {
            return Err((span, format!("there is no resource {address} in this module")));
        };
        if resource.check.is_some() && resource.check.as_ref() != context.check {
            return Err((
                span,
                format!("{address} belongs to a check block, which alone can refer to it"),
            ));
        }
        if context.own == Some(address) {
            return Err((
                span,
                format!("{address} cannot refer to itself; use `self` in a postcondition"),
            ));
        }
        let has = |name: &str| resource.declaration.attribute(name).is_some();
        let repeated = has("count") || has("for_each");
        if repeated && reference.member(used).is_some() {
            let by = if has("count") { "count" } else { "for_each" };
            return Err((span, format!("{address} has `{by}` set: say which instance is meant")));
        }
        if !repeated && reference.is_key(used) {
            let message =
                format!("{address} has neither `count` nor `for_each` set: there is only one");
            return Err((reference.span_to(used), message));
        }
        built_in_attribute(resource, reference, used)
    }
}

/// Whether an expression is written as a collection that is not empty.
fn has_elements(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Sequence(items) => !items.is_empty(),
        NodeKind::Mapping(entries) => !entries.is_empty(),
        NodeKind::Call { name, arguments, .. } if &**name == "toset" => {
            arguments.nodes.iter().any(has_elements)
        }
        NodeKind::Parenthesis(inner) => has_elements(inner),
        _ => false,
    }
}

fn built_in_attribute(
    resource: &ResourceDeclaration,
    reference: &Reference<'_>,
    used: usize,
) -> Result<(), (Span, String)> {
    let prefix = if resource.is_data { "data." } else { "" };
    let kind = format!("{prefix}{}", resource.kind);
    let at = if reference.is_key(used) { used + 1 } else { used };
    let known = BUILT_IN.iter().find(|(known, _)| *known == kind);
    match (known, reference.member(at)) {
        (Some((_, attributes)), Some(name)) if !attributes.contains(&&**name) => {
            Err((reference.steps[at].span, format!("{kind} has no attribute \"{name}\"")))
        }
        _ => Ok(()),
    }
}

fn surrounding(root: &str, name: &str, known: &[&str], span: Span) -> Result<(), (Span, String)> {
    if known.contains(&name) {
        Ok(())
    } else {
        Err((span, format!("`{root}` has no attribute \"{name}\"")))
    }
}
