//! What compiles in Rego and is still not as it should be: what is imported and not used, what hides something, what was left behind.

use std::collections::BTreeSet;
use std::ops::Range;

use regorus::unstable::{Expr, Import, Literal, Query, Ref, Rule, RuleHead};

use super::compile::parse;
use super::rewrite::{self, Met};
use super::{Module, Options, builtins, guard, table};

/// A remark on a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegoRemark {
    /// The module, as a position in what was given.
    pub module: usize,
    /// Bytes in its text.
    pub span: (usize, usize),
    /// What kind of remark it is.
    pub kind: RegoRemarkKind,
    /// In one sentence.
    pub message: String,
    /// Bytes that can be taken out to be done with it.
    pub removable: Option<(usize, usize)>,
}

/// Kinds of remarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegoRemarkKind {
    /// An import that nothing names.
    UnusedImport,
    /// A variable that is declared and not used.
    UnusedVariable,
    /// An argument of a function that it does not use.
    UnusedArgument,
    /// A module is imported twice by one name.
    DoubleImport,
    /// A function that OPA 1.0 has no more.
    Deprecated,
    /// A name that hides a built-in function, `input` or `data`.
    Shadowing,
    /// A `print` that was left behind.
    Print,
    /// A rule whose name is not in `snake_case`.
    Name,
}

/// Remarks on modules, by place. What does not parse has none: compiling says why.
pub fn remarks(modules: &[Module]) -> Vec<RegoRemark> {
    let good: Vec<usize> =
        (0..modules.len()).filter(|at| guard::check(&modules[*at].text).is_ok()).collect();
    let (mut engine, errors) = parse(modules, &good, &Options::default(), &|_| {});
    let refused: BTreeSet<usize> = errors.iter().map(|error| error.module).collect();
    let parsed: Vec<usize> = good.into_iter().filter(|at| !refused.contains(at)).collect();
    let trees = engine.get_modules().get(1..).unwrap_or_default().to_vec();
    let mut found = Vec::new();
    for (at, tree) in parsed.iter().zip(&trees) {
        let text = &modules[*at].text;
        let mut remarks = Remarks { module: *at, text, found: &mut found };
        let mut names = BTreeSet::new();
        for import in &tree.imports {
            remarks.import(import);
            let name = imported(import);
            if !is_language(import) && !names.insert(name.to_owned()) {
                let span = import.span.start as usize..import.span.end as usize;
                let message = format!("`{name}` is imported twice");
                remarks.add(RegoRemarkKind::DoubleImport, span, message, None);
            }
        }
        for rule in &tree.policy {
            remarks.rule(rule);
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Functions that OPA's strict mode refuses.
const DEPRECATED: [&str; 11] = [
    "all",
    "any",
    "cast_array",
    "cast_boolean",
    "cast_null",
    "cast_object",
    "cast_set",
    "cast_string",
    "net.cidr_overlap",
    "re_match",
    "set_diff",
];

struct Remarks<'a> {
    module: usize,
    text: &'a str,
    found: &'a mut Vec<RegoRemark>,
}

impl Remarks<'_> {
    fn add(
        &mut self,
        kind: RegoRemarkKind,
        span: Range<usize>,
        message: String,
        removable: Option<(usize, usize)>,
    ) {
        let (module, span) = (self.module, (span.start, span.end));
        self.found.push(RegoRemark { module, span, kind, message, removable });
    }

    fn import(&mut self, import: &Import) {
        if is_language(import) {
            return;
        }
        let name = imported(import);
        let span = import.span.start as usize..import.span.end as usize;
        let rest = [&self.text[..span.start], &self.text[span.end..]].concat();
        if words(&code(&rest), name) == 0 {
            let line_start = self.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
            let line_end =
                self.text[span.end..].find('\n').map_or(self.text.len(), |at| span.end + at + 1);
            let message = format!("`{name}` is imported and never used");
            self.add(RegoRemarkKind::UnusedImport, span, message, Some((line_start, line_end)));
        }
    }

    fn rule(&mut self, rule: &Rule) {
        let (refr, _) = table::head(rule);
        let name = table::chain(refr).map_or("", |(root, _)| root);
        let span = rule.span().start as usize..rule.span().end as usize;
        let head = span.start..span.start + name.len();
        if name.chars().any(|c| c.is_ascii_uppercase()) {
            let message = format!("rule `{name}` is not in snake_case");
            self.add(RegoRemarkKind::Name, head.clone(), message, None);
        }
        if hides(name) {
            let message = format!("rule `{name}` hides the built-in of this name");
            self.add(RegoRemarkKind::Shadowing, head, message, None);
        }
        rewrite::walk(rule, &mut |met| {
            if let Met::Expr(Expr::Call { fcn, span, .. }) = met
                && DEPRECATED.contains(&fcn.span().text())
            {
                let name = fcn.span().text();
                let message = format!("`{name}` is a function that OPA 1.0 has no more");
                let span = span.start as usize..span.start as usize + name.len();
                self.add(RegoRemarkKind::Deprecated, span, message, None);
            }
            if let Met::Expr(Expr::Call { fcn, span, .. }) = met
                && fcn.span().text() == "print"
            {
                let span = span.start as usize..span.end as usize;
                let message = "a `print` was left behind".to_owned();
                self.add(RegoRemarkKind::Print, span, message, None);
            }
        });
        let Rule::Spec { bodies, head, .. } = rule else { return };
        if let RuleHead::Func { args, .. } = head {
            let mut names = BTreeSet::new();
            for argument in args {
                table::pattern(argument, &mut names);
            }
            for name in names.iter().filter(|name| hides(name)) {
                let message = format!("argument `{name}` hides the built-in of this name");
                let own = code(self.text.get(span.clone()).unwrap_or_default());
                let at = find_word(&own, name).map_or(span.start, |at| span.start + at);
                self.add(RegoRemarkKind::Shadowing, at..at + name.len(), message, None);
            }
        }
        let own = code(self.text.get(span.clone()).unwrap_or_default());
        if let RuleHead::Func { args, .. } = head {
            self.arguments(args, &own, &span);
        }
        for body in bodies {
            self.query(&body.query, &own, &span);
        }
    }

    /// Arguments that stand in the head of a function alone.
    fn arguments(&mut self, args: &[Ref<Expr>], rule: &str, span: &Range<usize>) {
        let mut names = BTreeSet::new();
        for argument in args {
            table::pattern(argument, &mut names);
        }
        for name in names.into_iter().filter(|name| name != "_" && words(rule, name) == 1) {
            let at = find_word(rule, &name).map_or(span.start, |at| span.start + at);
            let message = format!("argument `{name}` is never used; `_` says so");
            self.add(RegoRemarkKind::UnusedArgument, at..at + name.len(), message, None);
        }
    }

    fn query(&mut self, query: &Query, rule: &str, span: &Range<usize>) {
        for name in table::declared(query) {
            let at = find_word(rule, &name).map_or(span.start, |at| span.start + at);
            let place = at..at + name.len();
            if !name.starts_with('_') && words(rule, &name) == 1 {
                let message = format!("`{name}` is declared and never used; `_` says so");
                self.add(RegoRemarkKind::UnusedVariable, place.clone(), message, None);
            }
            if hides(&name) {
                let message = format!("`{name}` hides the built-in of this name");
                self.add(RegoRemarkKind::Shadowing, place, message, None);
            }
        }
        for statement in &query.stmts {
            if let Literal::Every { query, .. } = &statement.literal {
                self.query(query, rule, span);
            }
        }
    }
}

/// Whether an import is of the language: `rego.v1`, `future.keywords`.
fn is_language(import: &Import) -> bool {
    let path = import.refr.span().text();
    path.starts_with("rego") || path.starts_with("future")
}

/// The name that an import gives.
fn imported(import: &Import) -> &str {
    if let Some(alias) = &import.r#as {
        return alias.text();
    }
    let path = import.refr.span().text();
    path.rsplit('.').next().unwrap_or(path)
}

fn hides(name: &str) -> bool {
    matches!(name, "input" | "data") || (!name.contains('.') && builtins::arity(name).is_some())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn find_word(text: &str, name: &str) -> Option<usize> {
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        !text[..*at].ends_with(|c: char| is_word(c) || c == '.')
            && !text[at + name.len()..].starts_with(is_word)
    })
}

/// A text of which comments and texts in quotes are blank, but for templates; no byte moves.
pub(super) fn code(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['#', '"', '`']) {
        let (before, from) = rest.split_at(at);
        let end = match from.as_bytes()[0] {
            b'#' => from.find('\n').unwrap_or(from.len()),
            b'`' => from[1..].find('`').map_or(from.len(), |end| end + 2),
            _ => quoted(from),
        };
        left.push_str(before);
        if before.ends_with('$') {
            left.push_str(&from[..end]);
        } else {
            left.extend(from[..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        }
        rest = &from[end..];
    }
    left + rest
}

/// How long a text in quotes is, with both.
pub(super) fn quoted(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !is_escaped => return at + 1,
            _ => is_escaped = character == '\\' && !is_escaped,
        }
    }
    text.len()
}

/// How often a name stands in a text as a word of its own.
fn words(text: &str, name: &str) -> usize {
    let (mut count, mut rest) = (0, text);
    while let Some(at) = find_word(rest, name) {
        count += 1;
        rest = &rest[at + name.len()..];
    }
    count
}
