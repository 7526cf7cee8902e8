//! A module instance: a lazy graph of memoised values (variables, locals, outputs, resources, module calls).

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::adjusted;
use super::assumptions;
use super::body::{self, Evaluated};
use super::builtin;
use super::conditions;
use super::constraint;
use super::data_sources;
use super::evaluator::{Evaluator, Running};
use super::expand::{self, Expansion, Shape};
use super::expression::evaluate;
use super::facts;
use super::imports::{self, Imported};
use super::module::{Declaration, Expression, Module, ResourceDeclaration};
use super::providers::{self, Configuration};
use super::scope::{Fault, Key, Repetition, Scope};
use super::stored;
use super::types;
use super::value::{Entries, Kind, Marks, Value};
use super::verify::{refused, visit::references};
use crate::document::{CallSite, Existence, Pointer};
use crate::source::{Place, ProblemKind, Span};
use crate::syntax::Attribute;
use crate::vocabulary::Facts;

/// Members of a resource block that say how it is made, not what it is.
pub const RESOURCE_META: &[&str] =
    &["count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner"];
/// Members of a module block that are not arguments of the module.
pub const CALL_META: &[&str] =
    &["source", "version", "providers", "count", "for_each", "depends_on"];

/// A declaration of a module with its position and name.
type Member<'a, T> = (usize, &'a Arc<str>, &'a T);

/// One instance of a module.
pub struct Instance<'a> {
    /// What the root's instances share.
    pub evaluator: Rc<Evaluator<'a>>,
    /// The declarations.
    pub module: &'a Module,
    /// `""` for the root, else `module.net["eu"].` with its trailing dot.
    pub prefix: Arc<str>,
    /// Module calls on the way here, outermost first.
    pub called_from: Arc<[CallSite]>,
    /// Whether the instance is known to exist.
    pub existence: Existence,
    pub(super) caller: Option<Caller<'a>>,
    slots: Slots<'a>,
    pub(super) providers: RefCell<FxHashMap<providers::Reference, Option<Rc<Configuration>>>>,
    path: OnceCell<Vec<Arc<str>>>,
    all_outputs: OnceCell<Value>,
    /// What the root's import blocks say, by their position.
    pub(super) imports: RefCell<FxHashMap<usize, Rc<Imported>>>,
}

/// What is known so far of a module's declarations, by their position in the module.
struct Slots<'a> {
    variables: Box<[OnceCell<Value>]>,
    locals: Box<[OnceCell<Value>]>,
    outputs: Box<[OnceCell<Value>]>,
    resources: Box<[OnceCell<Rc<Resources>>]>,
    children: RefCell<Box<[Option<Rc<Children<'a>>>]>>,
}

impl Slots<'_> {
    fn new(module: &Module) -> Self {
        let values = |count: usize| (0..count).map(|_| OnceCell::new()).collect();
        Self {
            variables: values(module.variables.len()),
            locals: values(module.locals.len()),
            outputs: values(module.outputs.len()),
            resources: (0..module.resources.len()).map(|_| OnceCell::new()).collect(),
            children: RefCell::new((0..module.calls.len()).map(|_| None).collect()),
        }
    }
}

/// The call that an instance is made by.
pub struct Caller<'a> {
    pub(super) instance: Rc<Instance<'a>>,
    pub(super) call: &'a Declaration,
    repetition: Repetition,
    /// What the call gives for each variable, by the variable's position in the module that is called.
    arguments: Rc<[Option<&'a Attribute>]>,
}

impl<'a> Caller<'a> {
    fn scope(&self) -> Scope<'_, 'a> {
        Scope::of(&self.instance, self.call.file, &self.repetition)
    }
}

#[derive(Clone, Copy)]
enum Space {
    Variable,
    Local,
    Output,
}

/// All instances of one resource block.
pub struct Resources {
    /// Whether there is one, several by index or key, or an unknown number.
    pub shape: Shape,
    /// The instances in order of key.
    pub instances: Vec<ResourceInstance>,
    /// What a reference to all of them gives.
    value: OnceCell<Value>,
}

/// One instance of a resource block.
pub struct ResourceInstance {
    /// Full address.
    pub address: Arc<str>,
    /// Attributes and places.
    pub body: Evaluated,
    /// What is known of its type.
    pub facts: Option<Arc<Facts>>,
    is_data: bool,
    value: OnceCell<Value>,
}

impl ResourceInstance {
    /// What a reference to it gives.
    pub fn value(&self) -> &Value {
        let facts = self.facts.as_deref();
        self.value.get_or_init(|| {
            facts::reference_value(&self.address, &self.body.entries, self.is_data, facts)
        })
    }
}

/// All instances of one module call.
pub struct Children<'a> {
    /// Whether there is one, several, an unknown number.
    pub shape: Shape,
    /// The instances in order of key; none if the module is not resolved.
    pub instances: Vec<(Key, Rc<Instance<'a>>)>,
    /// Why the module's files are not at hand.
    pub unresolved: Option<Arc<str>>,
    /// The first of several or the only one, where all that is to be said of how many there are has been said.
    first: Option<(Key, Repetition)>,
}

impl<'a> Instance<'a> {
    /// The root module's only instance.
    pub fn root(evaluator: Rc<Evaluator<'a>>) -> Rc<Self> {
        let module = evaluator.root;
        refused(module, evaluator.modules);
        evaluator.reached.borrow_mut().insert(Arc::clone(&module.folder));
        Rc::new(Self {
            evaluator,
            module,
            prefix: Arc::from(""),
            called_from: Arc::from([]),
            existence: Existence::Known,
            caller: None,
            slots: Slots::new(module),
            providers: RefCell::default(),
            path: OnceCell::new(),
            all_outputs: OnceCell::new(),
            imports: RefCell::default(),
        })
    }

    /// Let go of the instances of what it calls: they hold their callers, so nothing else would ever free them.
    pub fn release(&self) {
        for children in self.slots.children.take().into_iter().flatten() {
            children.instances.iter().for_each(|(_, child)| child.release());
        }
    }

    /// The root module's instance.
    pub fn root_instance(self: &Rc<Self>) -> Rc<Self> {
        match &self.caller {
            Some(caller) => caller.instance.root_instance(),
            None => Rc::clone(self),
        }
    }

    /// The full address of what has this address in the module.
    pub fn absolute(&self, address: &str) -> Arc<str> {
        if self.prefix.is_empty() {
            return Arc::from(address);
        }
        [&*self.prefix, address].concat().into()
    }

    /// Names of the module calls on the way here.
    pub fn call_names(&self) -> Vec<Arc<str>> {
        let Some(caller) = &self.caller else { return Vec::new() };
        let mut names = caller.instance.call_names();
        names.push(Arc::clone(&caller.call.block.labels[0].text));
        names
    }

    /// `net["eu"]` for each call on the way.
    pub fn path(&self) -> &[Arc<str>] {
        self.path.get_or_init(|| {
            let mut before = 0;
            let segment = |site: &CallSite| {
                let own = site.module.get(before..).unwrap_or_default();
                before = site.module.len() + 1;
                Arc::from(own.strip_prefix("module.").unwrap_or(own))
            };
            self.called_from.iter().map(segment).collect()
        })
    }

    fn memoised(
        self: &Rc<Self>,
        space: Space,
        at: usize,
        name: &Arc<str>,
        asked: (&Scope<'_, 'a>, Span),
        compute: impl FnOnce() -> Result<Value, Fault>,
    ) -> Result<Value, Fault> {
        let (slots, kind) = match space {
            Space::Variable => (&self.slots.variables, "var."),
            Space::Local => (&self.slots.locals, "local."),
            Space::Output => (&self.slots.outputs, "output."),
        };
        if let Some(value) = slots[at].get() {
            return Ok(value.clone());
        }
        self.enter(kind, name, asked)?;
        // What fails in a value of its own fails there, whoever asks for it.
        let tried = self.evaluator.tried.replace(0);
        let result = self.evaluator.quietly_if(self.existence == Existence::Unknown, compute);
        self.evaluator.tried.set(tried);
        self.evaluator.leave();
        let checked = result.and_then(|value| match Evaluator::check_size(&value) {
            Ok(()) => Ok(value),
            Err(message) => Err(Fault { is_limit: true, ..asked.0.fault(asked.1, message) }),
        });
        let value = checked.unwrap_or_else(|fault| self.failed(&fault));
        Ok(slots[at].get_or_init(|| value).clone())
    }

    fn enter(
        &self,
        kind: &'static str,
        name: &Arc<str>,
        (scope, span): (&Scope<'_, 'a>, Span),
    ) -> Result<(), Fault> {
        let (name, prefix) = (Arc::clone(name), Arc::clone(&self.prefix));
        self.evaluator
            .enter(Running { name, kind, prefix })
            .map_err(|(message, is_limit)| Fault { is_limit, ..scope.fault(span, message) })
    }

    fn failed(&self, fault: &Fault) -> Value {
        self.evaluator.report(fault);
        Value::unknown(format!("could not be evaluated: {}", fault.message))
    }

    /// The value of a local.
    pub fn local(
        self: &Rc<Self>,
        name: &str,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<Value, Fault> {
        match self.module.locals.get_full(name) {
            Some(local) => self.value_of_local(local, scope, span),
            None => Err(scope
                .fault(span, format!("there is no local value named \"{name}\" in this module"))),
        }
    }

    fn value_of_local(
        self: &Rc<Self>,
        (at, name, local): Member<'a, Expression>,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<Value, Fault> {
        self.memoised(Space::Local, at, name, (scope, span), || {
            evaluate(&local.node, &Scope::of(self, local.file, &Repetition::Single))
        })
    }

    /// The value of a variable.
    pub fn variable(
        self: &Rc<Self>,
        name: &str,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<Value, Fault> {
        match self.module.variables.get_full(name) {
            Some(variable) => self.value_of_variable(variable, scope, span),
            None => {
                Err(scope
                    .fault(span, format!("there is no variable named \"{name}\" in this module")))
            }
        }
    }

    fn value_of_variable(
        self: &Rc<Self>,
        (at, name, declaration): Member<'a, Declaration>,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<Value, Fault> {
        self.memoised(Space::Variable, at, name, (scope, span), || {
            self.compute_variable(at, name, declaration)
        })
    }

    /// Every variable, local and output: values are lazy, and what Terraform would refuse of those that nobody uses is refused too.
    pub fn evaluate_all(self: &Rc<Self>) {
        let report = |result: Result<Value, Fault>| {
            if let Err(fault) = result {
                self.evaluator.report(&fault);
            }
        };
        for (at, (name, variable)) in self.module.variables.iter().enumerate() {
            let scope = Scope::of(self, variable.file, &Repetition::Single);
            let span = variable.block.header;
            report(self.value_of_variable((at, name, variable), &scope, span));
        }
        for (at, (name, local)) in self.module.locals.iter().enumerate() {
            let scope = Scope::of(self, local.file, &Repetition::Single);
            report(self.value_of_local((at, name, local), &scope, local.span));
        }
        for (at, (name, output)) in self.module.outputs.iter().enumerate() {
            report(self.value_of_output((at, name, output)));
        }
    }

    fn compute_variable(
        self: &Rc<Self>,
        at: usize,
        name: &Arc<str>,
        declaration: &'a Declaration,
    ) -> Result<Value, Fault> {
        let scope = Scope::of(self, declaration.file, &Repetition::Single);
        let flag = |flag: &str| {
            let attribute = declaration.attribute(flag)?;
            evaluate(&attribute.value, &scope).ok().map(|value| value.kind)
        };
        let given = match &self.caller {
            None => self.evaluator.inputs.get(name).map(|given| given.value.clone()),
            Some(caller) => match caller.arguments[at] {
                None => None,
                Some(argument) => Some(evaluate(&argument.value, &caller.scope())?),
            },
        };
        let (body, memo) = (&declaration.block.body, &self.module.memo);
        let is_given = given.is_some();
        if !is_given && let Some(default) = memo.default(body) {
            return Ok(default);
        }
        let blame = given.as_ref().map(|_| self.argument_place(at, name));
        let nullable = flag("nullable") != Some(Kind::Bool(false));
        let (value, blame) = match (given, declaration.attribute("default")) {
            (Some(value), None) if !nullable && value.is_null() => {
                let message = format!("variable \"{name}\" needs a value, it cannot be null");
                let place = blame.flatten().unwrap_or_else(|| declaration.header());
                return Err(Fault { message, place, is_limit: false });
            }
            (Some(value), _) if nullable || !value.is_null() => (value, blame.flatten()),
            (_, Some(default)) => {
                let file = self.module.file_of(default, declaration.file);
                let value = evaluate(&default.value, &scope)?;
                if !nullable && value.is_null() {
                    let message = "a default cannot be null where `nullable` is false";
                    return Err(scope.fault(default.span, message));
                }
                (value, Some(Place { file, span: default.value.span }))
            }
            (_, None) => {
                if self.caller.is_none() {
                    let message = "a variable has no value, so what depends on it is unknown";
                    let place = declaration.header();
                    self.evaluator.warn(ProblemKind::VariableUnset, message, place);
                }
                (Value::unknown(format!("variable '{name}' has no default")), None)
            }
        };
        let kind = constraint::of(declaration, self, &scope)?;
        let value = types::convert(&value, &kind).map_err(|message| {
            let message = format!("the value of variable \"{name}\" does not fit: {message}");
            let place = blame.unwrap_or_else(|| declaration.header());
            Fault { message, place, is_limit: false }
        })?;
        let is_ephemeral = flag("ephemeral") == Some(Kind::Bool(true));
        if self.caller.is_some() && !is_ephemeral && value.is_somewhere(Marks::is_ephemeral) {
            let message = format!("variable \"{name}\" is not ephemeral, but its value is");
            let place = blame.unwrap_or_else(|| declaration.header());
            return Err(Fault { message, place, is_limit: false });
        }
        let sensitive = flag("sensitive") == Some(Kind::Bool(true));
        let value = if sensitive { value.with_marks(&Marks::sensitive()) } else { value };
        if !is_ephemeral {
            // The root has one instance, which keeps its values itself.
            if !is_given && self.caller.is_some() {
                memo.keep_default(body, &value);
            }
            return Ok(value);
        }
        self.evaluator.knows_ephemeral.set(true);
        Ok(value.with_marks(&Marks::ephemeral()))
    }

    /// Where the value of the variable at a position is given: the argument of the module call, the line of a variable file.
    pub fn argument_place(&self, at: usize, name: &str) -> Option<Place> {
        match &self.caller {
            None => self.evaluator.inputs.get(name)?.place,
            Some(caller) => {
                let argument = caller.arguments[at]?;
                let file = caller.instance.module.file_of(argument, caller.call.file);
                Some(Place { file, span: argument.value.span })
            }
        }
    }

    /// The value of an output, `None` if there is none of this name.
    pub fn output(self: &Rc<Self>, name: &str) -> Option<Result<Value, Fault>> {
        Some(self.value_of_output(self.module.outputs.get_full(name)?))
    }

    fn value_of_output(
        self: &Rc<Self>,
        (at, name, declaration): Member<'a, Declaration>,
    ) -> Result<Value, Fault> {
        let scope = Scope::of(self, declaration.file, &Repetition::Single);
        self.memoised(Space::Output, at, name, (&scope, declaration.block.header), || {
            let Some(attribute) = declaration.attribute("value") else {
                return Err(scope.fault(declaration.block.header, "an output needs a `value`"));
            };
            let value = evaluate(&attribute.value, &scope)?;
            let flag = |name: &str| {
                let flag = declaration.attribute(name);
                flag.and_then(|flag| evaluate(&flag.value, &scope).ok())
                    .is_some_and(|value| value.kind == Kind::Bool(true))
            };
            let flags = [flag("sensitive"), flag("ephemeral")];
            Ok(self.checked_output(value, flags, declaration))
        })
    }

    /// An output's value with its marks. What is sensitive or ephemeral must be declared so.
    fn checked_output(
        &self,
        value: Value,
        [sensitive, ephemeral]: [bool; 2],
        declaration: &Declaration,
    ) -> Value {
        let is_root = self.caller.is_none();
        let place = declaration.header();
        let refuse = |message: &str, place: Place| {
            self.evaluator.refuse(&Fault { message: message.to_owned(), place, is_limit: false });
        };
        if ephemeral && is_root {
            refuse("an output of a root module cannot be ephemeral", place);
        } else if !ephemeral && value.is_somewhere(Marks::is_ephemeral) {
            let at = declaration.attribute("value").map_or(place.span, |value| value.value.span);
            refuse("the output is not ephemeral, but its value is", Place { span: at, ..place });
        }
        if is_root && !sensitive && value.is_somewhere(Marks::is_sensitive) {
            refuse("the output refers to sensitive values, but is not marked sensitive", place);
        }
        let value = if ephemeral { value.with_marks(&Marks::ephemeral()) } else { value };
        match (sensitive, is_root) {
            (true, true) => value.with_marks(&Marks::sensitive()),
            // Terraform does not hold callers to it.
            (true, false) => value.with_marks(&Marks::guarded()),
            (false, _) => value,
        }
    }

    /// What a reference to a resource gives: an object, a tuple or map of objects, or an unknown.
    pub fn resource_value(
        self: &Rc<Self>,
        address: &str,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<Value, Fault> {
        let Some(block) = self.module.resources.get_full(address) else {
            return Err(scope.fault(span, format!("there is no resource {address} in this module")));
        };
        let resources = self.resources_of(block, (scope, span))?;
        let values = || resources.instances.iter().map(|each| each.value().clone());
        let all = || match &resources.shape {
            Shape::Each(keys) => Value::object(keys.iter().cloned().zip(values()).collect()),
            _ => Value::tuple(values().collect()),
        };
        Ok(match &resources.shape {
            Shape::Single => resources.instances[0].value().clone(),
            Shape::Count(_) | Shape::Each(_) => resources.value.get_or_init(all).clone(),
            Shape::Unknown(reason) => Value::unknown(Arc::clone(reason))
                .with_marks(&Marks::reference(self.absolute(address), Pointer::root())),
        })
    }

    /// All instances of a resource block.
    pub fn resources_of(
        self: &Rc<Self>,
        (at, address, declaration): Member<'a, ResourceDeclaration>,
        asked: (&Scope<'_, 'a>, Span),
    ) -> Result<Rc<Resources>, Fault> {
        if let Some(resources) = self.slots.resources[at].get() {
            return Ok(Rc::clone(resources));
        }
        self.enter("", address, asked)?;
        let resources = Rc::new(self.expand_resource(address, declaration));
        self.evaluator.leave();
        Ok(Rc::clone(self.slots.resources[at].get_or_init(|| resources)))
    }

    fn expand_resource(
        self: &Rc<Self>,
        address: &str,
        resource: &'a ResourceDeclaration,
    ) -> Resources {
        let Expansion { shape, members } = expand::expand(&resource.declaration, self);
        let scope_file = resource.declaration.file;
        let facts = self.facts_of(resource);
        self.check_schema(resource, facts.as_deref());
        let mut instances = Vec::with_capacity(members.len());
        if let Err(message) = self.evaluator.count_resources(members.len()) {
            let place = resource.declaration.header();
            self.evaluator.refuse(&Fault { message, place, is_limit: true });
            return Resources { shape, instances, value: OnceCell::new() };
        }
        for (key, repetition) in members {
            let address: Arc<str> = match key {
                Key::None => self.absolute(address),
                _ => format!("{}{address}{key}", self.prefix).into(),
            };
            let scope = Scope::of(self, scope_file, &repetition);
            let quiet = key == Key::Unknown || self.existence == Existence::Unknown;
            let block = &resource.declaration.block.body;
            let evaluate = || body::evaluate_body(block, RESOURCE_META, self, &scope);
            let mut body = self.evaluator.quietly_if(quiet, evaluate);
            if let Some(facts) = &facts {
                self.evaluator.quietly_if(quiet, || self.conform(resource, facts, &mut body));
            }
            if !resource.is_data {
                stored::complete(&resource.kind, &mut body.entries);
                adjusted::complete(&resource.kind, &address, &mut body.entries);
            }
            if resource.is_data {
                self.complete_data(resource, &address, &mut body.entries);
            } else if &*resource.kind == "terraform_data" {
                facts::complete_builtin(&address, &mut body.entries);
            } else if let Some(provider) = self.provider(&providers::provider_of(resource)) {
                provider.complete(facts.as_deref(), &mut body.entries);
            }
            if let Some(id) = imports::id_of(self, resource, &address) {
                body.entries.insert("id".into(), id);
            }
            self.refuse_ephemeral(&resource.declaration, &body);
            let builtin = match (&*resource.kind, resource.is_data) {
                ("terraform_data", false) => Some(builtin::terraform_data(&address, &body)),
                ("terraform_remote_state", true) => {
                    Some(builtin::remote_state_value(&address, &body))
                }
                _ => None,
            };
            let made = ResourceInstance {
                address,
                body,
                facts: facts.clone(),
                is_data: resource.is_data,
                value: builtin.map(OnceCell::from).unwrap_or_default(),
            };
            let at = (&key, &repetition);
            conditions::of_resource(self, &resource.declaration, at, &made);
            instances.push(made);
        }
        Resources { shape, instances, value: OnceCell::new() }
    }

    /// What a resource holds is kept in the state, but for what its name says is only written.
    fn refuse_ephemeral(&self, declaration: &Declaration, body: &Evaluated) {
        if !self.evaluator.knows_ephemeral.get() {
            return;
        }
        let kept = |(name, value): &(&Arc<str>, &Value)| {
            !name.ends_with("_wo") && value.is_somewhere(Marks::is_ephemeral)
        };
        for (name, _) in body.entries.iter().filter(kept) {
            let place = body.spans.get(&Pointer::root().key(name));
            let place = place.unwrap_or_else(|| declaration.header());
            let message = format!("\"{name}\" is kept in the state, so it cannot be ephemeral");
            self.evaluator.refuse(&Fault { message, place, is_limit: false });
        }
    }

    /// Whether a data source is read only after resources are made, because it or a module that it is in depends on them.
    pub fn waits_for_resources(&self, resource: &ResourceDeclaration) -> bool {
        depends_on_resources(&resource.declaration) || self.call_waits()
    }

    fn call_waits(&self) -> bool {
        let Some(caller) = &self.caller else { return false };
        depends_on_resources(caller.call) || caller.instance.call_waits()
    }

    /// What the configuration decides of a data source, or is all but certain.
    fn complete_data(
        self: &Rc<Self>,
        resource: &ResourceDeclaration,
        address: &str,
        entries: &mut Entries,
    ) {
        if &*resource.kind == "aws_iam_policy_document" {
            super::policy_document::complete(entries);
        }
        if &*resource.kind == "terraform_remote_state" {
            builtin::complete_remote_state(self, resource, address, entries);
        }
        data_sources::complete(self, resource, entries);
        let assumed = |words: &str| {
            let words = format!("{address}: {words}").into();
            self.evaluator.assumptions.borrow_mut().insert(words);
        };
        let stated = self.evaluator.stated;
        if let Some(words) = assumptions::state(stated, &resource.kind, address, entries) {
            assumed(&words);
        } else if let Some(words) = assumptions::complete(&resource.kind, entries) {
            assumed(words);
        }
    }

    /// `module.name`, one instance of it, or one output of that. Says whether the output was taken.
    pub fn call_value(
        self: &Rc<Self>,
        name: &str,
        key: Option<&Value>,
        output: Option<&Arc<str>>,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<(Value, bool), Fault> {
        let Some(call) = self.module.calls.get_full(name) else {
            return Err(scope
                .fault(span, format!("there is no module call named \"{name}\" in this module")));
        };
        let children = self.children_of(call, (scope, span))?;
        if let Some(reason) = &children.unresolved {
            return Ok((Value::unknown(Arc::clone(reason)), output.is_some()));
        }
        let take = |child: &Rc<Self>| match output {
            None => child.outputs().map(|value| (value, false)),
            Some(output) => match child.output(output) {
                Some(value) => Ok((value?, true)),
                None => Err(scope
                    .fault(span, format!("module \"{name}\" has no output named \"{output}\""))),
            },
        };
        match (&children.shape, key) {
            (Shape::Single, None) => take(&children.instances[0].1),
            (Shape::Unknown(reason), _) => {
                let (value, taken) = match children.instances.first() {
                    Some((_, child)) => take(child)?,
                    None => (Value::null(), output.is_some()),
                };
                Ok((Value::unknown(Arc::clone(reason)).with_marks(&value.deep_marks()), taken))
            }
            (_, Some(key)) => match expand::select(&children.shape, key) {
                Ok(Some(at)) => take(&children.instances[at].1),
                Ok(None) => {
                    Ok((super::operators::unknown_of(key, types::Type::Any), output.is_some()))
                }
                Err(message) => Err(scope.fault(span, message)),
            },
            (shape, None) => {
                let values = children
                    .instances
                    .iter()
                    .map(|(_, child)| child.outputs())
                    .collect::<Result<Vec<_>, _>>()?;
                let value = match shape {
                    Shape::Each(keys) => Value::object(keys.iter().cloned().zip(values).collect()),
                    _ => Value::tuple(values),
                };
                Ok((value, false))
            }
        }
    }

    fn outputs(self: &Rc<Self>) -> Result<Value, Fault> {
        if let Some(value) = self.all_outputs.get() {
            return Ok(value.clone());
        }
        let mut entries = Vec::with_capacity(self.module.outputs.len());
        for (at, (name, output)) in self.module.outputs.iter().enumerate() {
            entries.push((Arc::clone(name), self.value_of_output((at, name, output))?));
        }
        Ok(self.all_outputs.get_or_init(|| Value::object(entries.into_iter().collect())).clone())
    }

    /// All instances of a module call.
    pub fn children_of(
        self: &Rc<Self>,
        (at, name, call): Member<'a, Declaration>,
        asked: (&Scope<'_, 'a>, Span),
    ) -> Result<Rc<Children<'a>>, Fault> {
        if let Some(children) = &self.slots.children.borrow()[at] {
            return Ok(Rc::clone(children));
        }
        self.enter("module.", name, asked)?;
        let children = Rc::new(self.expand_call(name, call));
        self.evaluator.leave();
        self.slots.children.borrow_mut()[at] = Some(Rc::clone(&children));
        Ok(children)
    }

    fn expand_call(self: &Rc<Self>, name: &str, call: &'a Declaration) -> Children<'a> {
        let Expansion { shape, members } = expand::expand(call, self);
        let is_known = !matches!(shape, Shape::Unknown(_)) && !self.evaluator.is_quiet();
        let first = members.first().filter(|_| is_known).cloned();
        let module = match self.resolve(name, call) {
            Ok(module) => module,
            Err(reason) => {
                let (instances, unresolved) = (Vec::new(), Some(reason));
                return Children { shape, instances, unresolved, first };
            }
        };
        refused(module, self.evaluator.modules);
        self.check_arguments(call, module);
        self.evaluator.reached.borrow_mut().insert(Arc::clone(&module.folder));
        self.evaluator.count_instances(members.len());
        let unknown = matches!(shape, Shape::Unknown(_));
        let arguments = arguments_by_variable(call, module);
        let instance = |(key, repetition): (Key, Repetition)| {
            let address = format!("{}module.{name}{key}", self.prefix);
            let site = CallSite { module: address.clone().into(), place: call.header() };
            let child = Rc::new(Instance {
                evaluator: Rc::clone(&self.evaluator),
                module,
                prefix: format!("{address}.").into(),
                called_from: self.called_from.iter().cloned().chain([site]).collect(),
                existence: if unknown { Existence::Unknown } else { self.existence },
                caller: Some(Caller {
                    instance: Rc::clone(self),
                    call,
                    repetition,
                    arguments: Rc::clone(&arguments),
                }),
                slots: Slots::new(module),
                providers: RefCell::default(),
                path: OnceCell::new(),
                all_outputs: OnceCell::new(),
                imports: RefCell::default(),
            });
            (key, child)
        };
        let instances = members.into_iter().map(instance).collect();
        Children { shape, instances, unresolved: None, first }
    }

    /// Whether the module's caller gives the variable at a position.
    pub fn is_argument(&self, at: usize) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.arguments[at].is_some())
    }

    /// The arguments of a call, as its first instance gets them; those of a call without instances are unknown.
    pub fn arguments_of(self: &Rc<Self>, call: &Declaration) -> Evaluated {
        let at = call.block.labels.first().and_then(|it| self.module.calls.get_index_of(&it.text));
        let children = at.and_then(|at| self.slots.children.borrow()[at].clone());
        let first = children.and_then(|children| children.first.clone());
        let first = first.or_else(|| expand::expand(call, self).members.into_iter().next());
        let (key, repetition) = first.unwrap_or((Key::Unknown, expand::nothing()));
        let scope = Scope::of(self, call.file, &repetition);
        let evaluate = || body::evaluate_body(&call.block.body, CALL_META, self, &scope);
        self.evaluator.quietly_if(key == Key::Unknown, evaluate)
    }
}

/// What a call gives for each variable of a module; the first of several attributes of a name.
fn arguments_by_variable<'a>(
    call: &'a Declaration,
    module: &Module,
) -> Rc<[Option<&'a Attribute>]> {
    let mut given = vec![None; module.variables.len()];
    for attribute in &call.block.body.attributes {
        if let Some(at) = module.variables.get_index_of(&attribute.name) {
            given[at].get_or_insert(attribute);
        }
    }
    given.into()
}

fn depends_on_resources(declaration: &Declaration) -> bool {
    let names = declaration.attribute("depends_on").map(|attribute| references(&attribute.value));
    let settled = ["var", "local", "path", "terraform", "data"];
    names.into_iter().flatten().any(|name| !settled.contains(&&**name.root))
}
