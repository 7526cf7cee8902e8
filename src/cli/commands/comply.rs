//! `dreadnought comply`: what the configuration shows of each control of a compliance baseline.
#![expect(
    clippy::disallowed_methods,
    reason = "named files of baselines and records are read here, and this is where the clock is"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;

use super::packs;
use crate::cli::args::{Comply, ComplyOutput};
use crate::cli::exit::Exit;
use crate::cli::{location, output, terminal};
use crate::compliance::report::{self, FORMATS};
use crate::compliance::{self, Baseline, Choice, Drift, Gate, Library};
use crate::config::{Instant, Records, records};
use crate::evaluate::{self, evaluate};
use crate::pack::PackSet;
use crate::project::Project;
use crate::report::{Counts, Options, Redactor, Report};
use crate::source::{FileId, MAX_FILE_BYTES, Problem, ProblemSeverity, SourceFile, Sources};

/// Run the command.
pub fn run(arguments: &Comply) -> anyhow::Result<Exit> {
    let Some(name) = arguments.baseline.as_deref().filter(|_| !arguments.list) else {
        return list(arguments);
    };
    let location = location::locate(&arguments.input)?;
    // Before anything is read: packs may need a process of their own.
    let opened = packs::open_for(&location, &arguments.packs.packs)?;
    let mut project = Project::load(&location.files, &location.options);
    let overrides = std::mem::take(&mut project.config.overrides);
    let bands = overrides.bands.unwrap_or_default();
    let (set, mut problems) =
        opened.load(&mut project.sources, !arguments.packs.no_builtin, &overrides);
    let (library, named, found) = open(name, &set, &mut project.sources)?;
    let baseline = match find(&library, named, name) {
        Ok(baseline) => baseline,
        Err(problem) => {
            terminal::complain(found.iter().chain([&problem]), &project.sources);
            return Ok(Exit::Unable);
        }
    };
    problems.extend(found);
    let choice = choice(arguments)?;
    let (resolved, found) = compliance::resolve(&library, baseline, &choice, &set);
    problems.extend(found);
    if arguments.resolve {
        terminal::complain(&problems, &project.sources);
        let mut bytes = serde_json::to_vec_pretty(&report::baseline(&resolved))?;
        bytes.push(b'\n');
        output::to_stdout(&bytes)?;
        return Ok(if is_fine(&problems) { Exit::Passed } else { Exit::Unable });
    }
    let records = all_records(arguments, &mut project, &mut problems)?;
    problems.extend(unknown_baselines(&library, &records));
    let options = evaluate::Options {
        only: compliance::rules(&resolved),
        list_passes: true,
        bands,
        outside: evaluate::Outside::new(&project.documents, &set, &project.sources),
        ..evaluate::Options::default()
    };
    // Without a rule nothing is asked; an empty list would ask for all.
    let mut outcome = if options.only.is_empty() {
        crate::finding::Outcome::default()
    } else {
        evaluate(&project.documents, &set, &options)
    };
    problems.extend(super::scan::in_context(&mut outcome, &project, &set, &options));
    let now = now(arguments)?;
    outcome.problems.extend(project.problems);
    outcome.problems.extend(location.problems);
    outcome.problems.extend(problems);
    let (judgement, found) =
        compliance::judge(&resolved, &outcome, &project.documents, &project.sources, &records, now);
    let pack_refs = packs::refs(&set);
    let scan = Report {
        outcome: &outcome,
        documents: &project.documents,
        sources: &project.sources,
        packs: &pack_refs,
        counts: Counts { files: project.read, skipped: project.skipped },
        options: Options::default(),
        version: env!("CARGO_PKG_VERSION"),
    };
    let mut shown = scan.problems();
    shown.extend(&found);
    shown.sort_by_key(|problem| problem.severity());
    let drift = arguments.compare.as_deref().map(|path| drift(&resolved, path)).transpose()?;
    let report = report::Report {
        judgement: &judgement,
        problems: &shown,
        sources: &project.sources,
        packs: &pack_refs,
        drift: drift.as_ref(),
        redactor: &Redactor::new(&scan),
        fail_on: arguments.fail_on,
        version: env!("CARGO_PKG_VERSION"),
        color: false,
    };
    write(&report, arguments)?;
    Ok(match report.gate() {
        Gate::Passed => Exit::Passed,
        Gate::Failed => Exit::Failed,
        Gate::Incomplete => Exit::Unable,
        Gate::NoData => Exit::Nothing,
    })
}

/// Every baseline with the share of its controls that rules speak of.
fn list(arguments: &Comply) -> anyhow::Result<Exit> {
    anyhow::ensure!(arguments.list, "name a baseline with --baseline, or list them with --list");
    let mut sources = Sources::default();
    let (set, mut problems) =
        packs::load_project(&mut sources, &arguments.packs.packs, !arguments.packs.no_builtin)?;
    let (library, found) = Library::load(&set, &[], &sources);
    problems.extend(found);
    let width = library.ids().map(str::len).max().unwrap_or_default();
    let mut text = String::new();
    for id in library.ids() {
        let Ok(baseline) = library.find(id) else { continue };
        let (resolved, found) = compliance::resolve(&library, baseline, &Choice::default(), &set);
        problems.extend(found);
        let all = resolved.controls.len();
        let decidable = resolved.controls.iter().filter(|it| !it.rules.is_empty()).count();
        let share = (decidable * 100).checked_div(all).unwrap_or_default();
        let title = &resolved.title;
        writeln!(
            text,
            "{id:width$}  {all:>4} controls, rules speak of {decidable:>3} ({share:>3}%)  {title}"
        )?;
    }
    output::to_stdout(text.as_bytes())?;
    terminal::complain(&problems, &sources);
    Ok(if is_fine(&problems) { Exit::Passed } else { Exit::Unable })
}

/// All baselines, and the file that is meant where a file is named.
fn open(
    name: &str,
    set: &PackSet,
    sources: &mut Sources,
) -> anyhow::Result<(Library, Option<FileId>, Vec<Problem>)> {
    let path = Path::new(name);
    let is_file =
        path.is_file() || path.extension().is_some_and(|it| it == "yaml") || name.contains('/');
    let file = is_file.then(|| source(path, sources)).transpose()?;
    let extra: Vec<FileId> = file.into_iter().collect();
    let (library, problems) = Library::load(set, &extra, sources);
    Ok((library, file, problems))
}

fn find<'l>(
    library: &'l Library,
    file: Option<FileId>,
    name: &str,
) -> Result<&'l Baseline, Problem> {
    match file {
        None => library.find(name),
        Some(file) => library.in_file(file).ok_or_else(|| {
            let message = format!("{name} holds no compliance baseline that can be used");
            Problem::new(crate::source::ProblemKind::Pack, message).path(name)
        }),
    }
}

/// A named file, among the sources.
fn source(path: &Path, sources: &mut Sources) -> anyhow::Result<FileId> {
    let shown = path.display().to_string();
    let text = text(path)?;
    Ok(sources.add(SourceFile::new(shown, text)))
}

fn text(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let context = || format!("cannot read {shown}");
    let size = std::fs::metadata(path).with_context(context)?.len();
    anyhow::ensure!(size <= MAX_FILE_BYTES, "{shown} is larger than {MAX_FILE_BYTES} bytes");
    std::fs::read_to_string(path).with_context(context)
}

fn choice(arguments: &Comply) -> anyhow::Result<Choice> {
    let mut params = Vec::new();
    for (name, value) in &arguments.params {
        let number = value
            .parse::<i64>()
            .map(crate::document::Value::Int)
            .or_else(|_| value.parse::<f64>().map(crate::document::Value::Float));
        let number = number.map_err(|_| anyhow::anyhow!("--param {name}: {value} is no number"))?;
        params.push((name.clone(), number));
    }
    Ok(Choice { profile: arguments.profile.clone(), params })
}

/// The project's records, and those of files that are named.
fn all_records(
    arguments: &Comply,
    project: &mut Project,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Records> {
    let mut all = std::mem::take(&mut project.config.compliance);
    for path in &arguments.records {
        let file = source(path, &mut project.sources)?;
        let (records, found) = records(file, project.sources.get(file));
        all.attestations.extend(records.attestations);
        all.waivers.extend(records.waivers);
        problems.extend(found);
    }
    Ok(all)
}

/// Records about baselines that there are not.
fn unknown_baselines(library: &Library, records: &Records) -> Vec<Problem> {
    let of_attestations = records.attestations.iter().map(|it| &it.about);
    let abouts = of_attestations.chain(records.waivers.iter().map(|it| &it.about));
    let unknown = abouts.filter_map(|about| {
        let problem = library.find(&about.baseline).err()?;
        let kind = crate::source::ProblemKind::Configuration;
        Some(Problem { kind, ..problem }.at(about.baseline_place))
    });
    unknown.collect()
}

fn now(arguments: &Comply) -> anyhow::Result<Instant> {
    if let Some(now) = arguments.now {
        return Ok(now);
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    Ok(Instant(i64::try_from(since.as_secs())?))
}

fn drift(resolved: &compliance::Resolved, path: &Path) -> anyhow::Result<Drift> {
    let before = text(path)?;
    compliance::drift(resolved, &before)
        .map_err(|error| anyhow::anyhow!("cannot compare with {}: {error}", path.display()))
}

fn is_fine(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.severity() != ProblemSeverity::Error)
}

fn write(report: &report::Report<'_>, arguments: &Comply) -> anyhow::Result<()> {
    let text = [ComplyOutput { format: &FORMATS[0], file: None }];
    let outputs = if arguments.outputs.is_empty() { &text[..] } else { &arguments.outputs };
    for output in outputs {
        let color = output.file.is_none() && terminal::wants_color(arguments.color);
        let mut bytes = Vec::new();
        (output.format.write)(&report::Report { color, ..*report }, &mut bytes)?;
        output::put(output.file.as_deref(), &bytes)?;
    }
    let text_on_stdout =
        outputs.iter().any(|output| output.file.is_none() && output.format.id == "text");
    if !text_on_stdout {
        terminal::complain(report.problems.iter().copied(), report.sources);
    }
    Ok(())
}
