//! The reference of a pack: per rule what, why, how bad and why so, an example of each, controls, ids elsewhere. As Markdown, as one
//! HTML file, and as the text of `dreadnought explain`.

mod html;
mod markdown;
mod text;

use crate::finding::{Bands, Dread, Factor, RuleInfo, Stride};
use crate::pack::{Logic, Pack, Rule};
use crate::pack_test::{SampleRun, Verdict};

pub use html::html;
pub use markdown::markdown;
pub use text::text;

/// Longest example, in lines.
const MAX_LINES: usize = 40;

/// What is told of one rule.
#[derive(Clone, Debug)]
pub struct RuleDoc<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// A resource that it finds something in.
    pub fails: Option<Example>,
    /// A resource that passes.
    pub passes: Option<Example>,
}

/// A piece of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The file in the pack's tests.
    pub path: String,
    /// Its lines, without expectations.
    pub text: String,
}

/// What is told of a pack.
#[derive(Clone, Debug)]
pub struct PackDoc<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// Its rules by id.
    pub rules: Vec<RuleDoc<'a>>,
}

impl<'a> PackDoc<'a> {
    /// From a pack and what its samples gave.
    pub fn new(pack: &'a Pack, samples: &[SampleRun]) -> Self {
        let rules = pack.rules.iter().map(|rule| RuleDoc::new(rule, samples)).collect();
        Self { pack, rules }
    }
}

impl<'a> RuleDoc<'a> {
    /// From a rule and what samples gave: the shortest examples.
    pub fn new(rule: &'a Rule, samples: &[SampleRun]) -> Self {
        let example = |verdict: Verdict| {
            let all = samples.iter().flat_map(|sample| {
                let own = sample.observed.iter().filter(move |observed| {
                    observed.verdict == verdict && observed.rule == rule.info.id
                });
                own.filter_map(move |observed| {
                    example(sample, observed.path.as_ref(), &observed.block)
                })
            });
            all.min_by_key(|example| {
                (example.text.lines().count(), example.path.clone(), example.text.clone())
            })
        };
        Self { rule, fails: example(Verdict::Finding), passes: example(Verdict::Pass) }
    }

    fn info(&self) -> &RuleInfo {
        &self.rule.info
    }

    /// `cel` or `rego`.
    fn language(&self) -> &'static str {
        match self.rule.logic {
            Logic::Cel(_) => "CEL",
            Logic::Rego { .. } => "Rego",
        }
    }

    /// Score and band.
    fn score(&self) -> String {
        let score = self.info().dread.score();
        format!("{score} {}", Bands::default().severity(score).name())
    }

    /// What an attacker gains, a letter each.
    fn stride(&self) -> Vec<(char, &'static str, &'static str)> {
        self.info()
            .stride
            .iter()
            .map(|stride| (stride.letter(), stride.name(), gain(stride)))
            .collect()
    }

    /// Each factor with where it comes from.
    fn dread(&self) -> Vec<(&'static str, u8, String)> {
        let (own, class): (Dread, Dread) = (self.info().dread, self.info().threat.dread);
        Factor::ALL
            .iter()
            .map(|factor| {
                let (value, base) = (own.get(*factor), class.get(*factor));
                let why = if value == base {
                    format!("as its threat class {}", self.info().threat.id)
                } else {
                    format!(
                        "its threat class {} has {base}; the rule says otherwise",
                        self.info().threat.id
                    )
                };
                (factor.name(), value, why)
            })
            .collect()
    }

    /// Catalogue ids, by catalogue.
    fn catalogues(&self) -> Vec<(&'static str, String)> {
        let class = &self.info().threat;
        let join =
            |ids: &[std::sync::Arc<str>]| ids.iter().map(|id| &**id).collect::<Vec<_>>().join(", ");
        [
            ("NIST SP 800-53", join(&class.nist)),
            ("CWE", join(&class.cwe)),
            ("CAPEC", join(&class.capec)),
            ("ATT&CK", join(&class.attack)),
            ("Known elsewhere as", join(&self.info().aliases)),
        ]
        .into_iter()
        .filter(|(_, ids)| !ids.is_empty())
        .collect()
    }
}

/// What a letter of STRIDE means for whoever attacks.
fn gain(stride: Stride) -> &'static str {
    match stride.letter() {
        'S' => "an attacker acts as someone else",
        'T' => "an attacker changes what is stored, sent or run",
        'R' => "what was done cannot be proven",
        'I' => "an attacker reads what is not meant for them",
        'D' => "what is needed is not there",
        _ => "an attacker may do more than they were given",
    }
}

/// The lines of a block, without comments that state verdicts.
fn example(
    sample: &SampleRun,
    path: &str,
    block: &std::ops::RangeInclusive<u32>,
) -> Option<Example> {
    let text = sample.texts.get(path)?;
    let lines: Vec<String> = (1..)
        .zip(text.lines())
        .filter(|(number, _)| block.contains(number))
        .map(|(_, line)| without_expectation(line))
        .filter(|line| !line.trim().is_empty())
        .collect();
    if lines.is_empty() || lines.len() > MAX_LINES {
        return None;
    }
    let folder = sample.files.iter().find(|file| file.ends_with(path)).cloned();
    Some(Example { path: folder.unwrap_or_else(|| path.to_owned()), text: lines.join("\n") })
}

fn without_expectation(line: &str) -> String {
    for word in ["expect:", "ok:", "inconclusive:"] {
        for mark in ["# ", "// "] {
            if let Some(at) = line.find(&format!("{mark}{word}")) {
                return line[..at].trim_end().to_owned();
            }
        }
    }
    line.trim_end().to_owned()
}
