//! What could not be done, as diagnostics: errors first, the same message once.

use annotate_snippets::{Group, Level, Origin};

use super::{Page, clean, clean_lines, window};
use crate::source::{Problem, ProblemSeverity};

/// How many further places one problem names.
const MOST_PLACES: usize = 3;

impl Page<'_> {
    /// One diagnostic for each kind and message.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut groups: Vec<Vec<&Problem>> = Vec::new();
        let mut known = std::collections::BTreeMap::new();
        for problem in self.report.problems() {
            let at = *known.entry((problem.kind, &problem.message)).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.push(problem),
                None => groups.push(vec![problem]),
            }
        }
        groups.iter().map(|group| self.problem(group)).collect()
    }

    fn problem(&self, same: &[&Problem]) -> String {
        let Some((problem, others)) = same.split_first() else { return String::new() };
        let level = match problem.severity() {
            ProblemSeverity::Error => Level::ERROR,
            ProblemSeverity::Warning => Level::WARNING,
        };
        let message = clean(&self.redactor.text(&problem.message));
        let mut group = Group::with_title(level.primary_title(message).id(problem.kind.name()));
        if let Some(place) = problem.place {
            let sources = self.report.sources;
            group = group.elements(window::show(sources, &self.redactor, place, ""));
        } else if let Some(path) = &problem.path {
            group = group.element(Origin::path(clean(path)));
        }
        if !others.is_empty() {
            group = group.element(Level::NOTE.message(self.also(others)));
        }
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(clean_lines(&self.redactor.text(help))));
        }
        self.renderer.render(&[group])
    }

    /// `also at a.tf:1, b.tf:2, c.tf:3 and 9 more`.
    fn also(&self, others: &[&Problem]) -> String {
        let place = |problem: &&Problem| match (problem.place, &problem.path) {
            (Some(place), _) => window::file_and_line(self.report.sources, place),
            (None, path) => path.as_deref().map(clean).unwrap_or_default(),
        };
        let shown: Vec<String> = others.iter().take(MOST_PLACES).map(place).collect();
        let more = others.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("also at {}{more}", shown.join(", "))
    }
}
