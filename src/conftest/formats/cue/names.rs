//! That each name means something, and each import and `let` is used: CUE refuses a file as a whole, whatever is evaluated.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Fault;
use super::builtins;
use super::insert::unmarked;
use super::reference::named_type;
use super::tree::{
    Clause, Comprehension, Declaration, Declared, Element, Expr, File, Kind, Label, Operator, Part,
    Struct,
};

/// Names of one scope, each with whether it has to be used and where it is declared.
type Scope = BTreeMap<Rc<str>, Option<usize>>;

pub(super) fn check(file: &File) -> Result<(), Fault> {
    for (path, at) in file.imports.values() {
        if !builtins::is_package(path) {
            return Err(Fault::unsupported(*at, &format!("the package {path}")));
        }
    }
    let imports = file.imports.iter().map(|(name, (_, at))| (Rc::clone(name), Some(*at)));
    let mut names = Names { scopes: vec![imports.collect()], used: BTreeSet::new() };
    names.expr(&file.root)?;
    names.leave()
}

struct Names {
    scopes: Vec<Scope>,
    /// Depth of the scope and name.
    used: BTreeSet<(usize, Rc<str>)>,
}

impl Names {
    /// Leaves a scope: what has to be used was.
    fn leave(&mut self) -> Result<(), Fault> {
        let scope = self.scopes.pop().unwrap_or_default();
        let depth = self.scopes.len();
        for (name, at) in scope {
            let used = self.used.remove(&(depth, Rc::clone(&name)));
            if let (Some(at), false) = (at, used) {
                return Err(Fault::fatal(at, format!("`{name}` is declared and not used")));
            }
        }
        Ok(())
    }

    fn enter(&mut self, name: &Rc<str>) {
        self.scopes.push(BTreeMap::from([(Rc::clone(name), None)]));
    }

    fn name(&mut self, name: &Rc<str>, at: usize) -> Result<(), Fault> {
        let found = self.scopes.iter().rposition(|scope| scope.contains_key(name));
        if let Some(depth) = found {
            self.used.insert((depth, Rc::clone(name)));
            return Ok(());
        }
        if named_type(name).is_some() || builtins::find("", name).is_some() {
            return Ok(());
        }
        let what = format!("nothing has the name {name}");
        Err(if builtins::is_known("", name) {
            Fault::unsupported(at, name)
        } else {
            Fault::fatal(at, what)
        })
    }

    fn expr(&mut self, expr: &Expr) -> Result<(), Fault> {
        match &expr.kind {
            Kind::Name(name) => self.name(name, expr.at),
            Kind::Template { parts, .. } => parts.iter().try_for_each(|part| match part {
                Part::Expr(expr) => self.expr(expr),
                Part::Text(_) => Ok(()),
            }),
            Kind::Struct(tree) => self.structure(tree),
            Kind::List(elements) => elements.iter().try_for_each(|element| match element {
                Element::Expr(expr) | Element::More(Some(expr)) => self.expr(expr),
                Element::Comprehension(comprehension) => self.comprehension(comprehension),
                Element::More(None) => Ok(()),
            }),
            Kind::Unary(Operator::Multiply, _) => {
                Err(Fault::fatal(expr.at, "`*` marks a default, and stands in alternatives only"))
            }
            Kind::Binary(Operator::Or, left, right) => {
                [left, right].into_iter().try_for_each(|side| self.expr(unmarked(side)))
            }
            Kind::Select(inner, _) | Kind::Unary(_, inner) => self.expr(inner),
            Kind::Index(left, right) | Kind::Binary(_, left, right) => {
                self.expr(left)?;
                self.expr(right)
            }
            Kind::Slice(of, low, high) => {
                self.expr(of)?;
                low.iter().chain(high).try_for_each(|end| self.expr(end))
            }
            Kind::Call(function, arguments) => {
                self.expr(function)?;
                arguments.iter().try_for_each(|argument| self.expr(argument))
            }
            Kind::Alias(name, inner) => {
                self.enter(name);
                self.expr(inner)?;
                self.leave()
            }
            _ => Ok(()),
        }
    }

    fn structure(&mut self, tree: &Struct) -> Result<(), Fault> {
        let mut scope: Scope = tree.names.keys().map(|name| (Rc::clone(name), None)).collect();
        for (name, declared) in &tree.names {
            if let Declared::Let(index) = declared
                && let Some(Declaration::Let { at, .. }) = tree.declarations.get(*index)
            {
                scope.insert(Rc::clone(name), Some(*at));
            }
        }
        self.scopes.push(scope);
        for declaration in &tree.declarations {
            match declaration {
                Declaration::Field { label, value, .. } => self.field(label, value)?,
                Declaration::Embed(expr) | Declaration::Let { value: expr, .. } => {
                    self.expr(expr)?;
                }
                Declaration::Comprehension(comprehension) => self.comprehension(comprehension)?,
                Declaration::Open => {}
            }
        }
        self.leave()
    }

    fn field(&mut self, label: &Label, value: &Expr) -> Result<(), Fault> {
        match label {
            Label::Key(_) => self.expr(value),
            Label::Dynamic(name) => {
                self.expr(name)?;
                self.expr(value)
            }
            Label::Pattern(name, pattern) => {
                self.expr(pattern)?;
                let Some(name) = name else { return self.expr(value) };
                self.enter(name);
                self.expr(value)?;
                self.leave()
            }
        }
    }

    fn comprehension(&mut self, comprehension: &Comprehension) -> Result<(), Fault> {
        let mut entered = 0;
        for clause in &comprehension.clauses {
            match clause {
                Clause::If(condition) => self.expr(condition)?,
                Clause::Let(name, expr) => {
                    self.expr(expr)?;
                    self.enter(name);
                    entered += 1;
                }
                Clause::For { key, value, source } => {
                    self.expr(source)?;
                    for name in key.iter().chain([value]) {
                        self.enter(name);
                        entered += 1;
                    }
                }
            }
        }
        self.expr(&comprehension.body)?;
        (0..entered).try_for_each(|_| self.leave())
    }
}
