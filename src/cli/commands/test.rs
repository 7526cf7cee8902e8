//! `dreadnought test`: the tests of packs, and of folders of Rego policies.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use super::{packs, test_baselines};
use crate::cli::args::{Test, TestOutput};
use crate::cli::exit::Exit;
use crate::cli::{output, terminal};
use crate::pack_test::{self, Coverage, Options, PackRun, Prepare, State, Summary, Survey};
use crate::source::{DiskFileSystem, EntryKind, FileSystem, Sources};

/// More modules than these are announced before they are loaded.
const MANY: usize = 200;
/// Packs below a folder that are named.
const MOST_PACKS: usize = 3;

/// Run the command. Nothing that ran is a failure.
pub fn run(arguments: &Test) -> anyhow::Result<Exit> {
    let options = Options {
        run: arguments.run.clone(),
        coverage: arguments.coverage || arguments.threshold.is_some(),
        require_tests: arguments.require_tests,
        version_0: arguments.v0_compatible,
        functions: crate::conftest::functions(),
        prepare: None,
    };
    let mut runs = Vec::new();
    let mut refusals = Vec::new();
    for folder in &arguments.packs {
        let files = packs::tree(folder)?;
        let run = if files.kind("pack.yaml") == Some(EntryKind::File) {
            one(folder, &*files, &options, &mut refusals)?
        } else {
            packs::unsigned(folder, &*files)?;
            plain(folder, &*files, &options, &mut refusals)
        };
        if arguments.update {
            anyhow::ensure!(folder.is_dir(), "a bundle is not changed: {}", folder.display());
            update(folder, run.as_ref())?;
        }
        runs.extend(run);
    }
    refuse_silence(&runs, &options, &mut refusals);
    let mut coverage = Coverage::default();
    for run in &mut runs {
        coverage.extend(run.coverage.take().unwrap_or_default());
    }
    let summary = Summary {
        packs: &runs,
        refusals: &refusals,
        coverage: options.coverage.then_some(&coverage),
        threshold: arguments.threshold,
        verbose: arguments.verbose,
    };
    write(&summary, &arguments.outputs)?;
    let skipped = summary.count(State::Skipped) > 0 && !arguments.exit_zero_on_skipped;
    let failed = summary.count(State::Failed) + summary.count(State::Error) > 0;
    // As `opa test` ends; a pack that does not load ends so in every command.
    let green = !failed && !skipped && !summary.is_below() && refusals.is_empty();
    Ok(if green { Exit::Passed } else { Exit::Unable })
}

/// The tests of one pack.
fn one(
    folder: &Path,
    files: &dyn FileSystem,
    options: &Options,
    refusals: &mut Vec<String>,
) -> anyhow::Result<Option<PackRun>> {
    let context = || format!("cannot read the pack {}", folder.display());
    let mut sources = Sources::default();
    let (set, problems) = packs::load(&mut sources, &[folder.to_owned()], false)?;
    terminal::complain(&problems, &sources);
    if !problems.is_empty() {
        refusals.push(format!("the pack {} does not load as a whole", folder.display()));
    }
    let pack = set.packs.last().filter(|pack| &*pack.name != "core" || folder.ends_with("core"));
    let Some(pack) = pack else { return Ok(None) };
    let shown = folder.display().to_string();
    let mut run =
        pack_test::run_pack(files, &shown, pack, &set, &sources, options).with_context(context)?;
    test_baselines::add(&mut run, folder, files, options)?;
    Ok(Some(run))
}

/// The tests of a folder without a manifest.
fn plain(
    folder: &Path,
    files: &dyn FileSystem,
    options: &Options,
    refusals: &mut Vec<String>,
) -> Option<PackRun> {
    let tree = DiskFileSystem::new(folder).ok();
    let prepare = tree.map(|tree| {
        let tree: crate::conftest::Files = Arc::new(tree);
        Prepare(Arc::new(move |modules: &[_]| crate::conftest::prepare(modules, &tree)))
    });
    let options = &Options { prepare, ..options.clone() };
    announce(folder, &pack_test::survey(files));
    let run = pack_test::run_folder(files, &folder.display().to_string(), options);
    if run.found == 0 && run.results.is_empty() {
        refusals.push(format!(
            "{} is no pack (it has no pack.yaml), and no test in Rego lies in it",
            folder.display()
        ));
        return None;
    }
    Some(run)
}

/// Say before it runs what may not be meant: many modules, or packs of which only a part is run.
fn announce(folder: &Path, survey: &Survey) {
    if survey.modules > MANY {
        terminal::note(&format!(
            "{} is no pack: all {} modules of Rego below it are loaded, and the tests in {} of them run; name a folder to run fewer",
            folder.display(),
            survey.modules,
            survey.tests
        ));
    }
    for pack in survey.packs.iter().take(MOST_PACKS) {
        let pack = folder.join(pack);
        terminal::note(&format!(
            "{} is a pack, of which only the tests in Rego run here: name it, and its samples and tables run, too",
            pack.display()
        ));
    }
    let more = survey.packs.len().saturating_sub(MOST_PACKS);
    if more > 0 {
        terminal::note(&format!("{more} more packs lie below {}", folder.display()));
    }
}

/// What would look green and is not.
fn refuse_silence(runs: &[PackRun], options: &Options, refusals: &mut Vec<String>) {
    let found: usize = runs.iter().map(|run| run.found).sum();
    for run in runs.iter().filter(|run| run.found == 0 && run.results.is_empty()) {
        refusals.push(format!("the pack {} has no tests", run.name));
    }
    let matched: usize = runs.iter().map(|run| run.ran() + run.count(State::Skipped)).sum();
    match &options.run {
        Some(selector) if matched == 0 && found > 0 => refusals.push(format!(
            "--run {} matches none of {found} tests; -v lists them",
            selector.as_str()
        )),
        _ if found > 0 && matched == 0 => refusals.push("no test was run".to_owned()),
        _ => {}
    }
}

/// Show what changes in expectations, then change it.
fn update(folder: &Path, run: Option<&PackRun>) -> anyhow::Result<()> {
    let Some(run) = run else { return Ok(()) };
    let of_samples = run.samples.iter().flat_map(pack_test::updates);
    for update in of_samples.chain(run.tables.iter().cloned()) {
        let lines = pack_test::shortened(&pack_test::diff(&update.before, &update.after));
        let shown = format!("update {}\n  {}\n", update.path, lines.join("\n  "));
        output::to_stdout(shown.as_bytes())?;
        output::to_file(&folder.join(&update.path), update.after.as_bytes())?;
    }
    Ok(())
}

fn write(summary: &Summary<'_>, outputs: &[TestOutput]) -> anyhow::Result<()> {
    let text = [TestOutput { format: &pack_test::FORMATS[0], file: None }];
    for output in if outputs.is_empty() { &text[..] } else { outputs } {
        let mut bytes = Vec::new();
        (output.format.write)(summary, &mut bytes)?;
        output::put(output.file.as_deref(), &bytes)?;
    }
    Ok(())
}
