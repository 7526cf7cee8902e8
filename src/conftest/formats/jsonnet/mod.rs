//! Jsonnet: a file is evaluated, with what it imports of the tree that it lies in.
//!
//! The crate counts calls, not steps, and bounds no memory: the command line evaluates such files in a process of its own.

mod words;

use std::collections::BTreeMap;

use rsjsonnet_lang::arena::Arena;
use rsjsonnet_lang::interner::InternedStr;
use rsjsonnet_lang::program::{
    Callbacks, EvalStackTraceItem, ImportError, LoadError, NativeError, Program, Thunk, Value,
};
use rsjsonnet_lang::span::{SourceId, SpanContext, SpanId};
use serde_json::Value as Json;

use super::Tree;
use crate::source::{EntryKind, MAX_FILE_BYTES, folder_of, join};

/// Most files that one file imports, and what they import.
const MAX_IMPORTS: usize = 1_000;

/// A file that imports nothing.
pub(super) fn alone(text: &str) -> Result<Json, String> {
    within(text, None)
}

/// A file; what it imports is looked for beside it, then from the root of the tree.
pub(super) fn within(text: &str, tree: Option<&Tree<'_>>) -> Result<Json, String> {
    let arena = Arena::new();
    let mut program = Program::new(&arena);
    let mut files =
        Files { tree, sources: Vec::new(), loaded: BTreeMap::new(), trouble: None, broken: None };
    let written = {
        let loaded = files.load(&mut program, tree.map_or("", |tree| tree.path), text.into(), "");
        let value = loaded.and_then(|thunk| {
            let value = program.eval_value(&thunk, &mut files);
            value.and_then(|value| program.manifest_json(&value, false)).map_err(|error| {
                if let Some(broken) = files.broken.take() {
                    return broken;
                }
                let trouble = files.trouble.take();
                let shown = words::evaluating(&error.kind);
                let at = words::place(&error.kind).or_else(|| nearest(&error.stack_trace));
                files.located(&program, at, &trouble.unwrap_or(shown))
            })
        });
        value?
    };
    super::json_text(&written)
}

/// Where evaluation was: the innermost place that is known.
fn nearest(trace: &[EvalStackTraceItem]) -> Option<SpanId> {
    trace.iter().rev().find_map(|item| match item {
        EvalStackTraceItem::Expr { span }
        | EvalStackTraceItem::Variable { span, .. }
        | EvalStackTraceItem::Import { span } => Some(*span),
        EvalStackTraceItem::Call { span, .. }
        | EvalStackTraceItem::ArrayItem { span, .. }
        | EvalStackTraceItem::ObjectField { span, .. } => *span,
        _ => None,
    })
}

struct Source {
    id: SourceId,
    path: String,
    text: Vec<u8>,
}

/// The files of one evaluation.
struct Files<'t, 'p> {
    tree: Option<&'t Tree<'t>>,
    /// The first is the file itself.
    sources: Vec<Source>,
    /// Imported files by path.
    loaded: BTreeMap<String, Thunk<'p>>,
    /// Why the last import failed.
    trouble: Option<String>,
    /// What is wrong in a file that was imported, with its place.
    broken: Option<String>,
}

impl<'p> Files<'_, 'p> {
    fn load(
        &mut self,
        program: &mut Program<'p>,
        path: &str,
        text: Vec<u8>,
        name: &str,
    ) -> Result<Thunk<'p>, String> {
        let (context, id) = program.span_manager_mut().insert_source_context(text.len());
        let loaded = program.load_source(context, &text, true, name);
        self.sources.push(Source { id, path: path.to_owned(), text });
        loaded.map_err(|error| {
            let (at, what) = match &error {
                LoadError::Lex(error) => words::lexing(error),
                LoadError::Parse(error) => words::parsing(error),
                LoadError::Analyze(error) => words::analyzing(error),
            };
            self.located(program, Some(at), &what)
        })
    }

    /// What is wrong with its line, and its file where that is an imported one.
    fn located(&self, program: &Program<'p>, at: Option<SpanId>, what: &str) -> String {
        let Some(at) = at else { return what.to_owned() };
        let spans = program.span_manager();
        let (context, start, _) = spans.get_span(at);
        let SpanContext::Source(id) = spans.get_context(context);
        let Some(source) = self.sources.iter().find(|source| source.id == *id) else {
            return what.to_owned();
        };
        let before = source.text.get(..start).unwrap_or_default();
        let line = String::from_utf8_lossy(before).matches('\n').count() + 1;
        match &*source.path {
            path if path == self.sources[0].path => format!("line {line}: {what}"),
            path => format!("{path}, line {line}: {what}"),
        }
    }

    /// Path and content of what a file imports.
    fn find(
        &mut self,
        program: &Program<'p>,
        from: SpanId,
        name: &str,
    ) -> Result<(String, Vec<u8>), ImportError> {
        let spans = program.span_manager();
        let SpanContext::Source(id) = spans.get_context(spans.get_span(from).0);
        let importer = self.sources.iter().position(|source| source.id == *id);
        let found = self.read(importer.unwrap_or(0), name);
        found.map_err(|why| {
            self.trouble = Some(why);
            ImportError
        })
    }

    fn read(&self, importer: usize, name: &str) -> Result<(String, Vec<u8>), String> {
        let tree = self.tree.ok_or_else(|| format!("`{name}` cannot be imported here"))?;
        if self.sources.len() > MAX_IMPORTS {
            return Err(format!("more than {MAX_IMPORTS} files are imported"));
        }
        let own = folder_of(tree.path);
        let beside = self.sources.get(importer).map_or(own, |source| folder_of(&source.path));
        // conftest evaluates the text without its name: what it imports is looked for from the working directory first.
        let folders = if importer == 0 { ["", own] } else { [beside, own] };
        let mut outside = false;
        for folder in folders {
            let Some(path) = join(folder, name) else {
                outside = true;
                continue;
            };
            if tree.files.kind(&path) != Some(EntryKind::File) {
                continue;
            }
            let size = tree.files.size(&path).map_err(|error| error.to_string())?;
            if size > MAX_FILE_BYTES {
                return Err(format!("{path} is larger than {MAX_FILE_BYTES} bytes"));
            }
            let bytes = tree.files.read(&path);
            return Ok((path, bytes.map_err(|error| format!("`{name}` cannot be read: {error}"))?));
        }
        Err(if outside {
            format!("`{name}` leads out of the tree; only files inside of it are imported")
        } else {
            format!("`{name}` is not there")
        })
    }
}

impl<'p> Callbacks<'p> for Files<'_, 'p> {
    fn import(
        &mut self,
        program: &mut Program<'p>,
        from: SpanId,
        name: &str,
    ) -> Result<Thunk<'p>, ImportError> {
        let (path, text) = self.find(program, from, name)?;
        if let Some(loaded) = self.loaded.get(&path) {
            return Ok(loaded.clone());
        }
        let thunk = self.load(program, &path, text, &path).map_err(|what| {
            self.broken = Some(what);
            ImportError
        })?;
        self.loaded.insert(path, thunk.clone());
        Ok(thunk)
    }

    fn import_str(
        &mut self,
        program: &mut Program<'p>,
        from: SpanId,
        name: &str,
    ) -> Result<String, ImportError> {
        let (_, text) = self.find(program, from, name)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn import_bin(
        &mut self,
        program: &mut Program<'p>,
        from: SpanId,
        name: &str,
    ) -> Result<Vec<u8>, ImportError> {
        self.find(program, from, name).map(|(_, bytes)| bytes)
    }

    /// What a file traces is for whoever writes it.
    fn trace(&mut self, _: &mut Program<'p>, _: &str, _: &[EvalStackTraceItem]) {}

    fn native_call(
        &mut self,
        _: &mut Program<'p>,
        _: InternedStr<'p>,
        _: &[Value<'p>],
    ) -> Result<Value<'p>, NativeError> {
        Err(NativeError)
    }
}
