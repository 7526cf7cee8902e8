//! Checks the parsed tree and lowers it: names and argument counts are resolved, macros become loops, literal
//! patterns are compiled. Every complaint carries the byte offset of what it is about.

use std::sync::Arc;

use cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue, MapExpr, SourceInfo, operators};
use cel::parser::Expression;

use super::Names;
use super::functions::{FUNCTIONS, Function, NAMESPACES, Run, Style, find};
use super::node::{Foreign, Loop, LoopKind, Node, Operator, Root};
use super::parse::Quoted;
use super::patterns;
use super::trace::{Marker, Marks};
use crate::engine::CompileError;
use crate::source::nearest;

/// Levels of the tree that is evaluated; each takes stack.
const MAX_DEPTH: usize = 64;

const ROOTS: [(&str, Root); 6] = [
    ("resource", Root::Resource),
    ("attr", Root::Attributes),
    ("parsed", Root::Parsed),
    ("document", Root::Document),
    ("params", Root::Params),
    ("item", Root::Item),
];

const TYPES: [&str; 17] = [
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
    "type",
    "optional_type",
    "net.IP",
    "net.CIDR",
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
    "semver",
    "policy",
];

const MACROS: [(&str, LoopKind); 10] = [
    ("all", LoopKind::All),
    ("exists", LoopKind::Exists),
    ("exists_one", LoopKind::ExistsOne),
    ("existsOne", LoopKind::ExistsOne),
    ("filter", LoopKind::Filter),
    ("map", LoopKind::Map),
    ("sortBy", LoopKind::SortBy),
    ("transformList", LoopKind::Map),
    ("transformMap", LoopKind::TransformMap),
    ("transformMapEntry", LoopKind::TransformEntries),
];

type Result<T> = std::result::Result<T, CompileError>;

/// Which other resources an expression looks at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Looks {
    /// `related()`, `references()` or `referrers()` is called somewhere.
    pub(super) neighbors: bool,
    /// `document` stands somewhere.
    pub(super) document: bool,
}

/// A checked expression.
pub(super) struct Lowered {
    pub(super) root: Node,
    pub(super) looks: Looks,
    pub(super) marks: Option<Marks>,
}

/// Checks and lowers a parsed tree; on request with marks around its parts.
pub(super) fn lower(
    tree: &Expression,
    info: &SourceInfo,
    quoted: &Quoted,
    names: Names,
    marked: bool,
) -> Result<Lowered> {
    let marker = marked.then(Marker::default);
    let (scope, depth, looks) = (Vec::new(), 0, Looks::default());
    let mut lowering = Lowering { info, quoted, names, scope, depth, looks, marker };
    let root = lowering.node(tree)?;
    Ok(Lowered { root, looks: lowering.looks, marks: lowering.marker.map(Marker::finish) })
}

struct Lowering<'t> {
    info: &'t SourceInfo,
    quoted: &'t Quoted,
    names: Names,
    /// Variables of the loops around, outermost first.
    scope: Vec<String>,
    depth: usize,
    looks: Looks,
    marker: Option<Marker>,
}

impl Lowering<'_> {
    fn node(&mut self, tree: &Expression) -> Result<Node> {
        if self.depth >= MAX_DEPTH {
            let message = format!("the expression is nested deeper than {MAX_DEPTH} levels");
            return Err(self.error(tree, message));
        }
        self.depth += 1;
        let mark = self.marker.as_mut().and_then(|marker| marker.begin(tree, self.info));
        let node = self.inner(tree);
        self.depth -= 1;
        match (mark, self.marker.as_mut()) {
            (Some(at), Some(marker)) => match node {
                Ok(node) => Ok(marker.end(at, node)),
                Err(error) => {
                    marker.abandon();
                    Err(error)
                }
            },
            _ => node,
        }
    }

    fn boxed(&mut self, tree: &Expression) -> Result<Box<Node>> {
        self.node(tree).map(Box::new)
    }

    fn nodes(&mut self, trees: &[Expression]) -> Result<Vec<Node>> {
        trees.iter().map(|tree| self.node(tree)).collect()
    }

    fn inner(&mut self, tree: &Expression) -> Result<Node> {
        match &tree.expr {
            Expr::Literal(literal) => Ok(constant(literal)),
            Expr::Ident(name) => self.variable(tree, name),
            Expr::Select(select) => {
                if let Some(name) = self.type_name(tree) {
                    return Ok(Node::Type(name));
                }
                Ok(Node::Select(self.boxed(&select.operand)?, self.field(&select.field)))
            }
            Expr::List(list) if !list.optional_indices.is_empty() => {
                let items = self.nodes(&list.elements)?.into_iter().enumerate();
                let optional = |at: usize| list.optional_indices.contains(&at);
                Ok(Node::OptionalList(items.map(|(at, item)| (item, optional(at))).collect()))
            }
            Expr::List(list) => self.nodes(&list.elements).map(Node::List),
            Expr::Map(map) => self.map(tree, map),
            Expr::Call(call) => self.call(tree, call),
            Expr::Struct(_) => {
                Err(self.error(tree, "objects with a type are not supported, write a map"))
            }
            Expr::Comprehension(_) | Expr::Unspecified => {
                Err(self.error(tree, "the expression cannot be read"))
            }
        }
    }

    /// The field that a selection names, which may have been quoted.
    fn field(&self, name: &str) -> Arc<str> {
        let quoted = self.quoted.iter().find(|(known, _)| known == name);
        quoted.map_or(name, |(_, field)| field).into()
    }

    fn map(&mut self, tree: &Expression, map: &MapExpr) -> Result<Node> {
        let entries = map.entries.iter().map(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => {
                Ok((self.node(&entry.key)?, self.node(&entry.value)?, entry.optional))
            }
            EntryExpr::StructField(_) => Err(self.error(tree, "the map cannot be read")),
        });
        let entries = entries.collect::<Result<Vec<_>>>()?;
        if entries.iter().any(|(_, _, optional)| *optional) {
            return Ok(Node::OptionalMap(entries));
        }
        Ok(Node::Map(entries.into_iter().map(|(key, value, _)| (key, value)).collect()))
    }

    /// The type that a dotted name names: `net.IP`.
    fn type_name(&self, tree: &Expression) -> Option<&'static str> {
        let mut parts = Vec::new();
        let mut rest = &tree.expr;
        while let Expr::Select(select) = rest {
            parts.push(select.field.as_str());
            rest = &select.operand.expr;
        }
        let Expr::Ident(root) = rest else { return None };
        if self.scope.contains(root) {
            return None;
        }
        parts.push(root);
        parts.reverse();
        let name = parts.join(".");
        TYPES.iter().find(|known| **known == name).copied()
    }

    fn variable(&mut self, tree: &Expression, name: &str) -> Result<Node> {
        if let Some(place) = self.scope.iter().rposition(|local| local == name) {
            return Ok(Node::Local(place));
        }
        match ROOTS.iter().find(|(root, _)| *root == name) {
            Some((_, Root::Item)) if !self.names.item => {
                Err(self.error(tree, "there is no `item`, because the rule has no `each`"))
            }
            Some((_, root)) => {
                self.looks.document |= *root == Root::Document;
                Ok(Node::Root(*root))
            }
            None => match TYPES.iter().find(|known| **known == name) {
                Some(known) => Ok(Node::Type(known)),
                None => Err(self.no_variable(tree, name)),
            },
        }
    }

    fn no_variable(&self, tree: &Expression, name: &str) -> CompileError {
        let roots = ROOTS.iter().filter(|(_, root)| *root != Root::Item || self.names.item);
        let known = roots.map(|(root, _)| *root).chain(self.scope.iter().map(String::as_str));
        let mut hint = hint(name, known);
        if hint.is_empty() {
            hint = format!(", an attribute is written `attr.{name}`");
        }
        self.error(tree, format!("there is no variable `{name}`{hint}"))
    }

    fn call(&mut self, tree: &Expression, call: &CallExpr) -> Result<Node> {
        if let Some(node) = self.operator(tree, call)? {
            return Ok(node);
        }
        let name = call.func_name.as_str();
        match &call.target {
            None if name == operators::HAS => self.has(tree, &call.args),
            None => self.function(tree, name, None, &call.args),
            Some(target) => {
                if let Some(qualified) = self.qualified(target, name) {
                    if qualified == "cel.bind" {
                        return self.bind(tree, &call.args);
                    }
                    return self.function(tree, &qualified, None, &call.args);
                }
                if let Some(node) = self.optional_call(tree, name, target, &call.args)? {
                    return Ok(node);
                }
                match MACROS.iter().find(|(known, _)| *known == name) {
                    Some((name, kind)) => self.turns(tree, name, *kind, target, &call.args),
                    None => self.function(tree, name, Some(target), &call.args),
                }
            }
        }
    }

    /// `math.ceil` for a target `math` that is no variable.
    fn qualified(&self, target: &Expression, name: &str) -> Option<String> {
        let Expr::Ident(namespace) = &target.expr else { return None };
        let known = NAMESPACES.contains(&namespace.as_str()) && !self.scope.contains(namespace);
        known.then(|| format!("{namespace}.{name}"))
    }

    fn operator(&mut self, tree: &Expression, call: &CallExpr) -> Result<Option<Node>> {
        if call.target.is_some() {
            return Ok(None);
        }
        let name = call.func_name.as_str();
        Ok(Some(match (name, call.args.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, _) => {
                let mut operands = Vec::new();
                self.flatten(name, tree, &mut operands)?;
                if name == operators::LOGICAL_AND {
                    Node::And(operands)
                } else {
                    Node::Or(operands)
                }
            }
            (operators::LOGICAL_NOT, [operand]) => Node::Not(self.boxed(operand)?),
            (operators::NEGATE, [operand]) => Node::Negate(self.boxed(operand)?),
            (operators::CONDITIONAL, [condition, yes, no]) => {
                Node::Choose(Box::new([self.node(condition)?, self.node(yes)?, self.node(no)?]))
            }
            (operators::INDEX, [operand, index]) => {
                Node::Index(Box::new([self.node(operand)?, self.node(index)?]))
            }
            (operators::OPT_SELECT, [operand, Expression { expr: Expr::Literal(field), .. }]) => {
                let LiteralValue::String(field) = field else { return Ok(None) };
                Node::OptionalSelect(self.boxed(operand)?, self.field(field.inner()))
            }
            (operators::OPT_INDEX, [operand, index]) => {
                Node::OptionalIndex(Box::new([self.node(operand)?, self.node(index)?]))
            }
            (_, [left, right]) => match binary(name) {
                Some(operator) => {
                    Node::Binary(operator, Box::new([self.node(left)?, self.node(right)?]))
                }
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    /// The operands of a run of `&&` or `||`, which the parser gives as a balanced tree.
    fn flatten(&mut self, name: &str, tree: &Expression, into: &mut Vec<Node>) -> Result<()> {
        match &tree.expr {
            Expr::Call(call) if call.target.is_none() && call.func_name == name => {
                call.args.iter().try_for_each(|operand| self.flatten(name, operand, into))
            }
            _ => {
                into.push(self.node(tree)?);
                Ok(())
            }
        }
    }

    fn has(&mut self, tree: &Expression, arguments: &[Expression]) -> Result<Node> {
        match arguments {
            [Expression { expr: Expr::Select(select), .. }] => {
                Ok(Node::Has(self.boxed(&select.operand)?, self.field(&select.field)))
            }
            _ => Err(self.error_at(
                self.name_offset(tree, operators::HAS),
                "`has` takes one selection: has(attr.name)",
            )),
        }
    }

    /// Calls on an optional value whose arguments are not evaluated at once.
    fn optional_call(
        &mut self,
        tree: &Expression,
        name: &str,
        target: &Expression,
        arguments: &[Expression],
    ) -> Result<Option<Node>> {
        Ok(Some(match (name, arguments) {
            ("or" | "orValue", [other]) => {
                let operands = Box::new([self.node(target)?, self.node(other)?]);
                Node::OrElse(operands, name == "orValue")
            }
            ("optMap" | "optFlatMap", [variable, body]) => {
                let target = self.node(target)?;
                let body = self.with_variable(name, variable, body)?;
                Node::OptionalMapped(Box::new([target, body]), name == "optFlatMap")
            }
            ("or" | "orValue" | "optMap" | "optFlatMap", _) => {
                let takes = if name.starts_with("or") {
                    "1 argument"
                } else {
                    "a variable and an expression over it"
                };
                return Err(
                    self.error_at(self.name_offset(tree, name), format!("`{name}` takes {takes}"))
                );
            }
            _ => return Ok(None),
        }))
    }

    /// `cel.bind(name, value, body)`
    fn bind(&mut self, tree: &Expression, arguments: &[Expression]) -> Result<Node> {
        let [variable, value, body] = arguments else {
            let message = "`cel.bind` takes a variable, its value, and an expression over it";
            return Err(self.error_at(self.name_offset(tree, "bind"), message));
        };
        let value = self.node(value)?;
        let body = self.with_variable("cel.bind", variable, body)?;
        Ok(Node::Bind(Box::new([value, body])))
    }

    /// An expression in which one more variable stands for a value.
    fn with_variable(
        &mut self,
        name: &str,
        variable: &Expression,
        body: &Expression,
    ) -> Result<Node> {
        let Expr::Ident(local) = &variable.expr else {
            return Err(self.error(variable, format!("`{name}` takes a plain variable here")));
        };
        self.scope.push(local.clone());
        let body = self.node(body);
        self.scope.pop();
        body
    }

    fn turns(
        &mut self,
        tree: &Expression,
        name: &str,
        kind: LoopKind,
        range: &Expression,
        arguments: &[Expression],
    ) -> Result<Node> {
        let pairs_allowed = matches!(kind, LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne);
        let transforms = name.starts_with("transform");
        let (variables, condition, body) = match arguments {
            [key, value, body] if transforms => (vec![key, value], None, body),
            [key, value, condition, body] if transforms => {
                (vec![key, value], Some(condition), body)
            }
            [variable, body] if !transforms => (vec![variable], None, body),
            [key, value, body] if pairs_allowed => (vec![key, value], None, body),
            [variable, condition, body] if kind == LoopKind::Map && !transforms => {
                (vec![variable], Some(condition), body)
            }
            _ => {
                let offset = self.name_offset(tree, name);
                let variables = if transforms { "two variables" } else { "a variable" };
                let message = format!("`{name}` takes {variables} and an expression over it");
                return Err(self.error_at(offset, message));
            }
        };
        let range = self.node(range)?;
        let scope = self.scope.len();
        for variable in &variables {
            let Expr::Ident(local) = &variable.expr else {
                return Err(self.error(variable, format!("`{name}` takes a plain variable here")));
            };
            self.scope.push(local.clone());
        }
        let condition = condition.map(|condition| self.node(condition)).transpose()?;
        let body = self.node(body)?;
        self.scope.truncate(scope);
        let pairs = variables.len() == 2;
        Ok(Node::Loop(Box::new(Loop { kind, range, pairs, condition, body })))
    }

    fn function(
        &mut self,
        tree: &Expression,
        name: &str,
        target: Option<&Expression>,
        arguments: &[Expression],
    ) -> Result<Node> {
        let spelled = name.rsplit('.').next().unwrap_or(name);
        let offset = self.name_offset(tree, spelled);
        let Some(function) = find(name, target.is_some()) else {
            return Err(self.error_at(offset, no_function(name, target.is_some())));
        };
        let (least, most) = function.arity(target.is_some());
        if !(least..=most).contains(&arguments.len()) {
            let takes = match (least, most) {
                (1, 1) => "1 argument".to_owned(),
                (least, most) if least == most => format!("{least} arguments"),
                _ => format!("{least} to {most} arguments"),
            };
            let message = format!("`{name}` takes {takes}, not {}", arguments.len());
            return Err(self.error_at(offset, message));
        }
        self.looks.neighbors |= matches!(function.name, "related" | "references" | "referrers");
        let mut nodes = Vec::with_capacity(arguments.len() + 1);
        for argument in target.into_iter().chain(arguments) {
            nodes.push(self.node(argument)?);
        }
        if function.name == "matches" {
            return self.pattern(function, nodes, arguments.last().unwrap_or(tree));
        }
        Ok(match function.run {
            Run::Own(_) => Node::Call(function, nodes),
            Run::Crate => Node::Foreign(Box::new(Foreign {
                name: function.name,
                nulls: function.nulls,
                call: foreign_call(function.name, target.is_some(), nodes.len()),
                arguments: nodes,
            })),
        })
    }

    fn pattern(
        &self,
        function: &'static Function,
        mut nodes: Vec<Node>,
        pattern: &Expression,
    ) -> Result<Node> {
        if let [_, Node::Text(text)] = nodes.as_slice() {
            let regex = patterns::compile(text).map_err(|message| self.error(pattern, message))?;
            nodes.pop();
            if let Some(text) = nodes.pop() {
                return Ok(Node::Matches(Box::new((text, regex))));
            }
        }
        Ok(Node::Call(function, nodes))
    }

    fn error(&self, tree: &Expression, message: impl Into<String>) -> CompileError {
        let offset = self.info.offset_for(tree.id).map(|(start, _)| start as usize);
        self.error_at(offset, message)
    }

    #[expect(clippy::unused_self, reason = "reads as its sibling")]
    fn error_at(&self, offset: Option<usize>, message: impl Into<String>) -> CompileError {
        CompileError { message: message.into(), offset }
    }

    /// Where the name of a called function stands: the parser gives its bracket.
    fn name_offset(&self, tree: &Expression, name: &str) -> Option<usize> {
        let (start, _) = self.info.offset_for(tree.id)?;
        let before = self.info.source.get(..start as usize).unwrap_or_default().trim_end();
        Some(before.strip_suffix(name).map_or(start as usize, str::len))
    }
}

fn constant(literal: &LiteralValue) -> Node {
    match literal {
        LiteralValue::Boolean(bool) => Node::Bool(*bool.inner()),
        LiteralValue::Bytes(bytes) => Node::Bytes(Arc::from(bytes.inner())),
        LiteralValue::Double(double) => Node::Double(*double.inner()),
        LiteralValue::Int(int) => Node::Int(*int.inner()),
        LiteralValue::Null => Node::Null,
        LiteralValue::String(text) => Node::Text(Arc::from(text.inner())),
        LiteralValue::UInt(uint) => Node::Uint(*uint.inner()),
    }
}

fn binary(name: &str) -> Option<Operator> {
    Some(match name {
        operators::EQUALS => Operator::Equal,
        operators::NOT_EQUALS => Operator::NotEqual,
        operators::LESS => Operator::Less,
        operators::LESS_EQUALS => Operator::LessOrEqual,
        operators::GREATER => Operator::Greater,
        operators::GREATER_EQUALS => Operator::GreaterOrEqual,
        operators::IN => Operator::In,
        operators::ADD => Operator::Add,
        operators::SUBSTRACT => Operator::Subtract,
        operators::MULTIPLY => Operator::Multiply,
        operators::DIVIDE => Operator::Divide,
        operators::MODULO => Operator::Remainder,
        _ => return None,
    })
}

fn no_function(name: &str, member: bool) -> String {
    match find(name, !member) {
        Some(_) if member => format!("`{name}` is called as {name}(…), not on a value"),
        Some(_) => format!("`{name}` is called on a value: x.{name}(…)"),
        None => {
            let macros = MACROS.iter().map(|(name, _)| *name).filter(|_| member);
            let style = if member { Style::Member } else { Style::Global };
            let functions = FUNCTIONS.iter().filter(|function| function.has_style(style));
            let known = functions.map(|function| function.name).chain(macros);
            let has = (!member).then_some(operators::HAS);
            format!("there is no function `{name}`{}", hint(name, known.chain(has)))
        }
    }
}

/// A call over the variables `a0`, `a1`, ….
fn foreign_call(name: &str, member: bool, count: usize) -> Expression {
    let mut variables = (0..count)
        .map(|index| Expression { id: 0, expr: Expr::Ident(super::library::variable(index)) });
    let target = if member { variables.next().map(Box::new) } else { None };
    let call = CallExpr { func_name: name.to_owned(), target, args: variables.collect() };
    Expression { id: 0, expr: Expr::Call(call) }
}

/// `, did you mean …?` where a known name is near, else nothing.
fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default()
}
