//! Changes the text of a module without moving a line: effects become functions that a test can replace, case tests become sets,
//! and marks around expressions say what they gave.
//!
//! The engine evaluates trees that it parsed itself, so that what watches an evaluation has to stand in the text.

use std::collections::BTreeSet;
use std::ops::Range;

use regorus::unstable::{
    AssignOp, BoolOp, Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleBody, RuleHead,
    WithModifier,
};

use super::table;

/// The extension that a mark calls: number and value, gives the value.
pub(super) const MARK: &str = "__dreadnought_mark";
/// The extension that stands in for an effect that nothing replaces.
pub(super) const EFFECT: &str = "__dreadnought_effect";
/// The extension that holds for the case that is looked at.
pub(super) const CASE: &str = "__dreadnought_case";
/// The package of functions that stand for effects.
pub(super) const EFFECTS: &str = "dreadnought.effects";

/// What reaches outside of the evaluation, with its number of arguments.
pub(super) const OUTSIDE: &[(&str, usize)] = &[
    ("http.send", 1),
    ("net.lookup_ip_addr", 1),
    ("opa.runtime", 0),
    ("rand.intn", 2),
    ("time.now_ns", 0),
    ("uuid.rfc4122", 1),
];

/// A marked part of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegoPart {
    /// The module, as a position in what was given.
    pub module: usize,
    /// Bytes in the module's text.
    pub span: Range<usize>,
    /// What kind of part it is.
    pub kind: RegoPartKind,
    /// The statement before it in the same body, which has to hold first.
    pub after: Option<usize>,
    /// The rule's name.
    pub rule: String,
    /// Whether it stands in an `every` or a comprehension.
    pub nested: bool,
    /// Whether it belongs to an `else`.
    pub in_else: bool,
}

impl RegoPart {
    /// Whether it is written as a whole. What a form was made of for evaluation is not, and has no bytes.
    pub fn is_written(&self) -> bool {
        !self.span.is_empty()
    }
}

/// What kind of part of a module it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegoPartKind {
    /// A statement of a body.
    Statement,
    /// A statement that holds where its expression does not.
    Negated,
    /// The value of a rule, of an `else`, of an entry: the body held.
    Head,
    /// A part of a statement that computes something.
    Expression,
    /// A variable or reference: shown, not counted.
    Operand,
}

/// A rule whose key tells cases apart.
#[derive(Clone, Debug)]
pub(super) struct CaseRule {
    /// Bytes of the head that are replaced.
    pub(super) head: Range<usize>,
    /// Its keys as written.
    pub(super) keys: Vec<String>,
    /// The statements that name every key, as written.
    pub(super) prefix: String,
    /// Where its body begins.
    pub(super) body: usize,
    /// Where all keys have their values: the end of a statement.
    pub(super) bound: usize,
}

/// The changes to one text.
pub(super) struct Edits<'t> {
    text: &'t str,
    edits: Vec<(usize, usize, u8, String)>,
}

impl<'t> Edits<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, edits: Vec::new() }
    }

    pub(super) fn replace(&mut self, range: Range<usize>, by: String) {
        self.edits.push((range.start, range.end, 2, by));
    }

    pub(super) fn insert(&mut self, at: usize, text: String) {
        self.edits.push((at, at, 1, text));
    }

    /// Where the first change stands.
    pub(super) fn first(&self) -> usize {
        self.edits.iter().map(|(at, ..)| *at).min().unwrap_or_default()
    }

    /// The text with the changes, and `more` at its end.
    pub(super) fn finish(self, more: &str) -> String {
        self.finish_with_places(more).0
    }

    /// As [`Self::finish`], with what each place of the new text was in the old one.
    pub(super) fn finish_with_places(mut self, more: &str) -> (String, Places) {
        self.edits.sort_by_key(|(at, _, rank, _)| (*at, *rank));
        let mut made = String::with_capacity(self.text.len() + 64 * self.edits.len());
        let mut places = Places::default();
        let mut place = 0;
        for (start, end, _, by) in &self.edits {
            made.push_str(self.text.get(place..*start).unwrap_or_default());
            let from = made.len();
            made.push_str(by);
            place = place.max(*end);
            places.0.push((from, made.len(), *start, place));
        }
        made.push_str(self.text.get(place..).unwrap_or_default());
        made.push_str(more);
        (made, places)
    }
}

/// What was changed: bytes of the new text, bytes of the old one.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Vec<(usize, usize, usize, usize)>);

impl Places {
    /// Whether a place lies within something that was put in.
    pub(super) fn is_made(&self, at: usize) -> bool {
        let before = self.0.partition_point(|(from, ..)| *from < at);
        before.checked_sub(1).is_some_and(|last| at < self.0[last].1)
    }

    /// The byte in the old text for one in the new text; of what was put in, where that stands.
    pub(super) fn before(&self, at: usize) -> usize {
        let after = self.0.partition_point(|(from, ..)| *from <= at);
        match after.checked_sub(1).map(|last| self.0[last]) {
            Some((_, to, start, _)) if at < to => start,
            Some((_, to, _, end)) => end + (at - to),
            None => at,
        }
    }
}

/// Where an expression begins: its span leaves out quotes, and the first part's brackets.
pub(super) fn start(expr: &Expr) -> usize {
    let own = expr.span().start as usize;
    match expr {
        Expr::String { .. } | Expr::RawString { .. } => own.saturating_sub(1),
        Expr::BinExpr { lhs, .. }
        | Expr::BoolExpr { lhs, .. }
        | Expr::ArithExpr { lhs, .. }
        | Expr::AssignExpr { lhs, .. } => own.min(start(lhs)),
        Expr::Membership { key, value, .. } => own.min(start(key.as_ref().unwrap_or(value))),
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => own.min(start(refr)),
        Expr::Call { fcn, .. } => own.min(start(fcn)),
        // Its span begins with its last key.
        Expr::Object { fields, span, .. } => match fields.first() {
            Some((_, key, _)) => {
                let before = span.source.get_contents().get(..start(key)).unwrap_or_default();
                before.rfind('{').unwrap_or(own)
            }
            None => own,
        },
        _ => own,
    }
}

/// Where an expression ends.
pub(super) fn end(expr: &Expr) -> usize {
    let own = expr.span().end as usize;
    match expr {
        Expr::String { .. } | Expr::RawString { .. } => own + 1,
        // Its span ends with what comes after it.
        Expr::Set { items, .. } if items.is_empty() => 0,
        Expr::BinExpr { rhs, .. }
        | Expr::BoolExpr { rhs, .. }
        | Expr::ArithExpr { rhs, .. }
        | Expr::AssignExpr { rhs, .. } => own.max(end(rhs)),
        Expr::Membership { collection, .. } => own.max(end(collection)),
        Expr::UnaryExpr { expr, .. } => own.max(end(expr)),
        _ => own,
    }
}

/// Where the name and keys of a head end: their span leaves out the last bracket.
pub(super) fn head_end(refr: &Expr) -> usize {
    let mut at = end(refr);
    let text = refr.span().source.get_contents();
    if matches!(refr, Expr::RefBrack { .. }) {
        while matches!(text.as_bytes().get(at), Some(b'"' | b'`' | b']')) {
            at += 1;
        }
    }
    at
}

fn range(expr: &Expr) -> Range<usize> {
    start(expr)..end(expr)
}

/// Marks the parts of one module.
pub(super) struct Marker<'m, 't> {
    pub(super) edits: &'m mut Edits<'t>,
    pub(super) parts: &'m mut Vec<RegoPart>,
    pub(super) module: usize,
    /// How many arguments a called function takes, where that is known.
    pub(super) arity: &'m dyn Fn(&Expr) -> Option<usize>,
    pub(super) rule: String,
    pub(super) after: Option<usize>,
    /// How deep in `every` and comprehensions.
    pub(super) nested: usize,
    pub(super) in_else: bool,
}

impl Marker<'_, '_> {
    /// Mark a rule; of one whose head is replaced, the body only.
    pub(super) fn rule(&mut self, rule: &Rule, name: &str, body_only: bool) {
        name.clone_into(&mut self.rule);
        self.after = None;
        self.in_else = false;
        let Rule::Spec { head, bodies, .. } = rule else { return };
        let mut first = true;
        for body in bodies {
            self.after = None;
            self.in_else = body.is_else;
            self.query(&body.query);
            if first && !body_only {
                self.head(head, true);
            }
            if body.is_else
                && let Some(assign) = &body.assign
            {
                self.part(&assign.value, RegoPartKind::Head);
            }
            first = false;
        }
        if bodies.is_empty() && !body_only {
            self.head(head, false);
        }
    }

    fn head(&mut self, head: &RuleHead, has_body: bool) {
        match head {
            RuleHead::Set { key: Some(key), .. } => self.part(key, RegoPartKind::Head),
            RuleHead::Compr { assign: Some(assign), .. }
            | RuleHead::Func { assign: Some(assign), .. } => {
                self.part(&assign.value, RegoPartKind::Head);
            }
            // A rule without a value gives true.
            RuleHead::Compr { refr, assign: None, .. } if has_body => {
                self.implied(head_end(refr), start(refr)..head_end(refr));
            }
            RuleHead::Func { refr, span, assign: None, .. } if has_body => {
                self.implied(span.end as usize, range(refr));
            }
            _ => {}
        }
    }

    fn implied(&mut self, at: usize, shown: Range<usize>) {
        let number = self.push(shown, RegoPartKind::Head);
        self.edits.insert(at, format!(" := {MARK}({number}, true)"));
    }

    fn push(&mut self, span: Range<usize>, kind: RegoPartKind) -> usize {
        let number = self.parts.len();
        let after = self.after;
        let rule = self.rule.clone();
        let (module, nested) = (self.module, self.nested > 0);
        self.parts.push(RegoPart {
            module,
            span,
            kind,
            after,
            rule,
            nested,
            in_else: self.in_else,
        });
        number
    }

    /// Leaves the last statement as what comes before.
    fn query(&mut self, query: &Query) {
        for statement in &query.stmts {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &LiteralStmt) {
        let first = self.parts.len();
        match &statement.literal {
            Literal::SomeVars { .. } => return,
            Literal::SomeIn { collection, .. } => self.part(collection, RegoPartKind::Statement),
            Literal::NotExpr { expr, .. } => self.condition(expr, RegoPartKind::Negated),
            Literal::Expr { expr, .. } => self.condition(expr, RegoPartKind::Statement),
            Literal::Every { domain, query, .. } => {
                self.part(domain, RegoPartKind::Statement);
                let own = self.parts.get(first).map(|_| first);
                self.after = own.or(self.after);
                self.nested += 1;
                self.query(query);
                self.nested -= 1;
                self.after = own.or(self.after);
                return;
            }
        }
        if self.parts.len() > first {
            self.after = Some(first);
        }
    }

    fn condition(&mut self, expr: &Ref<Expr>, kind: RegoPartKind) {
        match &**expr {
            Expr::AssignExpr { op: AssignOp::ColEq, rhs, .. } => self.part(rhs, kind),
            Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                // A side that may bind variables is left alone.
                for side in [lhs, rhs].into_iter().filter(|side| computes(side)) {
                    self.part(side, kind);
                }
            }
            Expr::Call { fcn, params, .. } => {
                let name = fcn.span().text();
                let takes = (self.arity)(fcn);
                let plain = takes.is_none_or(|takes| params.len() <= takes);
                if plain && !matches!(name, "print" | "trace" | "walk") {
                    self.part(expr, kind);
                }
            }
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::Array { .. }
            | Expr::Object { .. }
            | Expr::Set { .. }
            | Expr::UnaryExpr { .. } => {}
            _ => self.part(expr, kind),
        }
    }

    /// A mark around an expression, and around what is in it.
    fn part(&mut self, expr: &Ref<Expr>, kind: RegoPartKind) {
        if matches!(&**expr, Expr::Set { .. } | Expr::UnaryExpr { .. }) || is_hole(expr) {
            return self.inner(expr);
        }
        let span = range(expr);
        let number = self.push(span.clone(), kind);
        let brackets = matches!(&**expr, Expr::Membership { .. });
        let (open, close) = if brackets { ("(", "))") } else { ("", ")") };
        self.edits.edits.push((span.start, span.start, 1, format!("{MARK}({number}, {open}")));
        self.inner(expr);
        self.edits.edits.push((span.end, span.end, 0, close.to_owned()));
    }

    fn inner(&mut self, expr: &Expr) {
        match expr {
            Expr::BoolExpr { op, lhs, rhs, .. } => {
                for side in [lhs, rhs] {
                    // What is compared for equality is shown, also where it is written out.
                    let whole = matches!(&**side, Expr::Array { .. } | Expr::Object { .. });
                    if whole && matches!(op, BoolOp::Eq | BoolOp::Ne) {
                        self.part(side, RegoPartKind::Operand);
                    } else {
                        self.operand(side);
                    }
                }
            }
            Expr::ArithExpr { lhs, rhs, .. } | Expr::BinExpr { lhs, rhs, .. } => {
                self.operand(lhs);
                self.operand(rhs);
            }
            Expr::Membership { value, collection, .. } => {
                if !is_hole(value) {
                    self.operand(value);
                }
                self.operand(collection);
            }
            Expr::Call { fcn, params, .. } if fcn.span().text() != "walk" => {
                let takes = (self.arity)(fcn).unwrap_or(params.len());
                for argument in params.iter().take(takes) {
                    self.operand(argument);
                }
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                for item in items {
                    self.deep(item);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, _, value) in fields {
                    self.deep(value);
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.comprehension(&[term], query);
            }
            Expr::ObjectCompr { value, query, .. } => self.comprehension(&[value], query),
            _ => {}
        }
    }

    fn comprehension(&mut self, terms: &[&Ref<Expr>], query: &Query) {
        let before = self.after;
        self.after = None;
        self.nested += 1;
        self.query(query);
        for term in terms {
            if !matches!(&***term, Expr::Var { .. }) {
                self.part(term, RegoPartKind::Head);
            }
        }
        self.nested -= 1;
        self.after = before;
    }

    fn operand(&mut self, expr: &Ref<Expr>) {
        match &**expr {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::UnaryExpr { .. } => {}
            Expr::Array { .. } | Expr::Object { .. } | Expr::Set { .. } => self.inner(expr),
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.part(expr, RegoPartKind::Operand);
            }
            _ => self.part(expr, RegoPartKind::Expression),
        }
    }

    /// Inside of what is written out, only what computes.
    fn deep(&mut self, expr: &Ref<Expr>) {
        if matches!(&**expr, Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. }) {
            return;
        }
        self.operand(expr);
    }
}

fn is_hole(expr: &Expr) -> bool {
    matches!(expr, Expr::Var { span, .. } if span.text() == "_")
}

fn computes(expr: &Expr) -> bool {
    !matches!(
        expr,
        Expr::Var { .. }
            | Expr::Array { .. }
            | Expr::Object { .. }
            | Expr::Set { .. }
            | Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::UnaryExpr { .. }
    )
}

/// What [`walk`] meets.
pub(super) enum Met<'r> {
    Expr(&'r Expr),
    With(&'r WithModifier),
    Statement(&'r LiteralStmt),
}

/// Every statement, expression and `with` of a rule.
pub(super) fn walk<'r>(rule: &'r Rule, visit: &mut dyn FnMut(Met<'r>)) {
    match rule {
        Rule::Default { value, .. } => walk_expr(value, visit),
        Rule::Spec { head, bodies, .. } => {
            match head {
                RuleHead::Set { refr, key, .. } => {
                    walk_keys(refr, visit);
                    if let Some(key) = key {
                        walk_expr(key, visit);
                    }
                }
                RuleHead::Compr { refr, assign, .. } => {
                    walk_keys(refr, visit);
                    if let Some(assign) = assign {
                        walk_expr(&assign.value, visit);
                    }
                }
                RuleHead::Func { assign, .. } => {
                    if let Some(assign) = assign {
                        walk_expr(&assign.value, visit);
                    }
                }
            }
            for RuleBody { assign, query, .. } in bodies {
                if let Some(assign) = assign {
                    walk_expr(&assign.value, visit);
                }
                walk_query(query, visit);
            }
        }
    }
}

fn walk_keys<'r>(refr: &'r Expr, visit: &mut dyn FnMut(Met<'r>)) {
    for access in table::steps(refr).1 {
        if let table::Access::Index(index) = access {
            walk_expr(index, visit);
        }
    }
}

pub(super) fn walk_query<'r>(query: &'r Query, visit: &mut dyn FnMut(Met<'r>)) {
    for statement in &query.stmts {
        visit(Met::Statement(statement));
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { collection, .. } => walk_expr(collection, visit),
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => walk_expr(expr, visit),
            Literal::Every { domain, query, .. } => {
                walk_expr(domain, visit);
                walk_query(query, visit);
            }
        }
        for modifier in &statement.with_mods {
            visit(Met::With(modifier));
            walk_expr(&modifier.r#as, visit);
        }
    }
}

pub(super) fn walk_expr<'r>(expr: &'r Expr, visit: &mut dyn FnMut(Met<'r>)) {
    visit(Met::Expr(expr));
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            for item in items {
                walk_expr(item, visit);
            }
        }
        Expr::Object { fields, .. } => {
            for (_, key, value) in fields {
                walk_expr(key, visit);
                walk_expr(value, visit);
            }
        }
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            walk_expr(term, visit);
            walk_query(query, visit);
        }
        Expr::ObjectCompr { key, value, query, .. } => {
            walk_expr(key, visit);
            walk_expr(value, visit);
            walk_query(query, visit);
        }
        Expr::Call { params, .. } => params.iter().for_each(|item| walk_expr(item, visit)),
        Expr::UnaryExpr { expr, .. } => walk_expr(expr, visit),
        Expr::RefDot { .. } | Expr::RefBrack { .. } => {
            let (base, _) = table::steps(expr);
            walk_keys(expr, visit);
            if !matches!(base, Expr::Var { .. }) {
                walk_expr(base, visit);
            }
        }
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            walk_expr(lhs, visit);
            walk_expr(rhs, visit);
        }
        Expr::Membership { key, value, collection, .. } => {
            if let Some(key) = key {
                walk_expr(key, visit);
            }
            walk_expr(value, visit);
            walk_expr(collection, visit);
        }
        _ => {}
    }
}

/// The case rule that a test is, if its head has keys.
pub(super) fn case_rule(rule: &Rule, text: &str) -> Option<CaseRule> {
    let Rule::Spec { head: RuleHead::Compr { refr, assign, .. }, bodies, .. } = rule else {
        return None;
    };
    let Expr::RefBrack { .. } = &**refr else { return None };
    let mut keys = Vec::new();
    let mut names = BTreeSet::new();
    let mut at = &**refr;
    while let Expr::RefBrack { refr: inner, index, .. } = at {
        keys.push(text.get(range(index))?.to_owned());
        table::pattern(index, &mut names);
        at = inner;
    }
    keys.reverse();
    let body = bodies.first()?;
    let statements = &body.query.stmts;
    let first = statements.first()?;
    let mut last = None;
    // Each key is bound by the first statement that speaks of it.
    for name in &names {
        let declares = |statement: &LiteralStmt| declared(statement).contains(name);
        let speaks = |statement: &LiteralStmt| {
            !matches!(statement.literal, Literal::SomeVars { .. })
                && mentions(statement, name, text)
        };
        let bound = statements.iter().position(declares);
        last = last.max(bound.or_else(|| statements.iter().position(speaks)));
    }
    let bound = statement_end(&statements[last.unwrap_or_default()], text);
    let prefix = match last {
        Some(_) => text.get(statement_start(first)..bound)?,
        None => "true",
    };
    let head = assign.as_ref().map_or_else(|| head_end(refr), |assign| end(&assign.value));
    Some(CaseRule {
        head: start(refr)..head,
        keys,
        prefix: prefix.to_owned(),
        body: statement_start(first),
        bound,
    })
}

/// The variables that a statement declares and gives a value.
fn declared(statement: &LiteralStmt) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    match &statement.literal {
        Literal::SomeIn { key, value, .. } => {
            for pattern in key.iter().chain([value]) {
                table::pattern(pattern, &mut names);
            }
        }
        Literal::Expr { expr, .. } => {
            if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = &**expr {
                table::pattern(lhs, &mut names);
            }
        }
        _ => {}
    }
    names
}

fn mentions(statement: &LiteralStmt, name: &str, text: &str) -> bool {
    let Some(written) = text.get(statement_start(statement)..statement_end(statement, text)) else {
        return false;
    };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    written.match_indices(name).any(|(at, _)| {
        // Not in a text: what stands before it has its quotes in pairs.
        written[..at].matches('"').count() % 2 == 0
            && !written[..at].ends_with(|c: char| is_word(c) || c == '.')
            && !written[at + name.len()..].starts_with(is_word)
    })
}

pub(super) fn statement_start(statement: &LiteralStmt) -> usize {
    match &statement.literal {
        Literal::Expr { expr, .. } => (statement.span.start as usize).min(start(expr)),
        _ => statement.span.start as usize,
    }
}

pub(super) fn statement_end(statement: &LiteralStmt, text: &str) -> usize {
    let end = statement.span.end as usize;
    // The span of a text ends before its quote.
    if matches!(text.as_bytes().get(end), Some(b'"' | b'`')) { end + 1 } else { end }
}
