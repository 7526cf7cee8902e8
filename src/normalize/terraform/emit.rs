//! From an evaluated root to a document: resources of every module instance, declarations, outputs, modules.

use std::rc::Rc;
use std::sync::Arc;

use super::adjusted;
use super::body::{self, Evaluated};
use super::defaults;
use super::expand::Shape;
use super::facts;
use super::imports;
use super::installed;
use super::instance::{Instance, ResourceInstance};
use super::lower::Lowering;
use super::memo::{self, Constant, VARIABLE_META};
use super::mentions;
use super::module::{Declaration, ResourceDeclaration, is_local_source, literal_text};
use super::moves;
use super::providers::{self, Home};
use super::scope::{Fault, Repetition, Scope};
use super::value::{Entries, Marks, Value};
use crate::document::{
    self, Absent, Backend, Document, Existence, Map, Mode, ModuleCall, Pointer, Provider,
    Reference, Resource, Scope as ResourceScope, SpanTable, Variable,
};
use crate::source::Place;
use crate::vocabulary::{self, Facts};

/// The document of a root module.
pub fn document(root: &Rc<Instance<'_>>) -> Document {
    let folder = &root.module.folder;
    let place = if folder.is_empty() { Arc::from(".") } else { Arc::clone(folder) };
    let mut document = Document {
        variables: variables(root),
        outputs: outputs(root),
        ..Document::new("terraform", place)
    };
    let mut made = Growing::default();
    backend(root, &mut document, &mut made);
    walk(root, &mut document, &mut made);
    document.resources = made.all();
    let moves = moves::below(root);
    // Resources are large: what is sorted is their addresses.
    document.resources.sort_by_cached_key(|resource| Arc::clone(&resource.address));
    document.resources.dedup_by(|later, first| later.address == first.address);
    let exists = |address: &str| {
        document.resources.binary_search_by(|resource| (*resource.address).cmp(address)).is_ok()
    };
    imports::check(root, exists);
    let moves_declarations = moves.are_of_modules();
    let may_move = |it: &&mut Resource| moves_declarations || it.mode != Mode::Declaration;
    for resource in document.resources.iter_mut().filter(may_move) {
        resource.previous_address = moves::previous(&moves, &resource.address);
    }
    document.absent.sort_by(|a, b| a.address.cmp(&b.address));
    document.modules.sort_by(|a, b| a.address.cmp(&b.address));
    document.assumptions = root.evaluator.assumptions.take().into_iter().collect();
    let mut problems = root.evaluator.problems.take();
    problems.sort();
    problems.dedup();
    document.problems = problems;
    document
}

/// Resources one after the other. They are large: a single vector that grows would move them again and again.
#[derive(Default)]
struct Growing {
    parts: Vec<Vec<Resource>>,
}

impl Growing {
    /// Most resources in one part.
    const PART: usize = 1024;

    fn push(&mut self, resource: Resource) {
        let last = self.parts.last().map_or(8, Vec::capacity);
        match self.parts.last_mut() {
            Some(part) if part.len() < part.capacity() => part.push(resource),
            _ => {
                let mut part = Vec::with_capacity((last * 2).min(Self::PART));
                part.push(resource);
                self.parts.push(part);
            }
        }
    }

    fn all(self) -> Vec<Resource> {
        let mut all = Vec::with_capacity(self.parts.iter().map(Vec::len).sum());
        self.parts.into_iter().for_each(|part| all.extend(part));
        all
    }
}

fn walk(instance: &Rc<Instance<'_>>, document: &mut Document, into: &mut Growing) {
    for (at, (address, declaration)) in instance.module.resources.iter().enumerate() {
        let scope = Scope::of(instance, declaration.declaration.file, &Repetition::Single);
        let asked = (&scope, declaration.declaration.block.header);
        match instance.resources_of((at, address, declaration), asked) {
            Ok(resources) => {
                let unknown = matches!(resources.shape, Shape::Unknown(_));
                if resources.instances.is_empty() && !declaration.is_data {
                    document.absent.extend(absent(instance, address, declaration));
                }
                for each in &resources.instances {
                    into.push(resource(instance, declaration, each, unknown));
                }
            }
            Err(fault) => instance.evaluator.report(&fault),
        }
    }
    super::conditions::of_instance(instance);
    if !instance.prefix.is_empty() {
        imports::check(instance, |_| true);
    }
    declared_variables(instance, into);
    providers(instance, document, into);
    for (at, (name, call)) in instance.module.calls.iter().enumerate() {
        let scope = Scope::of(instance, call.file, &Repetition::Single);
        match instance.children_of((at, name, call), (&scope, call.block.header)) {
            Ok(children) => {
                let (module, declared) =
                    module_call(instance, name, call, children.unresolved.is_none());
                document.modules.push(module);
                into.push(declared);
                children.instances.iter().for_each(|(_, child)| walk(child, document, into));
            }
            Err(fault) => instance.evaluator.report(&fault),
        }
    }
}

/// What a block without instances would have been.
fn absent(
    instance: &Instance<'_>,
    address: &str,
    declaration: &ResourceDeclaration,
) -> Option<Absent> {
    let own = &declaration.declaration;
    let switch = own.attribute("count").or_else(|| own.attribute("for_each"))?;
    let file = instance.module.file_of(switch, own.file);
    Some(Absent {
        address: instance.absolute(address),
        kind: Arc::clone(&declaration.kind),
        switch: Place { file, span: switch.span },
        mentions: instance.module.memo.mentions(&own.block.body, mentions::of_body),
        prefix: Arc::clone(&instance.prefix),
    })
}

fn resource(
    instance: &Rc<Instance<'_>>,
    declaration: &ResourceDeclaration,
    made: &ResourceInstance,
    unknown: bool,
) -> Resource {
    let mode = if declaration.is_data { Mode::Data } else { Mode::Managed };
    let mut lowering = Lowering::deciding();
    let mut attributes = lowering.entries(&made.body.entries);
    if let (Some(facts), Mode::Managed) = (&made.facts, mode) {
        own_outputs(&made.address, facts, &mut attributes);
    }
    let references = lowering.references_but(&made.address);
    let existence = if unknown { Existence::Unknown } else { instance.existence };
    let wanted = providers::provider_of(declaration);
    let provider = instance.provider(&wanted);
    let tagged = provider.as_ref().filter(|_| adjusted::takes_default_tags(&made.body.entries));
    let default_tags = tagged.and_then(|it| it.defaults_for(made.facts.as_deref()));
    let tags = tags(&attributes, default_tags.map(|(_, tags)| tags));
    if let Some((name, _)) = default_tags.filter(|(_, tags)| tags.is_somewhere(Marks::is_sensitive))
    {
        let at = Pointer::root().key(name);
        lowering.sensitive.extend(tags.keys().map(|key| at.key(key)));
    }
    let mut defaults = match (&made.facts, attributes.as_object()) {
        (Some(facts), Some(written)) => defaults::of(&facts.block, written),
        _ => Map::new(),
    };
    if let Some((name, tags)) = default_tags {
        defaults.insert(name.into(), Lowering::default().value(tags, &Pointer::root()));
    }
    let home = provider.as_ref().map(|provider| &provider.home);
    let mut scope = scope(instance.path().to_vec(), &attributes, &tags, home);
    if scope.environment.is_none() {
        let workspace = &instance.evaluator.workspace;
        scope.environment = Some(workspace).filter(|name| &***name != "default").cloned();
    }
    Resource {
        address: Arc::clone(&made.address),
        kind: if declaration.is_data {
            format!("{}{}", document::DATA_PREFIX, declaration.kind).into()
        } else {
            Arc::clone(&declaration.kind)
        },
        name: Arc::clone(&declaration.name),
        mode,
        provider: wanted.0,
        attributes,
        parsed: lowering.parsed(),
        defaults: document::Value::object(defaults),
        sensitive: lowering.sensitive,
        references,
        tags,
        scope,
        existence,
        previous_address: None,
        place: declaration.declaration.place(),
        header: declaration.declaration.header(),
        spans: Arc::clone(&made.body.spans),
        called_from: Arc::clone(&instance.called_from),
    }
}

/// What only the provider sets is unknown.
pub(super) fn own_outputs(address: &str, facts: &Facts, attributes: &mut document::Value) {
    let document::Value::Object(attributes) = attributes else { return };
    let attributes = Arc::make_mut(attributes);
    let unknown = document::Value::unknown(["computed by ", address].concat());
    // `tags_all` is what is written and the provider's defaults: where there is neither, it is empty.
    for name in facts.block.outputs().filter(|name| &***name != "tags_all") {
        attributes.entry(Arc::clone(name)).or_insert_with(|| unknown.clone());
    }
}

/// Where a resource belongs, as its attributes say.
pub(super) fn scope(
    module: Vec<Arc<str>>,
    attributes: &document::Value,
    tags: &Map,
    home: Option<&Home>,
) -> ResourceScope {
    let region = home.and_then(|home| home.region.clone());
    let account = home.and_then(|home| home.account.clone());
    let names_environment =
        |key: &str| key.eq_ignore_ascii_case("environment") || key.eq_ignore_ascii_case("env");
    let environment = tags.iter().find(|(key, _)| names_environment(key));
    ResourceScope {
        module,
        region: text(attributes, "location").or_else(|| text(attributes, "region")).or(region),
        account,
        environment: environment.and_then(|(_, value)| value.as_str().map(Arc::from)),
        namespace: None,
    }
}

fn text(attributes: &document::Value, name: &str) -> Option<Arc<str>> {
    attributes.get(name)?.as_str().map(Arc::from)
}

/// The tags or labels that are written, over those of the provider.
pub(super) fn tags(attributes: &document::Value, defaults: Option<&Value>) -> Map {
    let mut tags = Map::new();
    if let Some(defaults) = defaults {
        let defaults = Lowering::default().value(defaults, &Pointer::root());
        tags.extend(defaults.as_object().into_iter().flatten().filter_map(tag));
    }
    // Network tags of Google Cloud are a list, and no tags of this kind.
    let own = ["tags", "labels"].iter().filter_map(|name| attributes.get(name));
    match own.into_iter().find(|own| !matches!(own, document::Value::Array(_))) {
        Some(document::Value::Object(own)) => tags.extend(own.iter().filter_map(tag)),
        // Whatever they are, they win.
        Some(document::Value::Unknown(unknown)) => {
            let each = document::Value::Unknown(Arc::new(unknown.bare()));
            for (_, value) in &mut tags {
                *value = each.clone();
            }
        }
        _ => {}
    }
    tags
}

fn tag((key, value): (&Arc<str>, &document::Value)) -> Option<(Arc<str>, document::Value)> {
    let value = match value {
        document::Value::Unknown(unknown) if !unknown.is_text() => {
            document::Value::Unknown(Arc::new(unknown.bare()))
        }
        document::Value::Unknown(_) | document::Value::String(_) => value.clone(),
        document::Value::Bool(_) | document::Value::Int(_) => {
            document::Value::string(value.to_json().to_string())
        }
        _ => return None,
    };
    Some((Arc::clone(key), value))
}

fn variables(root: &Rc<Instance<'_>>) -> Vec<Variable> {
    let mut all: Vec<Variable> = root
        .module
        .variables
        .iter()
        .map(|(name, declaration)| {
            let scope = Scope::of(root, declaration.file, &Repetition::Single);
            let value =
                root.variable(name, &scope, declaration.block.header).unwrap_or_else(|fault| {
                    root.evaluator.report(&fault);
                    Value::unknown("part of a circle")
                });
            variable(name, &value, declaration)
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn outputs(root: &Rc<Instance<'_>>) -> Vec<Variable> {
    let mut all = Vec::new();
    for (name, declaration) in &root.module.outputs {
        match root.output(name) {
            Some(Ok(value)) => {
                let value = facts::closed_throughout(&value);
                if value.holds_infinity() {
                    let message = format!("the output \"{name}\" holds an infinite number");
                    let place = declaration.attribute("value").map_or(declaration.header(), |it| {
                        Place { file: declaration.file, span: it.span }
                    });
                    root.evaluator.refuse(&Fault { message, place, is_limit: false });
                }
                all.push(variable(name, &value, declaration));
            }
            Some(Err(fault)) => root.evaluator.report(&fault),
            None => {}
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn variable(name: &Arc<str>, value: &Value, declaration: &Declaration) -> Variable {
    Variable {
        name: Arc::clone(name),
        sensitive: value.is_somewhere(Marks::is_sensitive),
        value: Lowering::default().value(value, &Pointer::root()),
        place: declaration.header(),
        spans: Arc::default(),
    }
}

/// Names of the attributes that are written as plain texts: what stands in the code itself, not what a variable holds.
fn literal_names(declaration: &Declaration) -> Value {
    let attributes = declaration.block.body.attributes.iter();
    let literal = attributes.filter(|attribute| literal_text(&attribute.value).is_some());
    Value::tuple(literal.map(|attribute| Value::string(Arc::clone(&attribute.name))).collect())
}

/// What a declaration that rules judge like a resource holds.
struct Declared {
    attributes: document::Value,
    parsed: document::Value,
    sensitive: Vec<Pointer>,
    references: Vec<Reference>,
    spans: Arc<SpanTable>,
}

impl Declared {
    fn new(address: &str, evaluated: &Evaluated) -> Self {
        let mut lowering = Lowering::deciding();
        Self {
            attributes: lowering.entries(&evaluated.entries),
            references: lowering.references_but(address),
            parsed: lowering.parsed(),
            sensitive: lowering.sensitive,
            spans: Arc::clone(&evaluated.spans),
        }
    }

    /// The declaration as a resource.
    fn resource(
        self,
        instance: &Instance<'_>,
        kind: Arc<str>,
        address: Arc<str>,
        name: &Arc<str>,
        declaration: &Declaration,
    ) -> Resource {
        Resource {
            address,
            kind,
            name: Arc::clone(name),
            mode: Mode::Declaration,
            provider: Arc::clone(&instance.evaluator.words.terraform),
            attributes: self.attributes,
            parsed: self.parsed,
            defaults: document::Value::object(Map::new()),
            sensitive: self.sensitive,
            references: self.references,
            tags: Map::new(),
            scope: ResourceScope { module: instance.path().to_vec(), ..ResourceScope::default() },
            existence: instance.existence,
            previous_address: None,
            place: declaration.place(),
            header: declaration.header(),
            spans: self.spans,
            called_from: Arc::clone(&instance.called_from),
        }
    }
}

/// A declaration that rules judge like a resource.
fn declare(
    instance: &Instance<'_>,
    kind: &str,
    address: Arc<str>,
    name: &Arc<str>,
    declaration: &Declaration,
    evaluated: &Evaluated,
) -> Resource {
    let declared = Declared::new(&address, evaluated);
    declared.resource(instance, kind.into(), address, name, declaration)
}

/// Variables whose default is in effect: those of the root, and those of modules that their caller leaves out.
fn declared_variables(instance: &Rc<Instance<'_>>, into: &mut Growing) {
    for (at, (name, declaration)) in instance.module.variables.iter().enumerate() {
        if instance.is_argument(at) {
            continue;
        }
        let address: Arc<str> = [&*instance.prefix, "var.", &**name].concat().into();
        let declared = declared_variable(instance, name, declaration, &address);
        let kind = Arc::clone(&instance.evaluator.words.variable);
        into.push(declared.resource(instance, kind, address, name, declaration));
    }
}

/// Most defaults are written out: they are what they are in every instance.
fn declared_variable(
    instance: &Rc<Instance<'_>>,
    name: &Arc<str>,
    declaration: &Declaration,
    address: &str,
) -> Declared {
    let (body, memo) = (&declaration.block.body, &instance.module.memo);
    if let Some(Constant { attributes, parsed, spans }) = memo.constant(body) {
        let (sensitive, references) = (Vec::new(), Vec::new());
        return Declared { attributes, parsed, sensitive, references, spans };
    }
    let scope = Scope::of(instance, declaration.file, &Repetition::Single);
    let meta = VARIABLE_META;
    let problems = instance.evaluator.problems.borrow().len();
    let mut evaluated = body::evaluate_body(body, meta, instance, &scope);
    evaluated.entries.insert("name".into(), Value::string(Arc::clone(name)));
    let declared = Declared::new(address, &evaluated);
    // The root has one instance.
    let is_bare = !instance.prefix.is_empty()
        && declared.sensitive.is_empty()
        && declared.references.is_empty();
    let is_quiet = instance.evaluator.problems.borrow().len() == problems;
    if is_bare && is_quiet && !instance.evaluator.is_quiet() && memo::is_constant(body, meta) {
        let (attributes, parsed) = (declared.attributes.clone(), declared.parsed.clone());
        let spans = Arc::clone(&declared.spans);
        memo.keep_constant(body, Constant { attributes, parsed, spans });
    }
    declared
}

fn providers(instance: &Rc<Instance<'_>>, document: &mut Document, into: &mut Growing) {
    for declaration in &instance.module.providers {
        let name = &declaration.block.labels[0].text;
        let scope = Scope::of(instance, declaration.file, &Repetition::Single);
        let mut evaluated = body::evaluate_body(&declaration.block.body, &[], instance, &scope);
        if let Some(facts) =
            instance.evaluator.vocabulary.find(&format!("{}{name}", vocabulary::PROVIDER))
        {
            facts::conform(&facts, &mut evaluated.entries);
        }
        let alias = declaration.literal("alias").cloned();
        let suffix = alias.as_ref().map(|alias| format!(".{alias}")).unwrap_or_default();
        if instance.prefix.is_empty() {
            let mut lowering = Lowering::default();
            document.providers.push(Provider {
                name: Arc::clone(name),
                alias,
                attributes: lowering.entries(&evaluated.entries),
                sensitive: lowering.sensitive,
                place: declaration.header(),
            });
        }
        evaluated.entries.insert("name".into(), Value::string(Arc::clone(name)));
        evaluated.entries.insert("literal".into(), literal_names(declaration));
        let address = format!("{}provider.{name}{suffix}", instance.prefix);
        into.push(declare(instance, "provider", address.into(), name, declaration, &evaluated));
    }
}

fn backend(root: &Rc<Instance<'_>>, document: &mut Document, into: &mut Growing) {
    let Some(declaration) = &root.module.backend else { return };
    let kind = declaration
        .block
        .labels
        .first()
        .map_or_else(|| Arc::from("cloud"), |label| Arc::clone(&label.text));
    let scope = Scope::of(root, declaration.file, &Repetition::Single);
    let mut evaluated = body::evaluate_body(&declaration.block.body, &[], root, &scope);
    let mut lowering = Lowering::default();
    document.backend = Some(Backend {
        kind: Arc::clone(&kind),
        attributes: lowering.entries(&evaluated.entries),
        sensitive: lowering.sensitive,
        place: declaration.header(),
        spans: Arc::clone(&evaluated.spans),
    });
    evaluated.entries.insert("type".into(), Value::string(Arc::clone(&kind)));
    let address = format!("backend.{kind}");
    into.push(declare(root, "backend", address.into(), &kind, declaration, &evaluated));
}

/// A call as such and as what rules judge like a resource.
fn module_call(
    instance: &Rc<Instance<'_>>,
    name: &Arc<str>,
    call: &Declaration,
    resolved: bool,
) -> (ModuleCall, Resource) {
    let source: Arc<str> = call.literal("source").cloned().unwrap_or_default();
    let version = call.literal("version").cloned();
    let pinned = installed::is_pinned(&source, version.as_deref());
    let address: Arc<str> = [&*instance.prefix, "module.", &**name].concat().into();
    let arguments = instance.arguments_of(call);
    let spans = call_spans(instance, call, &arguments);
    let mut entries = Entries::from_iter([
        (Arc::from("name"), Value::string(Arc::clone(name))),
        (Arc::from("source"), Value::string(Arc::clone(&source))),
        (Arc::from("local"), Value::bool(is_local_source(&source))),
        (Arc::from("pinned"), Value::bool(pinned)),
        (Arc::from("resolved"), Value::bool(resolved)),
        (Arc::from("inputs"), Value::object(arguments.entries)),
    ]);
    if let Some(version) = version.clone() {
        entries.insert("version".into(), Value::string(version));
    }
    if let Some(revision) = installed::revision(&source) {
        entries.insert("revision".into(), Value::string(revision));
    }
    let declared = Declared::new(&address, &Evaluated { entries, spans: Arc::clone(&spans) });
    // The call is what the declaration holds as `inputs`, and nothing else of it has marks.
    let inputs = Pointer::root().key("inputs");
    let below = |pointer: &Pointer| pointer.below(&inputs);
    let reference = |it: &Reference| Some(Reference { from: below(&it.from)?, ..it.clone() });
    let module = ModuleCall {
        address: Arc::clone(&address),
        revision: installed::revision(&source).map(Arc::from),
        source,
        version,
        pinned,
        resolved,
        inputs: declared.attributes.get("inputs").cloned().unwrap_or(document::Value::Null),
        sensitive: declared.sensitive.iter().filter_map(below).collect(),
        references: declared.references.iter().filter_map(reference).collect(),
        place: call.header(),
        spans,
    };
    (module, declared.resource(instance, "module".into(), address, name, call))
}

fn call_spans(
    instance: &Instance<'_>,
    call: &Declaration,
    arguments: &Evaluated,
) -> Arc<SpanTable> {
    instance.module.memo.call_spans(&call.block.body, &arguments.spans, || places(call, arguments))
}

/// Where the parts of a call stand.
fn places(call: &Declaration, arguments: &Evaluated) -> Arc<SpanTable> {
    let inputs = Pointer::root().key("inputs");
    let mut places: Vec<(Pointer, Place)> =
        arguments.spans.iter().map(|(pointer, place)| (inputs.join(pointer), place)).collect();
    for name in ["source", "version"] {
        if let Some(attribute) = call.attribute(name) {
            places
                .push((Pointer::root().key(name), Place { file: call.file, span: attribute.span }));
        }
    }
    Arc::new(SpanTable::new(places))
}
