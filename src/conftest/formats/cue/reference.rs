//! What names and selectors refer to, and the values of expressions.

use std::rc::Rc;

use super::builtins::{self, Result as R};
use super::eval::{Bound, Env, Evaluator, Found, Id, Names, State, Value, What, kinds};
use super::number::Number;
use super::tree::{Declaration, Declared, Expr, Key, Kind, Mark, Operator, Struct};
use super::{Fault, FaultKind};

/// What a name or selector means.
#[derive(Debug)]
pub(super) enum Target {
    /// A node, and whether a definition led to it.
    Node {
        node: Id,
        closes: bool,
    },
    Value(Value),
    /// A type that has a name.
    Kinds(u8, Vec<Bound>),
    Package(Rc<str>),
    /// A function or constant of a package, or a built-in one: `strings.Join`, `len`.
    Function(&'static str),
}

impl<'a> Evaluator<'a> {
    pub fn resolve(&mut self, expr: &'a Expr, env: &Env<'a>) -> Found<Target> {
        self.step(expr.at)?;
        match &expr.kind {
            Kind::Name(name) => self.name(name, env, expr.at),
            Kind::Select(inner, key) => {
                let (node, closes) = match self.resolve(inner, env)? {
                    Target::Node { node, closes } => (node, closes),
                    Target::Package(path) => {
                        return builtins::find(&path, &key.to_string())
                            .ok_or_else(|| Fault::unsupported(expr.at, &format!("{path}.{key}")));
                    }
                    Target::Value(Value::Node(node)) => (node, false),
                    _ => {
                        let what = format!("what has no fields has no field {key}");
                        return Err(Fault::fatal(expr.at, what));
                    }
                };
                let found = self.part(node, key, expr.at)?;
                Ok(Target::Node { node: found, closes: closes || key.closes() })
            }
            Kind::Index(inner, index) => {
                let (node, closes) = match self.resolve(inner, env)? {
                    Target::Node { node, closes } => (node, closes),
                    Target::Value(Value::Node(node)) => (node, false),
                    _ => return Err(Fault::fatal(expr.at, "only structs and lists have parts")),
                };
                let key = match self.value(index, env)? {
                    Value::Number(number) => match number.to_index() {
                        Some(index) => Key::Index(index),
                        None => {
                            return Err(Fault::fatal(index.at, format!("{number} is no index")));
                        }
                    },
                    Value::Text(text) => Key::Text(text),
                    other => {
                        let what = format!("an index is {}", self.shown(&other));
                        return Err(self.not_concrete(&other, index.at, what));
                    }
                };
                let found = self.part(node, &key, expr.at)?;
                Ok(Target::Node { node: found, closes })
            }
            _ => Ok(Target::Node { node: self.anonymous(expr, env), closes: false }),
        }
    }

    /// A field or element of a node.
    fn part(&mut self, node: Id, key: &Key, at: usize) -> Found<Id> {
        self.evaluate(node);
        self.go_on()?;
        let node = self.chosen(node);
        let content = &self.nodes[node].content;
        if let Some(arc) = content.arcs.get(key) {
            let inner = arc.node;
            if arc.mark == Mark::Plain {
                return Ok(inner);
            }
            self.nodes[inner].read = true;
            return Err(Fault::incomplete(at, format!("the field {key} has no value")));
        }
        if let Some(fault) = &content.fault {
            return Err(fault.clone());
        }
        if content.alternatives.is_some() {
            return Err(Fault::incomplete(at, "which alternative holds is not known"));
        }
        let parts = match key {
            Key::Index(_) => kinds::LIST,
            _ => kinds::STRUCT,
        };
        if content.kinds & parts == 0 {
            let what = super::insert::kind_words(content.kinds);
            return Err(Fault::fatal(at, format!("{what} has no part {key}")));
        }
        self.nodes[node].missed.insert(key.clone());
        let content = &self.nodes[node].content;
        let closed_list =
            content.kinds == kinds::LIST && content.lists.iter().any(|list| !list.open);
        match key {
            Key::Index(index) if closed_list => {
                Err(Fault::fatal(at, format!("the list has no element {index}")))
            }
            _ => Err(Fault::incomplete(at, format!("there is no field {key}"))),
        }
    }

    fn name(&mut self, name: &Rc<str>, env: &Env<'a>, at: usize) -> Found<Target> {
        let mut next = env;
        while let Some(scope) = next {
            match &scope.names {
                Names::One(own, value) if own == name => {
                    return Ok(match value {
                        Value::Node(node) => Target::Node { node: *node, closes: false },
                        scalar => Target::Value(scalar.clone()),
                    });
                }
                Names::Struct { tree, node } => {
                    if let Some(declared) = tree.names.get(name) {
                        return self.declared(tree, *node, declared, next, at);
                    }
                }
                Names::One(..) => {}
            }
            next = &scope.up;
        }
        if let Some((path, _)) = self.file.imports.get(name) {
            return Ok(Target::Package(Rc::clone(path)));
        }
        if let Some((kinds, bounds)) = named_type(name) {
            return Ok(Target::Kinds(kinds, bounds));
        }
        builtins::find("", name)
            .ok_or_else(|| Fault::fatal(at, format!("nothing has the name {name}")))
    }

    fn declared(
        &mut self,
        tree: &'a Struct,
        node: Id,
        declared: &Declared,
        scope: &Env<'a>,
        at: usize,
    ) -> Found<Target> {
        match declared {
            Declared::Field(key) | Declared::Alias(key) => {
                match self.nodes[node].content.arcs.get(key) {
                    Some(arc) if arc.mark == Mark::Plain => {
                        Ok(Target::Node { node: arc.node, closes: key.closes() })
                    }
                    Some(arc) => {
                        let inner = arc.node;
                        self.nodes[inner].read = true;
                        Err(Fault::incomplete(at, format!("the field {key} has no value")))
                    }
                    None if self.nodes[node].state == State::Working => {
                        self.circles += 1;
                        Err(Fault::incomplete(at, format!("the field {key} is not there yet")))
                    }
                    None => Err(Fault::incomplete(at, format!("there is no field {key}"))),
                }
            }
            Declared::Let(index) => {
                let Some(Declaration::Let { value, .. }) = tree.declarations.get(*index) else {
                    return Err(Fault::stop(at, "a declaration is not there"));
                };
                let node = self.anonymous(value, scope);
                Ok(Target::Node { node, closes: false })
            }
        }
    }

    /// Whether a name means the function that CUE has, and nothing else.
    pub fn is_builtin(&self, name: &str, env: &Env<'a>) -> bool {
        let mut next = env;
        while let Some(scope) = next {
            let declared = match &scope.names {
                Names::One(own, _) => &**own == name,
                Names::Struct { tree, .. } => tree.names.contains_key(name),
            };
            if declared {
                return false;
            }
            next = &scope.up;
        }
        !self.file.imports.contains_key(name)
    }

    /// A node for an expression in a scope; the same one each time.
    pub fn anonymous(&mut self, expr: &'a Expr, env: &Env<'a>) -> Id {
        let scope = env.as_ref().map_or(0, |env| Rc::as_ptr(env) as usize);
        let key = (std::ptr::from_ref(expr) as usize, scope);
        if let Some((_, known)) = self.anonymous.get(&key) {
            return *known;
        }
        let conjunct = Self::conjunct(What::Expr(expr), env.clone());
        let node = self.node(None, None, vec![conjunct]);
        self.anonymous.insert(key, (env.clone(), node));
        node
    }

    /// What a node is: a scalar, or the node of the alternative that counts.
    pub fn settled(&mut self, node: Id) -> Found<Value> {
        self.evaluate(node);
        self.go_on()?;
        self.nodes[node].read = true;
        let chosen = self.chosen(node);
        let content = &self.nodes[chosen].content;
        match (&content.scalar, &content.fault) {
            (Some(scalar), None) => Ok(scalar.clone()),
            (_, Some(fault)) => Err(fault.clone()),
            _ => Ok(Value::Node(chosen)),
        }
    }

    /// A value of which a node may stand for a scalar.
    pub fn plain(&mut self, value: &Value) -> Found<Value> {
        match value {
            Value::Node(node) => self.settled(*node),
            scalar => Ok(scalar.clone()),
        }
    }

    /// The value of an expression.
    pub fn value(&mut self, expr: &'a Expr, env: &Env<'a>) -> Found<Value> {
        self.step(expr.at)?;
        match &expr.kind {
            Kind::Null => Ok(Value::Null),
            Kind::Bool(value) => Ok(Value::Bool(*value)),
            Kind::Number(value) => Ok(Value::Number(value.clone())),
            Kind::Text(value) => Ok(Value::Text(Rc::clone(value))),
            Kind::Bytes(value) => Ok(Value::Bytes(Rc::clone(value))),
            Kind::Name(_) | Kind::Select(..) | Kind::Index(..) => match self.resolve(expr, env)? {
                Target::Node { node, .. } => self.settled(node),
                Target::Value(value) => self.plain(&value),
                Target::Function(name) => {
                    let result = self.call(name, None, expr.at)?;
                    self.as_value(result, expr, env)
                }
                Target::Kinds(..) => {
                    let node = self.anonymous(expr, env);
                    self.settled(node)
                }
                Target::Package(path) => {
                    Err(Fault::fatal(expr.at, format!("the package {path} is no value")))
                }
            },
            Kind::Struct(_)
            | Kind::List(_)
            | Kind::Alias(..)
            | Kind::Bottom
            | Kind::Top
            | Kind::Call(..)
            | Kind::Binary(Operator::And | Operator::Or, ..) => {
                let node = self.anonymous(expr, env);
                self.settled(node)
            }
            Kind::Template { .. } | Kind::Slice(..) | Kind::Unary(..) | Kind::Binary(..) => {
                let result = self.computed(expr, env)?;
                self.as_value(result, expr, env)
            }
        }
    }

    fn as_value(&mut self, result: R, expr: &'a Expr, env: &Env<'a>) -> Found<Value> {
        if let R::Value(value) = result {
            return self.plain(&value);
        }
        let node = self.anonymous(expr, env);
        self.settled(node)
    }

    /// The elements of a list.
    pub fn items(&mut self, value: &Value, at: usize) -> Found<Vec<Value>> {
        let value = self.plain(value)?;
        let Value::Node(node) = value else {
            let shown = self.shown(&value);
            return Err(Fault::fatal(at, format!("{shown} is no list")));
        };
        let content = &self.nodes[node].content;
        if content.kinds != kinds::LIST {
            let what = format!("{} is no list", super::insert::kind_words(content.kinds));
            return Err(self.not_concrete(&value, at, what));
        }
        Ok(content.arcs.values().map(|arc| Value::Node(arc.node)).collect())
    }

    /// The fields of a struct that are part of the result.
    pub fn fields(&mut self, node: Id) -> Vec<(Rc<str>, Id)> {
        let arcs = &self.nodes[node].content.arcs;
        let plain = arcs.iter().filter(|(_, arc)| arc.mark == Mark::Plain);
        let named = plain.filter_map(|(key, arc)| match key {
            Key::Text(name) => Some((Rc::clone(name), arc.node)),
            _ => None,
        });
        named.collect()
    }

    /// That a value is not of the kind that is needed: more may mend that where it is not known yet.
    pub fn not_concrete(&self, value: &Value, at: usize, what: String) -> Fault {
        let known = match value {
            Value::Node(node) => {
                let content = &self.nodes[*node].content;
                let single = matches!(content.kinds, kinds::STRUCT | kinds::LIST);
                single && content.alternatives.is_none()
            }
            _ => true,
        };
        let kind = if known { FaultKind::Fatal } else { FaultKind::Incomplete };
        Fault { kind, ..Fault::fatal(at, what) }
    }
}

/// Types that have a name, with what they are.
pub(super) fn named_type(name: &str) -> Option<(u8, Vec<Bound>)> {
    let plain = |kinds| Some((kinds, Vec::new()));
    let within = |low: Option<&str>, high: Option<&str>| {
        let number = |text: &str| Number::parse_plain(text).map(Value::Number);
        let low = low.and_then(number).map(|low| Bound::Compare(Operator::GreaterEqual, low));
        let high = high.and_then(number).map(|high| Bound::Compare(Operator::LessEqual, high));
        low.into_iter().chain(high).collect::<Vec<_>>()
    };
    let whole = |low: &str, high: &str| Some((kinds::INT, within(Some(low), Some(high))));
    match name {
        "string" => plain(kinds::TEXT),
        "bytes" => plain(kinds::BYTES),
        "bool" => plain(kinds::BOOL),
        "int" => plain(kinds::INT),
        "float" => plain(kinds::FLOAT),
        "number" => plain(kinds::NUMBER),
        "uint" => Some((kinds::INT, within(Some("0"), None))),
        "uint8" => whole("0", "255"),
        "uint16" => whole("0", "65535"),
        "uint32" => whole("0", "4294967295"),
        "uint64" => whole("0", "18446744073709551615"),
        "uint128" => whole("0", "340282366920938463463374607431768211455"),
        "int8" => whole("-128", "127"),
        "int16" => whole("-32768", "32767"),
        "int32" | "rune" => whole(
            if name == "rune" { "0" } else { "-2147483648" },
            if name == "rune" { "1114111" } else { "2147483647" },
        ),
        "int64" => whole("-9223372036854775808", "9223372036854775807"),
        "int128" => whole(
            "-170141183460469231731687303715884105728",
            "170141183460469231731687303715884105727",
        ),
        "float32" => Some((
            kinds::NUMBER,
            within(
                Some("-3.40282346638528859811704183484516925440e+38"),
                Some("3.40282346638528859811704183484516925440e+38"),
            ),
        )),
        "float64" => Some((
            kinds::NUMBER,
            within(
                Some("-1.797693134862315708145274237317043567981e+308"),
                Some("1.797693134862315708145274237317043567981e+308"),
            ),
        )),
        _ => None,
    }
}
