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
use super::module::{Declaration, Module, ResourceDeclaration};
use super::providers::{self, Configuration};
use super::scope::{Fault, Key, Repetition, Scope};
use super::stored;
use super::types;
use super::value::{Entries, Kind, Marks, Value};
use super::verify::visit::references;
use crate::document::{CallSite, Existence, Pointer};
use crate::source::{Place, ProblemKind, Span};
use crate::vocabulary::Facts;

/// Members of a resource block that say how it is made, not what it is.
pub const RESOURCE_META: &[&str] =
    &["count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner"];
/// Members of a module block that are not arguments of the module.
pub const CALL_META: &[&str] =
    &["source", "version", "providers", "count", "for_each", "depends_on"];

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
    values: RefCell<FxHashMap<(Space, Arc<str>), Value>>,
    resources: RefCell<FxHashMap<Arc<str>, Rc<Resources>>>,
    children: RefCell<FxHashMap<Arc<str>, Rc<Children<'a>>>>,
    pub(super) providers: RefCell<FxHashMap<providers::Reference, Option<Rc<Configuration>>>>,
    path: OnceCell<Vec<Arc<str>>>,
    all_outputs: OnceCell<Value>,
    /// What the root's import blocks say, by their position.
    pub(super) imports: RefCell<FxHashMap<usize, Rc<Imported>>>,
}

/// The call that an instance is made by.
pub struct Caller<'a> {
    pub(super) instance: Rc<Instance<'a>>,
    pub(super) call: &'a Declaration,
    repetition: Repetition,
}

impl<'a> Caller<'a> {
    fn scope(&self) -> Scope<'_, 'a> {
        Scope::of(&self.instance, self.call.file, &self.repetition)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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
        evaluator.reached.borrow_mut().insert(Arc::clone(&module.folder));
        Rc::new(Self {
            evaluator,
            module,
            prefix: Arc::from(""),
            called_from: Arc::from([]),
            existence: Existence::Known,
            caller: None,
            values: RefCell::default(),
            resources: RefCell::default(),
            children: RefCell::default(),
            providers: RefCell::default(),
            path: OnceCell::new(),
            all_outputs: OnceCell::new(),
            imports: RefCell::default(),
        })
    }

    /// Let go of the instances of what it calls: they hold their callers, so nothing else would ever free them.
    pub fn release(&self) {
        for children in self.children.take().into_values() {
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
        name: &Arc<str>,
        at: (&Scope<'_, 'a>, Span),
        compute: impl FnOnce() -> Result<Value, Fault>,
    ) -> Result<Value, Fault> {
        let key = (space, Arc::clone(name));
        if let Some(value) = self.values.borrow().get(&key) {
            return Ok(value.clone());
        }
        let kind = match space {
            Space::Variable => "var.",
            Space::Local => "local.",
            Space::Output => "output.",
        };
        self.enter(kind, name, at)?;
        // What fails in a value of its own fails there, whoever asks for it.
        let tried = self.evaluator.tried.replace(0);
        let result = self.evaluator.quietly_if(self.existence == Existence::Unknown, compute);
        self.evaluator.tried.set(tried);
        self.evaluator.leave();
        let checked = result.and_then(|value| match Evaluator::check_size(&value) {
            Ok(()) => Ok(value),
            Err(message) => Err(Fault { is_limit: true, ..at.0.fault(at.1, message) }),
        });
        let value = checked.unwrap_or_else(|fault| self.failed(&fault));
        self.values.borrow_mut().insert(key, value.clone());
        Ok(value)
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
        name: &Arc<str>,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<Value, Fault> {
        let Some(local) = self.module.locals.get(name) else {
            return Err(scope
                .fault(span, format!("there is no local value named \"{name}\" in this module")));
        };
        self.memoised(Space::Local, name, (scope, span), || {
            evaluate(&local.node, &Scope::of(self, local.file, &Repetition::Single))
        })
    }

    /// The value of a variable.
    pub fn variable(
        self: &Rc<Self>,
        name: &Arc<str>,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<Value, Fault> {
        let Some(declaration) = self.module.variables.get(name) else {
            return Err(
                scope.fault(span, format!("there is no variable named \"{name}\" in this module"))
            );
        };
        self.memoised(Space::Variable, name, (scope, span), || {
            self.compute_variable(name, declaration)
        })
    }

    fn compute_variable(
        self: &Rc<Self>,
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
            Some(caller) => match caller.call.attribute(name) {
                None => None,
                Some(argument) => Some(evaluate(&argument.value, &caller.scope())?),
            },
        };
        let (body, memo) = (&declaration.block.body, &self.module.memo);
        let is_given = given.is_some();
        if !is_given && let Some(default) = memo.default(body) {
            return Ok(default);
        }
        let blame = given.as_ref().map(|_| self.argument_place(name));
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

    /// Where a variable's value is given: the argument of the module call, the line of a variable file.
    pub fn argument_place(&self, name: &str) -> Option<Place> {
        match &self.caller {
            None => self.evaluator.inputs.get(name)?.place,
            Some(caller) => {
                let argument = caller.call.attribute(name)?;
                let file = caller.instance.module.file_of(argument, caller.call.file);
                Some(Place { file, span: argument.value.span })
            }
        }
    }

    /// The value of an output, `None` if there is none of this name.
    pub fn output(self: &Rc<Self>, name: &Arc<str>) -> Option<Result<Value, Fault>> {
        let declaration = self.module.outputs.get(name)?;
        let scope = Scope::of(self, declaration.file, &Repetition::Single);
        Some(self.memoised(Space::Output, name, (&scope, declaration.block.header), || {
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
        }))
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
        let Some((address, declaration)) = self.module.resources.get_key_value(address) else {
            return Err(scope.fault(span, format!("there is no resource {address} in this module")));
        };
        let resources = self.resources_of(address, declaration, (scope, span))?;
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
        address: &Arc<str>,
        declaration: &'a ResourceDeclaration,
        at: (&Scope<'_, 'a>, Span),
    ) -> Result<Rc<Resources>, Fault> {
        if let Some(resources) = self.resources.borrow().get(address) {
            return Ok(Rc::clone(resources));
        }
        self.enter("", address, at)?;
        let resources = Rc::new(self.expand_resource(address, declaration));
        self.evaluator.leave();
        self.resources.borrow_mut().insert(Arc::clone(address), Rc::clone(&resources));
        Ok(resources)
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
        name: &Arc<str>,
        key: Option<&Value>,
        output: Option<&Arc<str>>,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<(Value, bool), Fault> {
        let Some(call) = self.module.calls.get(name) else {
            return Err(scope
                .fault(span, format!("there is no module call named \"{name}\" in this module")));
        };
        let children = self.children_of(name, call, (scope, span))?;
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
        for name in self.module.outputs.keys() {
            if let Some(value) = self.output(name) {
                entries.push((Arc::clone(name), value?));
            }
        }
        Ok(self.all_outputs.get_or_init(|| Value::object(entries.into_iter().collect())).clone())
    }

    /// All instances of a module call.
    pub fn children_of(
        self: &Rc<Self>,
        name: &Arc<str>,
        call: &'a Declaration,
        at: (&Scope<'_, 'a>, Span),
    ) -> Result<Rc<Children<'a>>, Fault> {
        if let Some(children) = self.children.borrow().get(name) {
            return Ok(Rc::clone(children));
        }
        self.enter("module.", name, at)?;
        let children = Rc::new(self.expand_call(name, call));
        self.evaluator.leave();
        self.children.borrow_mut().insert(Arc::clone(name), Rc::clone(&children));
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
        self.check_arguments(call, module);
        self.evaluator.reached.borrow_mut().insert(Arc::clone(&module.folder));
        self.evaluator.count_instances(members.len());
        let unknown = matches!(shape, Shape::Unknown(_));
        let instance = |(key, repetition): (Key, Repetition)| {
            let address = format!("{}module.{name}{key}", self.prefix);
            let site = CallSite { module: address.clone().into(), place: call.header() };
            let child = Rc::new(Instance {
                evaluator: Rc::clone(&self.evaluator),
                module,
                prefix: format!("{address}.").into(),
                called_from: self.called_from.iter().cloned().chain([site]).collect(),
                existence: if unknown { Existence::Unknown } else { self.existence },
                caller: Some(Caller { instance: Rc::clone(self), call, repetition }),
                values: RefCell::default(),
                resources: RefCell::default(),
                children: RefCell::default(),
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

    /// Whether the module's caller gives a variable of this name.
    pub fn is_argument(&self, name: &str) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.call.attribute(name).is_some())
    }

    /// The arguments of a call, as its first instance gets them; those of a call without instances are unknown.
    pub fn arguments_of(self: &Rc<Self>, call: &Declaration) -> Evaluated {
        let name = call.block.labels.first().map(|label| &label.text);
        let children = name.and_then(|name| self.children.borrow().get(name).map(Rc::clone));
        let first = children.and_then(|children| children.first.clone());
        let first = first.or_else(|| expand::expand(call, self).members.into_iter().next());
        let (key, repetition) = first.unwrap_or((Key::Unknown, expand::nothing()));
        let scope = Scope::of(self, call.file, &repetition);
        let evaluate = || body::evaluate_body(&call.block.body, CALL_META, self, &scope);
        self.evaluator.quietly_if(key == Key::Unknown, evaluate)
    }
}

fn depends_on_resources(declaration: &Declaration) -> bool {
    let names = declaration.attribute("depends_on").map(|attribute| references(&attribute.value));
    let settled = ["var", "local", "path", "terraform", "data"];
    names.into_iter().flatten().any(|name| !settled.contains(&&**name.root))
}
