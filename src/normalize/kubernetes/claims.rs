//! What is not a plain manifest: templates of charts, and patches of kustomizations.

use std::collections::BTreeSet;

use super::{entries, member, text, text_at};
use crate::source::join;
use crate::syntax::{Node, NodeKind};

/// The API group of `kustomization.yaml`.
pub(super) const KUSTOMIZE_GROUP: &str = "kustomize.config.k8s.io";

/// Whether a text holds Go template (or Jinja) actions. A manifest may hold them in its texts too (alerts, workflows), so ask
/// only about a file that [`Claims::is_chart_template`] names or that does not parse.
pub fn looks_like_template(text: &str) -> bool {
    // `contains` compares sixteen bytes at a time, `find` one.
    let action = |open: &str, close: &str| {
        text.contains(open)
            && text.find(open).is_some_and(|at| text[at + open.len()..].contains(close))
    };
    action("{{", "}}") || action("{%", "%}")
}

/// Whether a data file can hold a manifest or claim one, as far as that shows without parsing it: most data files of a repository
/// do not, and parsing them costs more than all the rest. An escape may spell any name in quotes.
pub fn may_matter(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "Chart.yaml" | "kustomization.yaml" | "kustomization.yml" | "Kustomization")
        || text.contains("apiVersion") && text.contains("kind")
        || spells_letters(text)
        || looks_like_template(text)
}

/// Whether a text holds an escape that may spell a letter (`\x6b`, `\u006b`), or that takes a line break out of a name. Patterns and
/// long texts are full of other ones.
fn spells_letters(text: &str) -> bool {
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        at += found + 1;
        let escaped = &text[at..];
        if escaped.is_empty() || escaped.starts_with(['x', 'u', 'U']) {
            return true;
        }
        if escaped.starts_with(['\n', '\r']) && is_broken_name(&text[..at - 1], escaped) {
            return true;
        }
        // `\\` is one escape.
        at += usize::from(escaped.starts_with('\\'));
    }
    false
}

/// Whether a name that manifests have begins before a line break and may go on after it.
fn is_broken_name(before: &str, after: &str) -> bool {
    let after = after.trim_start();
    ["apiVersion", "kind"].iter().any(|name| {
        (1..name.len()).any(|length| {
            let (begin, rest) = name.split_at(length);
            let is_alone =
                |before: &str| !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            (after.starts_with('\\') || after.chars().next() == rest.chars().next())
                && before.strip_suffix(begin).is_some_and(is_alone)
        })
    })
}

/// Folders of charts and patches of kustomizations.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    charts: BTreeSet<String>,
    patches: BTreeSet<String>,
}

impl Claims {
    /// Note a file; `tree` is what it holds, where it parses. Files that claim nothing are ignored.
    pub fn add(&mut self, path: &str, tree: Option<&Node>) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        match name {
            // A chart needs a name and has no kind; a `Chart.yaml` that does not parse still says what the folder is.
            "Chart.yaml" if tree.is_none_or(|tree| text_at(tree, "kind").is_none()) => {
                self.charts.insert(folder.to_owned());
            }
            "kustomization.yaml" | "kustomization.yml" | "Kustomization" => {
                self.patches
                    .extend(tree.into_iter().flat_map(patches).filter_map(|to| join(folder, &to)));
            }
            _ => {}
        }
    }

    /// Whether a path is a template of a chart: below `templates/` of a folder with a `Chart.yaml`.
    pub fn is_chart_template(&self, path: &str) -> bool {
        path.match_indices("templates/").any(|(at, _)| {
            let chart = &path[..at];
            match chart.strip_suffix('/') {
                Some(folder) => self.charts.contains(folder),
                None => chart.is_empty() && self.charts.contains(""),
            }
        })
    }

    /// Whether a path is a patch: part of an object that a kustomization changes, and no object of its own.
    pub fn is_patch(&self, path: &str) -> bool {
        self.patches.contains(path)
    }
}

/// Paths of the patch files that a kustomization names.
fn patches(kustomization: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for key in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
        let Some(NodeKind::Sequence(items)) = member(kustomization, key).map(|node| &node.kind)
        else {
            continue;
        };
        for item in items {
            let path = if entries(item).is_empty() { text(item) } else { text_at(item, "path") };
            found.extend(path.map(str::to_owned));
        }
    }
    found
}
