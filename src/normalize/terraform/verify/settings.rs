//! `terraform` and `provider` blocks, and everything else that has to be constant.

use std::sync::Arc;

use super::Verifier;
use super::visit::not_constant;
use crate::normalize::terraform::module::{Declaration, Module, is_local_source, literal_text};
use crate::normalize::terraform::scope::{Repetition, Scope};
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::version::{self, Constraint};
use crate::normalize::terraform::{expression, value::Kind};
use crate::source::{FileId, Span};
use crate::syntax::{Attribute, Block, Body, Entry, Node, NodeKind, Scalar};

/// The release whose language is evaluated.
pub const LANGUAGE: &str = "1.11.4";

/// Arguments of backends that are the same everywhere.
const LOCAL_BACKEND: [&str; 2] = ["path", "workspace_dir"];

impl<'a> Verifier<'a> {
    pub(super) fn settings(&mut self) {
        self.constants();
        self.providers();
        let mut requirements: Option<&Block> = None;
        for settings in &self.module.settings {
            if let Some(attribute) = settings.attribute("required_version") {
                self.required_version(settings.file, attribute);
            }
            if let Some(attribute) = settings.attribute("experiments") {
                let message = "experiments are not part of a released Terraform";
                self.remark(settings.file, attribute.span, message);
            }
            for block in settings.block.body.blocks_named("required_providers") {
                if requirements.is_some() {
                    let message = "a module may have only one required_providers block";
                    self.refuse(settings.file, block.header, message);
                }
                requirements = Some(block);
                for provider in &block.body.attributes {
                    self.requirement(settings.file, provider);
                }
            }
        }
        if let Some(backend) = &self.module.backend {
            self.constant_body(backend.file, &backend.block.body);
            let is_local =
                backend.block.labels.first().is_some_and(|label| &*label.text == "local");
            for attribute in &backend.block.body.attributes {
                if is_local && !LOCAL_BACKEND.contains(&&*attribute.name) {
                    let message =
                        format!("an argument named \"{}\" is not expected here", attribute.name);
                    self.refuse(backend.file, attribute.name_span, message);
                }
            }
        }
    }

    fn constant_body(&mut self, file: FileId, body: &Body) {
        for attribute in &body.attributes {
            self.constant(file, attribute);
        }
        for block in &body.blocks {
            self.constant_body(file, &block.body);
        }
    }

    /// Whether an argument is constant; it has to be.
    fn constant(&mut self, file: FileId, attribute: &Attribute) -> bool {
        self.constant_value(file, attribute, &attribute.value)
    }

    fn constant_value(&mut self, file: FileId, attribute: &Attribute, value: &Node) -> bool {
        let Some((span, is_call)) = not_constant(value) else { return true };
        let what =
            if is_call { "functions cannot be called" } else { "nothing can be referred to" };
        let file = self.module.file_of(attribute, file);
        self.refuse(file, span, format!("{what} here: `{}` has to be constant", attribute.name));
        false
    }

    fn flag(&mut self, file: FileId, attribute: &Attribute) {
        if !self.constant(file, attribute) {
            return;
        }
        let file = self.module.file_of(attribute, file);
        let scope = Scope {
            instance: None,
            file,
            repetition: &Repetition::Single,
            names: None,
            splat: None,
            closed: true,
        };
        let value = expression::evaluate(&attribute.value, &scope).map_err(|fault| fault.message);
        let converted = value.and_then(|value| types::convert(&value, &Type::Bool));
        let message = match converted.map(|value| value.kind) {
            Ok(Kind::Bool(_) | Kind::Null(_)) => return,
            Ok(_) => "it has to be known".to_owned(),
            Err(message) => message,
        };
        self.refuse(
            file,
            attribute.value.span,
            format!("`{}` is unsuitable: {message}", attribute.name),
        );
    }

    fn constants(&mut self) {
        for declaration in self.declarations() {
            let file = declaration.file;
            let each = |names: &[&str]| {
                names.iter().filter_map(|name| declaration.attribute(name)).collect::<Vec<_>>()
            };
            let (constants, flags) = match &*declaration.block.name {
                "variable" => (
                    each(&["default", "description"]),
                    each(&["sensitive", "nullable", "ephemeral"]),
                ),
                "output" => (each(&["description"]), each(&["sensitive", "ephemeral"])),
                "module" => (each(&["source", "version"]), Vec::new()),
                "provider" => (each(&["alias", "version"]), Vec::new()),
                _ => (Vec::new(), Vec::new()),
            };
            for attribute in constants {
                self.constant(file, attribute);
            }
            self.kind(declaration);
            for attribute in flags {
                self.flag(file, attribute);
            }
            for block in declaration.block.body.blocks_named("lifecycle") {
                let file = self.module.file_of_block(block, file);
                for name in ["create_before_destroy", "prevent_destroy", "destroy"] {
                    if let Some(attribute) = block.body.attribute(name) {
                        self.flag(file, attribute);
                    }
                }
            }
        }
    }

    /// A type: Terraform before 0.12 wrote it as text. What it gives by default is constant.
    fn kind(&mut self, declaration: &Declaration) {
        let kind = declaration.attribute("type").filter(|_| &*declaration.block.name == "variable");
        let Some(kind) = kind else { return };
        if literal_text(&kind.value).is_some() {
            let file = self.module.file_of(kind, declaration.file);
            self.refuse(file, kind.value.span, "a type is written without quotes");
        }
        let mut defaults = Vec::new();
        optional_defaults(&kind.value, &mut defaults);
        for default in defaults {
            self.constant_value(declaration.file, kind, default);
        }
    }

    fn required_version(&mut self, file: FileId, attribute: &Attribute) {
        if !self.constant(file, attribute) {
            return;
        }
        let text = literal_text(&attribute.value).map(|text| Constraint::parse(text));
        match text {
            None | Some(None) => {
                self.refuse(file, attribute.value.span, "this is no constraint for versions");
            }
            Some(Some(constraint)) if constraint.names_a_prerelease() => {
                let message = "a required version cannot be a pre-release";
                self.refuse(file, attribute.value.span, message);
            }
            Some(Some(constraint)) => {
                let language = version::Version::parse(LANGUAGE);
                if language.is_some_and(|language| !constraint.allows(&language)) {
                    let message = format!(
                        "this configuration is for another version of Terraform; it is read as {LANGUAGE} would read it"
                    );
                    self.remark(file, attribute.value.span, message);
                }
            }
        }
    }

    fn requirement(&mut self, file: FileId, provider: &Attribute) {
        let entries: &[Entry] = match &provider.value.kind {
            NodeKind::Mapping(entries) => entries,
            // Before 0.13: the version alone.
            _ => return self.provider_version(file, &provider.value),
        };
        for entry in entries {
            let key = match &entry.key.kind {
                NodeKind::Scalar(Scalar::String(key)) => &**key,
                _ => "",
            };
            match key {
                "source" => self.provider_source(file, &entry.value),
                "version" => self.provider_version(file, &entry.value),
                "configuration_aliases" => {}
                _ => {
                    let message = "a required provider has `source`, `version` and `configuration_aliases` only";
                    self.refuse(file, entry.key.span, message);
                }
            }
        }
    }

    fn provider_version(&mut self, file: FileId, node: &Node) {
        if literal_text(node).is_none_or(|text| Constraint::parse(text).is_none()) {
            self.refuse(file, node.span, "this is no constraint for versions");
        }
    }

    fn provider_source(&mut self, file: FileId, node: &Node) {
        let is_part = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "-_.:".contains(c))
        };
        let is_source = |text: &Arc<str>| {
            let parts: Vec<&str> = text.split('/').collect();
            parts.len() <= 3 && parts.into_iter().all(is_part)
        };
        if !literal_text(node).is_some_and(is_source) {
            self.refuse(file, node.span, "a provider's source is written [host/][namespace/]name");
        }
    }

    fn providers(&mut self) {
        let mut seen: Vec<(&str, Option<&Arc<str>>)> = Vec::new();
        for provider in &self.module.providers {
            let key = (&*provider.block.labels[0].text, provider.literal("alias"));
            if seen.contains(&key) {
                let message = format!("the provider \"{}\" is configured twice", key.0);
                self.refuse(provider.file, provider.block.header, message);
            }
            seen.push(key);
        }
        for call in self.module.calls.values() {
            self.called(call);
            let passed = call.attribute("providers").map(|attribute| &attribute.value.kind);
            let Some(NodeKind::Mapping(entries)) = passed else { continue };
            for entry in entries {
                self.configuration(call.file, &entry.value);
            }
        }
    }

    /// What a call must give beside arguments: the provider configurations that the module asks for; a version only to a registry.
    fn called(&mut self, call: &'a Declaration) {
        let Some(source) = call.attribute("source") else { return };
        let Some(text) = literal_text(&source.value).filter(|text| is_local_source(text)) else {
            return;
        };
        if call.attribute("version").is_some() {
            let message = "only a module of a registry has versions";
            self.refuse(call.file, source.value.span, message);
        }
        let folder = crate::source::join(&self.module.folder, text);
        let Some(module) = folder.and_then(|folder| self.modules.get(&*folder)) else { return };
        let passed = call.attribute("providers").map(|attribute| &attribute.value.kind);
        let keys: Vec<String> = match passed {
            Some(NodeKind::Mapping(entries)) => {
                entries.iter().filter_map(|entry| dotted(&entry.key)).collect()
            }
            _ => Vec::new(),
        };
        for wanted in aliases(module) {
            if !keys.contains(&wanted) {
                let message = format!("the module needs a provider configuration {wanted}");
                self.refuse(call.file, call.block.header, message);
            }
        }
    }

    /// The `provider` argument of a resource.
    pub(super) fn provider_argument(&mut self, declaration: &Declaration) {
        if let Some(attribute) = declaration.attribute("provider") {
            let file = self.module.file_of(attribute, declaration.file);
            self.configuration(file, &attribute.value);
        }
    }

    /// A reference to a provider configuration: `aws`, `aws.west`.
    fn configuration(&mut self, file: FileId, node: &Node) {
        let (name, alias) = match &node.kind {
            NodeKind::Scalar(Scalar::String(_)) | NodeKind::Name(_) => return,
            NodeKind::Attribute(base, alias) => match &base.kind {
                NodeKind::Name(name) => (name, alias),
                _ => return self.refuse_configuration(file, node.span),
            },
            _ => return self.refuse_configuration(file, node.span),
        };
        let declared = self.module.providers.iter().any(|provider| {
            provider.block.labels[0].text == *name && provider.literal("alias") == Some(alias)
        });
        if !declared && !self.is_passed(name, alias) {
            let message =
                format!("there is no provider configuration {name}.{alias} in this module");
            self.refuse(file, node.span, message);
        }
    }

    fn refuse_configuration(&mut self, file: FileId, span: Span) {
        let message = "a provider's name is needed, and its alias after a period";
        self.refuse(file, span, message);
    }

    /// Whether the caller passes a configuration: it stands in `configuration_aliases`.
    fn is_passed(&self, name: &str, alias: &str) -> bool {
        aliases(self.module).contains(&format!("{name}.{alias}"))
    }
}

/// The provider configurations that a module's callers pass to it.
fn aliases(module: &Module) -> Vec<String> {
    let blocks = module
        .settings
        .iter()
        .flat_map(|settings| settings.block.body.blocks_named("required_providers"));
    let mut found = Vec::new();
    for provider in blocks.flat_map(|block| &block.body.attributes) {
        let NodeKind::Mapping(entries) = &provider.value.kind else { continue };
        for entry in entries {
            let is_list = matches!(&entry.key.kind, NodeKind::Scalar(Scalar::String(key)) if &**key == "configuration_aliases");
            if is_list && let NodeKind::Sequence(items) = &entry.value.kind {
                found.extend(items.iter().filter_map(dotted));
            }
        }
    }
    found
}

/// `aws.west`, as it stands in a list or as a key.
fn dotted(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Scalar(Scalar::String(text)) | NodeKind::Name(text) => Some(text.to_string()),
        NodeKind::Attribute(base, name) => Some(format!("{}.{name}", dotted(base)?)),
        _ => None,
    }
}

/// The defaults of optional attributes in a type.
fn optional_defaults<'n>(kind: &'n Node, found: &mut Vec<&'n Node>) {
    match &kind.kind {
        NodeKind::Call { name, arguments } => {
            let is_optional = &**name == "optional";
            found.extend(arguments.nodes.get(1).filter(|_| is_optional));
            for kind in arguments.nodes.iter().take(1) {
                optional_defaults(kind, found);
            }
        }
        NodeKind::Mapping(entries) => {
            for entry in entries {
                optional_defaults(&entry.value, found);
            }
        }
        NodeKind::Sequence(kinds) => {
            for kind in kinds {
                optional_defaults(kind, found);
            }
        }
        _ => {}
    }
}
