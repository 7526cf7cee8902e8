//! Parameters: those that nothing reads, and those that are read and not declared.

use std::collections::BTreeSet;

use super::{Remark, Subject, remark};
use crate::pack::{Logic, Rule, locate};
use crate::source::{FileId, Span, nearest};

/// Parameters that nothing in the pack reads.
pub(super) fn unused(subject: &Subject<'_>, rules: &[Rule], found: &mut Vec<Remark>) {
    let files: BTreeSet<FileId> = rules.iter().map(|rule| rule.place.file).collect();
    let folder = rules.first().map(|rule| {
        let path = &subject.sources.get(rule.place.file).path;
        path.rsplit_once("/rules/").map_or("", |(folder, _)| folder).to_owned()
    });
    let is_read = |name: &str| {
        let spellings = [format!("params.{name}"), format!("params[\"{name}\"]")];
        let reads = |text: &str| spellings.iter().any(|spelling| text.contains(spelling.as_str()));
        files.iter().any(|file| reads(&subject.sources.get(*file).text))
            || folder.as_ref().is_some_and(|folder| {
                subject.sources.iter().any(|(_, file)| {
                    file.path.starts_with(&format!("{folder}/lib/")) && reads(&file.text)
                })
            })
    };
    for param in subject.pack.declared.iter().filter(|param| !is_read(&param.name)) {
        let message = format!("no rule reads the parameter `{}`", param.name);
        found.push(remark(param.place.file, param.place.span, "L002", message));
    }
}

/// Parameters that a rule reads and the manifest does not declare.
pub(super) fn unknown(subject: &Subject<'_>, rule: &Rule, found: &mut Vec<Remark>) {
    for (name, span) in read(subject, rule) {
        let declared = || subject.pack.declared.iter().map(|param| &*param.name);
        if declared().any(|known| known == name) {
            continue;
        }
        let message = format!("the pack declares no parameter `{name}`");
        let mut own =
            Remark { rule: Some(rule.place), ..remark(rule.place.file, span, "L013", message) };
        own.help = nearest(&name, declared()).map(|near| format!("did you mean `{near}`?"));
        found.push(own);
    }
}

/// Names of parameters that a rule reads, each with its place.
fn read(subject: &Subject<'_>, rule: &Rule) -> Vec<(String, Span)> {
    let text = &subject.sources.get(rule.place.file).text;
    let mut all = Vec::new();
    match &rule.logic {
        Logic::Cel(_) => {
            for own in rule.programs() {
                for part in own.program.parts().iter().filter(|part| part.reads) {
                    let source = own.program.source();
                    let written = source.get(part.start..part.end).unwrap_or_default();
                    let Some(name) = written.strip_prefix("params.").map(first_name) else {
                        continue;
                    };
                    let at = part.start + "params.".len();
                    let start = locate(text, own.span, source, at).start as usize;
                    all.push((name.to_owned(), Span::new(start, start + name.len())));
                }
            }
        }
        Logic::Rego { .. } => {
            let module = format!("data.dreadnought.{}.params", subject.pack.name.replace('-', "_"));
            let imported = text.lines().any(|line| {
                line.trim().strip_prefix("import ").is_some_and(|path| path.trim() == module)
            });
            let mut offset = 0;
            for line in text.split_inclusive('\n') {
                let code = line.split('#').next().unwrap_or_default();
                for (at, _) in code.match_indices("params.") {
                    let before = &code[..at];
                    let is_whole = before.ends_with(module.trim_end_matches("params"));
                    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"');
                    if !is_whole && (!imported || before.ends_with(is_name)) {
                        continue;
                    }
                    let start = at + "params.".len();
                    let name = first_name(&code[start..]);
                    let span = Span::new(offset + start, offset + start + name.len());
                    all.push((name.to_owned(), span));
                }
                offset += line.len();
            }
        }
    }
    all.retain(|(name, _)| !name.is_empty());
    all
}

fn first_name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}
