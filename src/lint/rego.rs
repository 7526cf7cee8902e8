//! Remarks on the Rego of a pack: its rules, its libraries, its unit tests.

use std::sync::Arc;

use super::rules::own_files;
use super::{Remark, Subject};
use crate::engine::rego::{Module, RegoRemarkKind, style_remarks};
use crate::source::{FileSystem, Place, Span};

pub(super) fn remarks(
    subject: &Subject<'_>,
    _: &dyn FileSystem,
    shown: &str,
    found: &mut Vec<Remark>,
) {
    let files: Vec<_> = own_files(subject.sources, shown)
        .into_iter()
        .filter(|file| subject.sources.get(*file).path.rsplit('.').next() == Some("rego"))
        .collect();
    let modules: Vec<Module> = files
        .iter()
        .map(|file| {
            let source = subject.sources.get(*file);
            Module { name: source.path.to_string(), text: Arc::clone(&source.text) }
        })
        .collect();
    for remark in style_remarks(&modules) {
        let code = match remark.kind {
            // OPA's strict mode refuses these; who writes packs may name what a function is given.
            RegoRemarkKind::UnusedArgument
            | RegoRemarkKind::DoubleImport
            | RegoRemarkKind::Deprecated => continue,
            RegoRemarkKind::UnusedImport => "L020",
            RegoRemarkKind::UnusedVariable => "L021",
            RegoRemarkKind::Shadowing => "L022",
            RegoRemarkKind::Print => "L023",
            RegoRemarkKind::Name => "L024",
        };
        let span = Span::new(remark.span.0, remark.span.1);
        found.push(Remark {
            place: Place { file: files[remark.module], span },
            code,
            message: remark.message,
            help: None,
            removable: remark.removable,
            rule: None,
        });
    }
}
