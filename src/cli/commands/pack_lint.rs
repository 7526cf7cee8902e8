//! `dreadnought pack lint`: remarks on packs.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use super::packs;
use crate::cli::args::PackLint;
use crate::cli::exit::Exit;
use crate::cli::{output, terminal};
use crate::lint::{self, CODES, Code, Remark, Subject};
use crate::pack::PackSet;
use crate::pack_test;
use crate::source::{DiskFileSystem, SourceFile, Sources};
use crate::vocabulary::Vocabulary;

/// Run the command.
pub fn run(arguments: &PackLint) -> anyhow::Result<Exit> {
    if let Some(name) = &arguments.explain {
        return explain(name);
    }
    let mut text = String::new();
    let mut all = Vec::new();
    let (mut remarks, mut fixed, mut broken) = (0, 0, false);
    for folder in &arguments.packs {
        let one = one(folder)?;
        broken |= one.remarks.iter().any(|remark| remark.code == "L001") || one.lost;
        let fixes =
            if arguments.fix { lint::fixes(&one.remarks, &one.sources) } else { Vec::new() };
        for fix in &fixes {
            let path = one.sources.get(fix.file).path.trim_start_matches("pack:");
            output::to_file(Path::new(path), fix.after.as_bytes())?;
            fixed += fix.count;
        }
        for remark in &one.remarks {
            if arguments.fix && remark.removable.is_some() {
                continue;
            }
            remarks += 1;
            let place = place(remark, &one.sources);
            let name = lint::find(remark.code).map_or("", |code| code.name);
            let help = remark.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            writeln!(
                text,
                "{}:{}:{}: {} {name}: {}{help}",
                place.0, place.1, place.2, remark.code, remark.message
            )?;
            all.push(json!({
                "file": place.0, "line": place.1, "column": place.2, "code": remark.code, "name": name,
                "message": remark.message, "help": remark.help, "fixable": remark.removable.is_some(),
            }));
        }
    }
    if arguments.json {
        text =
            serde_json::to_string_pretty(&json!({"version": 1, "remarks": all, "fixed": fixed}))?;
        text.push('\n');
    } else {
        let fixed = if fixed > 0 { format!(", {fixed} fixed") } else { String::new() };
        let word = if remarks == 1 { "remark" } else { "remarks" };
        writeln!(text, "{remarks} {word}{fixed}")?;
    }
    output::to_stdout(text.as_bytes())?;
    Ok(match (broken, remarks) {
        (true, _) => Exit::Unable,
        (false, 0) => Exit::Passed,
        (false, _) => Exit::Failed,
    })
}

fn place<'s>(remark: &Remark, sources: &'s Sources) -> (&'s str, u32, u32) {
    let file = sources.get(remark.place.file);
    let position = file.position(remark.place.span.start);
    (&file.path, position.line, position.column)
}

struct Linted {
    remarks: Vec<Remark>,
    sources: Sources,
    /// Whether a problem has no place among the remarks.
    lost: bool,
}

fn one(folder: &Path) -> anyhow::Result<Linted> {
    let context = || format!("cannot read the pack {}", folder.display());
    let mut sources = Sources::default();
    let (set, problems) = packs::load(&mut sources, &[folder.to_owned()], false)?;
    let files = DiskFileSystem::new(folder).with_context(context)?;
    let placeless: Vec<_> = problems.iter().filter(|problem| problem.place.is_none()).collect();
    terminal::complain(placeless.iter().copied(), &sources);
    let shown = folder.display().to_string();
    // Unit tests are no part of a pack's rules; they are read here to be remarked on.
    for module in pack_test::unit_modules(&files, &mut Vec::new()) {
        let path = format!("{shown}/{}", module.name);
        if sources.find(&path).is_none() {
            sources.add(SourceFile::new(path, module.text));
        }
    }
    let pack = set.packs.last().filter(|pack| &*pack.name != "core" || folder.ends_with("core"));
    anyhow::ensure!(pack.is_some() || !problems.is_empty(), "there is no pack in {shown}");
    let marked = set.marked();
    let vocabulary = Vocabulary::new([]).map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut builtin = Sources::default();
    let (packs, _) = PackSet::load(&mut builtin, true, &[]);
    let (meanings, _) = packs.meanings(&builtin);
    let remarks = match pack {
        Some(pack) => {
            let tested = pack_test::tested_rules(&files, pack).with_context(context)?;
            let subject = Subject {
                pack,
                set: &marked,
                sources: &sources,
                vocabulary: &vocabulary,
                meanings: &meanings,
                tested: &tested,
            };
            lint::lint(&subject, &files, &shown, &problems)
        }
        None => Vec::new(),
    };
    let lost = !placeless.is_empty() || (pack.is_none() && !problems.is_empty());
    if pack.is_none() {
        terminal::complain(problems.iter().filter(|problem| problem.place.is_some()), &sources);
    }
    Ok(Linted { remarks, sources, lost })
}

fn explain(name: &str) -> anyhow::Result<Exit> {
    let mut text = String::new();
    let codes: Vec<&Code> =
        if name == "all" { CODES.iter().collect() } else { lint::find(name).into_iter().collect() };
    if codes.is_empty() {
        let hint =
            Code::nearest(name).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        anyhow::bail!("there is no code {name}{hint}");
    }
    for code in codes {
        let fix = if code.fixable { " `--fix` does away with it." } else { "" };
        writeln!(text, "{} {}\n  {}{fix}", code.id, code.name, code.about)?;
        if name != "all" && code.id != "L001" {
            writeln!(
                text,
                "  Where it is meant: a comment `# lint: ignore {}` on the line or above it.",
                code.name
            )?;
        }
    }
    output::to_stdout(text.as_bytes())?;
    Ok(Exit::Passed)
}
