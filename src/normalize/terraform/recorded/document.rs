//! From a plan or state to a document.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::defaults;
use super::super::emit;
use super::super::installed;
use super::super::instance::Instance as ModuleInstance;
use super::super::lower::Lowering;
use super::super::module::is_local_source;
use super::super::moves;
use super::super::scope::Key;
use super::super::value::{Entries, Kind, Mapping, Marks, Value};
use super::configuration::{Call, Module, Provider as ProviderBlock};
use super::merge::{self, Written};
use super::read::Instance;
use super::references::Resolver;
use super::state::Edges;
use super::twin::{Twin, Twins};
use super::{Form, Recorded, address, skeleton, tree};
use crate::document::{
    self, CallSite, Document, Existence, Map, Mode, ModuleCall, Pointer, Provider, Reference,
    Resource, Scope, SpanTable, Variable,
};
use crate::source::{Place, Problem, ProblemKind, Span};
use crate::vocabulary::Vocabulary;

/// Removed resources that are named one by one.
const MOST_NAMED: usize = 5;
/// Instances of a block that a value is compared with.
const MOST_COMPARED: usize = 1_000;

impl Recorded {
    /// The document. `configuration` is the root module that the plan or state was made of, where it is at hand, evaluated with
    /// the recorded variables.
    pub(in super::super) fn document(
        &self,
        root: Arc<str>,
        configuration: Option<&Rc<ModuleInstance<'_>>>,
        vocabulary: &Vocabulary,
    ) -> Document {
        let (instances, removed) = self.instances();
        let kept = self.configuration();
        let mut document = match configuration {
            Some(configuration) => self.with_configuration(configuration, &instances),
            None => self.alone(kept.as_ref(), &instances),
        };
        document.root = root;
        document.resources.iter_mut().for_each(|resource| complete(resource, vocabulary));
        document.resources.sort_by(|a, b| a.address.cmp(&b.address));
        document.resources.dedup_by(|later, first| later.address == first.address);
        if let Some(configuration) = configuration {
            let moves = moves::below(configuration);
            for resource in &mut document.resources {
                resource.previous_address = moves::previous(&moves, &resource.address);
            }
        }
        self.remarks(&removed, &mut document.problems);
        document.problems.sort();
        document
    }

    fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// Declarations are those of the configuration; resources are the recorded ones.
    fn with_configuration(
        &self,
        configuration: &Rc<ModuleInstance<'_>>,
        instances: &[Instance<'_>],
    ) -> Document {
        let twins = Twins::of(configuration);
        let mut document = emit::document(configuration);
        let previous: BTreeMap<Arc<str>, Arc<str>> = document
            .resources
            .iter_mut()
            .filter_map(|it| Some((Arc::clone(&it.address), it.previous_address.take()?)))
            .collect();
        document.resources.retain(|resource| resource.mode == Mode::Declaration);
        // The plan is what Terraform made of the configuration; what evaluation could not do is of no interest any more.
        document.problems.clear();
        let read: BTreeSet<&str> =
            instances.iter().filter(|it| it.is_data).map(|it| &*it.address).collect();
        document.assumptions.retain(|words| {
            words.split_once(": ").is_none_or(|(address, _)| !read.contains(address))
        });
        let edges = (self.form != Form::Plan).then(|| Edges::new(instances));
        for instance in instances {
            let found = twins.get(&instance.address);
            let mut made = match &found {
                Some((twin, trust)) => self.resource(instance, &twin.entries, *trust, Some(twin)),
                None => self.unwritten(instance, edges.as_ref()),
            };
            let previous = previous.get(&made.address).cloned();
            made.previous_address = made.previous_address.or(previous);
            document.resources.push(made);
        }
        let recorded = self.outputs();
        for output in &mut document.outputs {
            if let Some((value, _)) = recorded.get(&output.name) {
                let written = configuration.output(&output.name).and_then(Result::ok);
                let written = written.unwrap_or_else(|| Value::unknown(tree::KNOWN_AFTER_APPLY));
                let value = merge::value(&written, value, Written::Evaluated);
                *output = variable(&output.name, &value, output.place);
            }
        }
        document
    }

    fn alone(&self, kept: Option<&Module>, instances: &[Instance<'_>]) -> Document {
        let empty = Module::default();
        let root = kept.unwrap_or(&empty);
        let resolver = Resolver::new(root, instances.iter().map(|it| &*it.address));
        let mut document = Document::new("terraform", ".");
        let edges = (self.form != Form::Plan).then(|| Edges::new(instances));
        for instance in instances {
            let made = match resolver.block(&instance.path, &instance.block) {
                Some(block) => {
                    let resolve = |expression: &_| {
                        resolver.of_resource(&instance.path, &instance.key, block, expression)
                    };
                    let written = skeleton::entries(&block.expressions, &resolve);
                    let mut made = self.resource(instance, &written, Written::Kept, None);
                    made.provider = block.provider.clone().unwrap_or(made.provider);
                    let is_open = |(name, expression): (&Arc<str>, &_)| {
                        let found = resolve(expression);
                        let value = made.attributes.get(name);
                        found.local.is_some()
                            && found.targets.is_empty()
                            && value.is_some_and(|value| !value.is_wholly_known())
                    };
                    if let Some((name, _)) = block.expressions.iter().find(|it| is_open(*it)) {
                        open_end(&mut made, &Pointer::root().key(name), instance, instances);
                    }
                    made
                }
                None => self.unwritten(instance, edges.as_ref()),
            };
            document.resources.push(made);
        }
        let values = Planned::new(instances);
        for made in document.resources.iter_mut().filter(|_| self.form == Form::Plan) {
            let attributes = made.attributes.clone();
            made.references.retain(|reference| values.may_be(reference, &attributes));
        }
        self.declarations(root, &resolver, &mut document);
        for (name, (value, place)) in self.outputs() {
            let value = match root.outputs.get(&name) {
                Some(output) => {
                    let resolve = |expression: &_| resolver.of_module(&Vec::new(), expression);
                    merge::value(&skeleton::value(&output.value, &resolve), &value, Written::Kept)
                }
                None => value,
            };
            document.outputs.push(variable(&name, &value, place));
        }
        if resolver.is_exhausted() {
            let message =
                "the plan's expressions refer to so much that some references were left out";
            document
                .problems
                .push(Problem::new(ProblemKind::Limit, message).at(self.place(Span::default())));
        }
        document
    }

    /// A resource whose block is not known: all that is recorded counts as written.
    fn unwritten(&self, instance: &Instance<'_>, edges: Option<&Edges>) -> Resource {
        let mut entries = merge::resource(
            &Entries::new(),
            &recorded(instance),
            Written::Nowhere,
            instance.is_data,
        )
        .attributes;
        if let Some(edges) = edges {
            edges.mark(instance, &mut entries);
        }
        self.lowered(instance, &entries, &Entries::new(), None)
    }

    fn resource(
        &self,
        instance: &Instance<'_>,
        written: &Entries,
        trust: Written,
        twin: Option<&Twin>,
    ) -> Resource {
        let merged = merge::resource(written, &recorded(instance), trust, instance.is_data);
        self.lowered(instance, &merged.attributes, &merged.defaults, twin)
    }

    fn lowered(
        &self,
        instance: &Instance<'_>,
        attributes: &Entries,
        defaults: &Entries,
        twin: Option<&Twin>,
    ) -> Resource {
        let mut lowering = Lowering::deciding();
        let written = lowering.entries(attributes);
        let references = lowering.references_but(&instance.address);
        let all = recorded(instance);
        let tags_all = match &all.kind {
            Kind::Mapping(map) => map.entries.get("tags_all"),
            _ => None,
        };
        let tags = emit::tags(&written, tags_all);
        let path = instance.path.iter().map(|(name, key)| Arc::from(format!("{name}{key}")));
        let scope = emit::scope(path.collect(), &written, &tags, twin.map(|it| &it.home));
        let provider = twin.map(|twin| Arc::clone(&twin.provider));
        let first_word = || Arc::from(instance.kind.split('_').next().unwrap_or_default());
        Resource {
            address: Arc::clone(&instance.address),
            kind: if instance.is_data {
                format!("{}{}", document::DATA_PREFIX, instance.kind).into()
            } else {
                Arc::clone(&instance.kind)
            },
            name: Arc::clone(&instance.name),
            mode: if instance.is_data { Mode::Data } else { Mode::Managed },
            provider: provider.or_else(|| instance.provider.clone()).unwrap_or_else(first_word),
            parsed: lowering.parsed(),
            defaults: Lowering::default().entries(defaults),
            sensitive: lowering.sensitive,
            references,
            tags,
            scope,
            existence: instance.existence,
            previous_address: instance.previous.clone(),
            place: twin.map_or_else(|| self.place(instance.span), |twin| twin.place),
            header: twin.map_or_else(|| self.place(instance.header), |twin| twin.header),
            spans: match twin {
                Some(twin) => Arc::clone(&twin.spans),
                None => Arc::new(self.spans(instance, attributes)),
            },
            called_from: match twin {
                Some(twin) => calls(instance, &twin.called_from),
                None => Arc::from([]),
            },
            attributes: written,
        }
    }

    /// Places of what counts as written, in the recorded file.
    fn spans(&self, instance: &Instance<'_>, attributes: &Entries) -> SpanTable {
        let mut places = Vec::new();
        for name in attributes.keys() {
            if let Some(entry) = instance.values.and_then(|values| tree::entry(values, name)) {
                let pointer = Pointer::root().key(name);
                places.push((pointer.clone(), self.place(entry.key.span.to(entry.value.span))));
                tree::places(&entry.value, self.file, &pointer, &mut places);
            }
        }
        SpanTable::new(places)
    }

    /// Variables, providers and module calls, as the plan keeps them.
    fn declarations<'c>(&self, root: &'c Module, resolver: &Resolver<'c>, document: &mut Document) {
        let given = self.variables();
        for (name, declared) in &root.variables {
            let value = given.get(name).or(declared.default.as_ref()).cloned();
            let mut value = value.unwrap_or_else(Value::null);
            if declared.sensitive {
                value = value.with_marks(&Marks::sensitive());
            }
            document.variables.push(variable(name, &value, self.place(declared.span)));
        }
        for provider in self.providers() {
            self.provider(&provider, document);
        }
        self.module(&Vec::new(), root, resolver, document);
    }

    fn provider(&self, provider: &ProviderBlock, document: &mut Document) {
        let unresolved = |_: &_| super::references::Found::default();
        let mut entries = skeleton::entries(&provider.expressions, &unresolved);
        let place = self.place(provider.span);
        if provider.module.is_empty() {
            let mut lowering = Lowering::default();
            document.providers.push(Provider {
                name: Arc::clone(&provider.name),
                alias: provider.alias.clone(),
                attributes: lowering.entries(&entries),
                sensitive: lowering.sensitive,
                place,
            });
        }
        let literal = provider.expressions.iter().filter(|(_, expression)| {
            matches!(expression, super::configuration::Expression::Constant(value)
                if matches!(value.kind, Kind::String(_)))
        });
        let literal = literal.map(|(name, _)| Value::string(Arc::clone(name))).collect();
        entries.insert("literal".into(), Value::tuple(literal));
        entries.insert("name".into(), Value::string(Arc::clone(&provider.name)));
        let prefix = if provider.module.is_empty() {
            String::new()
        } else {
            format!("{}.", provider.module)
        };
        let suffix = provider.alias.as_ref().map(|alias| format!(".{alias}")).unwrap_or_default();
        let address = format!("{prefix}provider.{}{suffix}", provider.name);
        document.resources.push(declared("provider", address, &provider.name, &entries, place));
    }

    /// Defaults of variables that are in effect, and module calls, below one module.
    fn module<'c>(
        &self,
        path: &address::ModulePath,
        module: &'c Module,
        resolver: &Resolver<'c>,
        document: &mut Document,
    ) {
        let prefix = address::prefix(path);
        for (name, declared_variable) in &module.variables {
            let mut entries =
                Entries::from_iter([("name".into(), Value::string(Arc::clone(name)))]);
            if let Some(default) = declared_variable.default.clone() {
                let hidden =
                    if declared_variable.sensitive { Marks::sensitive() } else { Marks::none() };
                entries.insert("default".into(), default.with_marks(&hidden));
            }
            if declared_variable.sensitive {
                entries.insert("sensitive".into(), Value::bool(true));
            }
            let place = self.place(declared_variable.span);
            let address = format!("{prefix}var.{name}");
            document.resources.push(declared("variable", address, name, &entries, place));
        }
        for (name, call) in &module.calls {
            self.call(path, name, call, resolver, document);
            let mut inner = path.clone();
            inner.push((Arc::clone(name), Key::None));
            let arguments = &call.arguments;
            let before = document.resources.len();
            self.module(&inner, &call.module, resolver, document);
            // A variable that the caller gives has no default in effect.
            let given = |address: &str| {
                let own = address.strip_prefix(&address::prefix(&inner));
                own.and_then(|own| own.strip_prefix("var."))
                    .is_some_and(|name| arguments.contains_key(name))
            };
            let made = document.resources.split_off(before);
            document.resources.extend(made.into_iter().filter(|it| !given(&it.address)));
        }
    }

    fn call<'c>(
        &self,
        path: &address::ModulePath,
        name: &Arc<str>,
        call: &'c Call,
        resolver: &Resolver<'c>,
        document: &mut Document,
    ) {
        let address = format!("{}module.{name}", address::prefix(path));
        let pinned = installed::is_pinned(&call.source, call.version.as_deref());
        let resolve = |expression: &_| resolver.of_call(path, name, call, expression);
        let arguments = skeleton::entries(&call.arguments, &resolve);
        let mut lowering = Lowering::deciding();
        let inputs = lowering.entries(&arguments);
        let place = self.place(call.span);
        document.modules.push(ModuleCall {
            address: address.as_str().into(),
            source: Arc::clone(&call.source),
            version: call.version.clone(),
            revision: installed::revision(&call.source).map(Arc::from),
            pinned,
            resolved: true,
            inputs,
            references: lowering.references_but(&address),
            sensitive: lowering.sensitive,
            place,
            spans: Arc::default(),
        });
        let mut entries = Entries::from_iter([
            ("name".into(), Value::string(Arc::clone(name))),
            ("source".into(), Value::string(Arc::clone(&call.source))),
            ("local".into(), Value::bool(is_local_source(&call.source))),
            ("pinned".into(), Value::bool(pinned)),
            ("resolved".into(), Value::bool(true)),
            ("inputs".into(), Value::object(arguments)),
        ]);
        if let Some(version) = &call.version {
            entries.insert("version".into(), Value::string(Arc::clone(version)));
        }
        document.resources.push(declared("module", address, name, &entries, place));
    }

    /// What the plan says about itself: failures, checks, what it removes.
    fn remarks(&self, removed: &[Arc<str>], problems: &mut Vec<Problem>) {
        if tree::is_true(&self.tree, "errored") {
            let place = tree::entry(&self.tree, "errored").map_or(self.tree.span, |it| it.key.span);
            let message = "planning failed: the plan holds only what Terraform got to";
            let problem = Problem::new(ProblemKind::Configuration, message).at(self.place(place));
            problems.push(problem.help("run `terraform plan` again without errors"));
        }
        for check in tree::member(&self.tree, "checks").map_or(&[][..], tree::items) {
            let status = tree::member_text(check, "status").unwrap_or_default();
            if matches!(status, "fail" | "error") {
                let address = tree::member(check, "address");
                let name =
                    address.and_then(|it| tree::member_text(it, "to_display")).unwrap_or("?");
                let message = format!("a check of the plan does not hold: {name}");
                let problem = Problem::new(ProblemKind::Note, message);
                problems.push(problem.at(self.place(check.span)));
            }
        }
        if let Some(more) = removed.len().checked_sub(1) {
            let named: Vec<&str> = removed.iter().take(MOST_NAMED).map(|it| &**it).collect();
            let rest = (more + 1).saturating_sub(MOST_NAMED);
            let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            let message = format!("the plan removes {}{rest}", named.join(", "));
            let at = self.place(Span::default());
            let help = "what is removed is not judged";
            problems.push(Problem::new(ProblemKind::Note, message).at(at).help(help));
        }
    }
}

/// What the provider is known to fill in belongs to the defaults also where a plan does not say it; what it does say holds. Own
/// outputs are attributes, known or not.
fn complete(resource: &mut Resource, vocabulary: &Vocabulary) {
    if resource.mode == Mode::Declaration {
        return;
    }
    let Some(facts) = vocabulary.find(&resource.kind) else { return };
    let Some(written) = resource.attributes.as_object() else { return };
    let mut all = defaults::of(&facts.block, written);
    let mut attributes = written.clone();
    for (name, value) in resource.defaults.as_object().into_iter().flatten() {
        let is_output = facts.block.outputs().any(|output| output == name);
        let place = if is_output { &mut attributes } else { &mut all };
        place.insert(Arc::clone(name), value.clone());
    }
    resource.defaults = document::Value::object(all);
    resource.attributes = document::Value::object(attributes);
    if resource.mode == Mode::Managed {
        emit::own_outputs(&resource.address, &facts, &mut resource.attributes);
    }
}

/// What the attributes of planned resources are, by address and by the address of their block.
struct Planned<'i> {
    by_address: FxHashMap<String, Vec<&'i Instance<'i>>>,
}

impl<'i> Planned<'i> {
    fn new(instances: &'i [Instance<'i>]) -> Self {
        let mut by_address: FxHashMap<String, Vec<&Instance<'_>>> = FxHashMap::default();
        for instance in instances {
            by_address.entry(instance.address.to_string()).or_default().push(instance);
            if instance.key != Key::None {
                let block = format!("{}{}", address::prefix(&instance.path), instance.block);
                by_address.entry(block).or_default().push(instance);
            }
        }
        Self { by_address }
    }

    /// Whether a value can have been made of what it refers to. A plan names all that an expression might use, also what the
    /// other branch of a condition does: a known value was not made of an unknown one, nor of a text that it does not hold.
    fn may_be(&self, reference: &Reference, attributes: &document::Value) -> bool {
        let Some(value) = attributes.at(&reference.from).filter(|value| value.is_wholly_known())
        else {
            return true;
        };
        let Some(name) = reference.attribute.parts().next() else { return true };
        let Some(targets) = self.by_address.get(&*reference.to) else { return true };
        targets.iter().take(MOST_COMPARED).any(|target| {
            let is_unknown =
                target.unknown.and_then(|it| tree::member(it, &name)).is_some_and(tree::holds_true);
            let text = target.values.and_then(|it| tree::member_text(it, &name));
            !is_unknown && text.is_none_or(|text| holds_text(value, text))
        })
    }
}

fn holds_text(value: &document::Value, text: &str) -> bool {
    match value {
        document::Value::String(own) => own.contains(text),
        document::Value::Array(items) => items.iter().any(|item| holds_text(item, text)),
        document::Value::Object(map) => map.values().any(|item| holds_text(item, text)),
        document::Value::Int(number) => number.to_string() == text,
        _ => false,
    }
}

/// A plan does not say what a local value is made of. A resource that is joined to others by one may belong to any of its module:
/// edges lead to all, and none of them is certain, as if the resource were not certain to exist.
fn open_end(made: &mut Resource, at: &Pointer, instance: &Instance<'_>, all: &[Instance<'_>]) {
    let of_module = all.iter().filter(|other| {
        !other.is_data && other.path == instance.path && other.block != instance.block
    });
    let mut blocks: Vec<Arc<str>> = of_module
        .map(|other| Arc::from(format!("{}{}", address::prefix(&other.path), other.block)))
        .collect();
    blocks.dedup();
    let edge = |to| Reference { from: at.clone(), to, attribute: Pointer::root() };
    made.references.extend(blocks.into_iter().map(edge));
    made.references.sort();
    made.references.dedup();
    made.existence = Existence::Unknown;
}

fn recorded(instance: &Instance<'_>) -> Value {
    let mut value = tree::recorded(instance.values, instance.unknown, instance.sensitive);
    for secret in &instance.secrets {
        let parts: Vec<String> = secret.parts().collect();
        value = covered(value, &parts);
    }
    value
}

/// A value in which what a path leads to is sensitive.
fn covered(value: Value, path: &[String]) -> Value {
    let Some((first, rest)) = path.split_first() else {
        return value.with_marks(&Marks::sensitive());
    };
    let kind = match value.kind {
        Kind::Mapping(map) => {
            let mut map: Mapping = (*map).clone();
            if let Some(item) = map.entries.get_mut(first.as_str()) {
                *item = covered(item.clone(), rest);
            }
            Kind::Mapping(Arc::new(map))
        }
        Kind::Sequence(kind, items) => {
            let mut items = (*items).clone();
            if let Some(item) = first.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                *item = covered(item.clone(), rest);
            }
            Kind::Sequence(kind, Arc::new(items))
        }
        kind => kind,
    };
    Value { kind, marks: value.marks }
}

/// The calls on the way to a block, with the keys of this instance's modules.
fn calls(instance: &Instance<'_>, written: &[CallSite]) -> Arc<[CallSite]> {
    let module = |depth: usize| {
        let own = address::prefix(&instance.path[..depth]);
        Arc::from(own.trim_end_matches('.'))
    };
    let site = |(at, call): (usize, &CallSite)| CallSite {
        module: module((at + 1).min(instance.path.len())),
        place: call.place,
    };
    written.iter().enumerate().map(site).collect()
}

fn variable(name: &Arc<str>, value: &Value, place: Place) -> Variable {
    Variable {
        name: Arc::clone(name),
        sensitive: value.deep_marks().is_sensitive(),
        value: Lowering::default().value(value, &Pointer::root()),
        place,
        spans: Arc::default(),
    }
}

fn declared(
    kind: &str,
    address: String,
    name: &Arc<str>,
    entries: &Entries,
    place: Place,
) -> Resource {
    let mut lowering = Lowering::deciding();
    let attributes = lowering.entries(entries);
    let references = lowering.references_but(&address);
    Resource {
        address: address.into(),
        previous_address: None,
        kind: kind.into(),
        name: Arc::clone(name),
        mode: Mode::Declaration,
        provider: Arc::from("terraform"),
        attributes,
        parsed: lowering.parsed(),
        defaults: document::Value::object(Map::new()),
        sensitive: lowering.sensitive,
        references,
        tags: Map::new(),
        scope: Scope::default(),
        existence: Existence::Known,
        place,
        header: place,
        spans: Arc::default(),
        called_from: Arc::from([]),
    }
}
