//! For people at a terminal: what there is, the worst threats with their scores, how an attacker gets to data, what stops them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Export;
use super::escape::one_line;
use super::words::{self, FACTORS, count};
use crate::finding::Severity;
use crate::model::{AttackPath, Drift, Fix, Location, Threat, ThreatModel, ThreatState};

/// Threats, paths, fixes that are listed before the rest is only counted.
const MOST_THREATS: usize = 12;
const MOST_PATHS: usize = 6;
const MOST_FIXES: usize = 8;
const MOST_OTHERS: usize = 10;
/// Names of things alike.
const MOST_NAMES: usize = 6;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

pub(super) fn write(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    Page { export, model: export.model }.write(out)
}

struct Page<'a> {
    export: &'a Export<'a>,
    model: &'a ThreatModel,
}

impl Page<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let model = self.model;
        writeln!(out, "{}", self.paint(&one_line(words::title(model)), BOLD))?;
        let parts = [
            count(model.assets.len(), "asset"),
            count(model.boundaries.len(), "boundary"),
            count(model.flows.len(), "flow"),
        ];
        let open = words::open(model).count();
        let bands = words::bands(model);
        let bands = if bands.is_empty() { String::new() } else { format!(" ({bands})") };
        let paths = count(model.paths.len(), "attack path");
        writeln!(out, "{}; {}{bands}, {paths}", parts.join(", "), count(open, "open threat"))?;
        self.threats(out)?;
        self.closed(out)?;
        self.paths(out)?;
        self.fixes(out)?;
        self.coverage(out)?;
        self.drift(out)?;
        self.unknown(out)?;
        match words::packs(self.export, 12) {
            packs if packs.is_empty() => Ok(()),
            packs => writeln!(out, "\npacks: {}", one_line(&packs.join(", "))),
        }
    }

    fn threats(&self, out: &mut dyn Write) -> io::Result<()> {
        let open: Vec<&Threat> = words::open(self.model).collect();
        if open.is_empty() {
            return Ok(());
        }
        self.heading(out, "threats")?;
        let groups = alike(open.into_iter(), |threat| Some(common(threat)));
        for group in groups.iter().take(MOST_THREATS) {
            self.threat(out, group)?;
        }
        self.more(out, groups.iter().skip(MOST_THREATS).map(Vec::len).sum())
    }

    /// Threats of one class that are scored alike, for the same reasons.
    fn threat(&self, out: &mut dyn Write, group: &[&Threat]) -> io::Result<()> {
        let threat = group[0];
        let dread = &threat.dread;
        let score = self.score(&dread.score.to_string(), dread.severity);
        let class = &threat.class;
        writeln!(out, "  {score} {} {}", class.id, self.paint(&one_line(&class.name), BOLD))?;
        let factors: Vec<String> = FACTORS
            .iter()
            .map(|(factor, short)| format!("{short}{}", dread.dread.get(*factor)))
            .collect();
        let targets = group.iter().map(|threat| words::target(self.model, &threat.target));
        let targets = one_line(&listed(targets.collect()));
        let what = format!(
            "{targets} · {} · {} · confidence {}",
            threat.stride,
            factors.join(" "),
            words::confidence(threat)
        );
        writeln!(out, "       {}", self.paint(&what, DIM))?;
        for step in &dread.steps {
            let line = format!(
                "{} {:+}: {}",
                step.factor.name().replace('_', " "),
                step.step,
                one_line(&step.reason)
            );
            writeln!(out, "       {}", self.paint(&line, DIM))?;
        }
        let evidence: Vec<Location> =
            group.iter().flat_map(|threat| threat.evidence.iter().cloned()).collect();
        if !evidence.is_empty() {
            writeln!(out, "       at {}", one_line(&words::places(&evidence)))?;
        }
        if !threat.remediation.is_empty() {
            writeln!(out, "       fix: {}", one_line(&threat.remediation))?;
        }
        Ok(())
    }

    /// Threats that something or someone closes.
    fn closed(&self, out: &mut dyn Write) -> io::Result<()> {
        let closed: Vec<&Threat> =
            self.model.threats.iter().filter(|threat| threat.state != ThreatState::Open).collect();
        if closed.is_empty() || !self.export.closed {
            return Ok(());
        }
        self.heading(out, "mitigated and accepted threats")?;
        for threat in closed {
            let target = one_line(&words::target(self.model, &threat.target));
            let note = threat.note.as_deref().map(|note| format!(": {}", one_line(note)));
            let (state, class) = (threat.state.name(), &threat.class);
            let name = one_line(&class.name);
            writeln!(out, "  {state} {} {name}, {target}{}", class.id, note.unwrap_or_default())?;
        }
        Ok(())
    }

    fn paths(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.model.paths.is_empty() && self.model.paths_stopped.is_none() {
            return Ok(());
        }
        self.heading(out, "attack paths")?;
        let groups = alike(self.model.paths.iter(), common_end);
        for group in groups.iter().take(MOST_PATHS) {
            match group.as_slice() {
                [path] => self.path(out, path)?,
                several => self.short_paths(out, several)?,
            }
        }
        self.more(out, groups.iter().skip(MOST_PATHS).map(Vec::len).sum())?;
        match &self.model.paths_stopped {
            Some(why) => writeln!(out, "  the search stopped early: {}", one_line(why)),
            None => Ok(()),
        }
    }

    fn path(&self, out: &mut dyn Write, path: &AttackPath) -> io::Result<()> {
        let score = self.score(&path.score.to_string(), path.severity);
        writeln!(out, "  {score} {}", self.paint(&one_line(&path.title), BOLD))?;
        let nodes = self.model.names_apart(&path.nodes);
        let nodes: Vec<String> = nodes.iter().map(|name| one_line(name)).collect();
        let assumed = if path.assumed { "  (rests on a value that is not known)" } else { "" };
        writeln!(out, "       {}{assumed}", nodes.join(" → "))?;
        for (at, step) in path.steps.iter().enumerate() {
            let implied = if step.threat.is_some() { "" } else { " (implied)" };
            let place = one_line(&words::step_at(self.model, path, step));
            let how = one_line(&step.how);
            writeln!(out, "       {}. {}{implied} at {place}: {how}", at + 1, step.class)?;
        }
        for cut in &path.cut_by {
            writeln!(out, "       cut by: {}", one_line(cut))?;
        }
        Ok(())
    }

    /// Paths of one step, alike but for where they begin.
    fn short_paths(&self, out: &mut dyn Write, paths: &[&AttackPath]) -> io::Result<()> {
        let path = paths[0];
        let score = self.score(&path.score.to_string(), path.severity);
        let name = |node: Option<&std::sync::Arc<str>>| {
            node.map(|node| self.model.name_of(node).to_owned()).unwrap_or_default()
        };
        let end = name(path.nodes.last());
        let title = one_line(&format!("{} × to {end}", paths.len()));
        writeln!(out, "  {score} {}", self.paint(&title, BOLD))?;
        let starts = listed(paths.iter().map(|path| name(path.nodes.first())).collect());
        let assumed = if path.assumed { "  (rests on a value that is not known)" } else { "" };
        writeln!(out, "       {} → {}{assumed}", one_line(&starts), one_line(&end))?;
        for step in &path.steps {
            let implied = if step.threat.is_some() { "" } else { " (implied)" };
            writeln!(out, "       1. {}{implied}: {}", step.class, one_line(&step.how))?;
        }
        Ok(())
    }

    fn fixes(&self, out: &mut dyn Write) -> io::Result<()> {
        let useful: Vec<&Fix> = self.model.fixes.iter().filter(|fix| fix.paths > 0).collect();
        if useful.is_empty() {
            return Ok(());
        }
        self.heading(out, "what cuts paths")?;
        for fix in useful.iter().take(MOST_FIXES) {
            let place =
                fix.location.as_ref().map(|at| format!("  {}", one_line(&words::place(at))));
            let what = format!(
                "cuts {}, removes {}.{}",
                count(fix.paths, "path"),
                fix.score / 10,
                fix.score % 10
            );
            writeln!(
                out,
                "  {} ({what}){}",
                one_line(&words::fix(self.model, fix)),
                place.unwrap_or_default()
            )?;
        }
        self.more(out, useful.len().saturating_sub(MOST_FIXES))
    }

    fn coverage(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.model.coverage.is_empty() {
            return Ok(());
        }
        self.heading(out, "STRIDE per element")?;
        let states = words::coverage(self.model);
        let all: usize = states.iter().map(|(count, _)| count).sum();
        let states: Vec<String> =
            states.iter().map(|(count, state)| format!("{count} {state}")).collect();
        writeln!(out, "  {all} questions: {}", states.join(", "))
    }

    fn drift(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.model.drift.is_empty() {
            return Ok(());
        }
        self.heading(out, "drift")?;
        for (modelled, title) in
            [(true, "modelled but not in code"), (false, "in code but not modelled")]
        {
            let all: Vec<&Drift> =
                self.model.drift.iter().filter(|drift| drift.modelled == modelled).collect();
            for drift in all.iter().take(MOST_OTHERS) {
                let name = one_line(&drift.name);
                let id = one_line(&drift.id);
                let named = if name == id { id } else { format!("{name} ({id})") };
                writeln!(out, "  {title}: {} {named}", drift.what)?;
            }
            if all.len() > MOST_OTHERS {
                writeln!(out, "  {title}: {} more", all.len() - MOST_OTHERS)?;
            }
        }
        Ok(())
    }

    /// What the model cannot know.
    fn unknown(&self, out: &mut dyn Write) -> io::Result<()> {
        let model = self.model;
        writeln!(out)?;
        let (with, of) = model.meaning;
        if of > 0 {
            let kinds = model.without_meaning.len();
            let shown = model.without_meaning.iter().take(6);
            let shown: Vec<String> =
                shown.map(|(kind, count)| format!("{count} × {}", one_line(kind))).collect();
            let more = if kinds > 6 { ", …" } else { "" };
            let without = format!("; without: {}{more}", shown.join(", "));
            let rest = if kinds == 0 { "" } else { without.as_str() };
            writeln!(out, "{with} of {} have a meaning{rest}", count(of, "resource"))?;
        }
        for assumption in model.assumptions.iter().take(MOST_OTHERS) {
            writeln!(out, "assumed: {}", one_line(assumption))?;
        }
        Ok(())
    }

    fn heading(&self, out: &mut dyn Write, title: &str) -> io::Result<()> {
        writeln!(out, "\n{}", self.paint(title, BOLD))
    }

    fn more(&self, out: &mut dyn Write, rest: usize) -> io::Result<()> {
        match rest {
            0 => Ok(()),
            rest => writeln!(out, "  {}", self.paint(&format!("and {rest} more"), DIM)),
        }
    }

    fn score(&self, score: &str, band: Severity) -> String {
        let color = match band {
            Severity::Critical => AnsiColor::Magenta,
            Severity::High => AnsiColor::Red,
            Severity::Medium => AnsiColor::Yellow,
            Severity::Low => AnsiColor::Cyan,
        };
        self.paint(&format!("{score:>4}"), color.on_default().bold())
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.export.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Items with the same key, together where the first of them stands; those without one stay alone.
fn alike<'i, T>(
    items: impl Iterator<Item = &'i T>,
    key: impl Fn(&T) -> Option<String>,
) -> Vec<Vec<&'i T>> {
    let mut groups: Vec<Vec<&T>> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for item in items {
        let at = key(item).map(|key| *known.entry(key).or_insert(groups.len()));
        match at.and_then(|at| groups.get_mut(at)) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// What threats have in common that are told as one: the class, the score and why it is that.
fn common(threat: &Threat) -> String {
    let steps = threat.dread.steps.iter().map(|step| (step.factor, step.step, &step.reason));
    let steps: Vec<_> = steps.collect();
    let Threat { class, stride, remediation, dread, .. } = threat;
    format!("{:?}", (&class.id, stride, dread.dread, dread.confidence, steps, remediation))
}

/// What paths of one step have in common that differ in where they begin only.
fn common_end(path: &AttackPath) -> Option<String> {
    let [step] = path.steps.as_slice() else { return None };
    let [_, end] = path.nodes.as_slice() else { return None };
    let how = (&step.class, &step.how, step.threat.is_some());
    Some(format!("{:?}", (end, path.score, path.assumed, how)))
}

/// `a, b, c and 4 more`.
fn listed(names: Vec<String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown = names.into_iter().take(MOST_NAMES).collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
