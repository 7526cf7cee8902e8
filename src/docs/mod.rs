//! The reference of a pack: per rule what, why, how bad and why so, an example of each, controls, ids elsewhere. As Markdown, as one
//! HTML file, and as the text of `dreadnought explain`.

mod html;
mod markdown;
mod text;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::finding::{Bands, Dread, Factor, RuleInfo, Stride};
use crate::pack::{Logic, Pack, Param, Rule};
use crate::pack_test::{Observed, SampleRun, Verdict};
use crate::source::Sources;

pub use html::html;
pub use markdown::markdown;
pub use text::text;

/// Longest example, in lines.
const MAX_LINES: usize = 40;

/// What a reference is made of.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// Its files.
    pub sources: &'a Sources,
    /// What its samples gave.
    pub samples: &'a [SampleRun],
    /// Where the bands begin.
    pub bands: Bands,
}

/// What is told of one rule.
#[derive(Clone, Debug)]
pub struct RuleDoc<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The parameters that it reads, each with its value as JSON.
    pub params: Vec<(&'a Param, String)>,
    /// Where the bands begin.
    pub bands: Bands,
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
    /// Of all rules of a pack.
    pub fn new(material: Material<'a>) -> Self {
        let pack = material.pack;
        let rules = pack.rules.iter().map(|rule| RuleDoc::new(rule, material)).collect();
        Self { pack, rules }
    }

    /// Its parameters, each with its value as JSON.
    fn params(&self) -> impl Iterator<Item = (&'a Param, String)> {
        self.pack.declared.iter().map(|param| (param, value_of(self.pack, param)))
    }
}

impl<'a> RuleDoc<'a> {
    /// Of one rule, with the shortest sample that it finds something in, and what passes nearest to that.
    pub fn new(rule: &'a Rule, material: Material<'a>) -> Self {
        let examples = |verdict: Verdict| {
            let all = material.samples.iter().flat_map(move |sample| {
                let own = sample.observed.iter().filter(move |observed| {
                    observed.verdict == verdict && observed.rule == rule.info.id
                });
                own.filter_map(move |observed| Some((observed, example(sample, observed)?)))
            });
            all.collect::<Vec<_>>()
        };
        let length = |example: &Example| {
            (example.text.lines().count(), example.path.clone(), example.text.clone())
        };
        let fails = examples(Verdict::Finding).into_iter().min_by_key(|(_, it)| length(it));
        let passes = examples(Verdict::Pass).into_iter().min_by_key(|(observed, it)| {
            let twin = fails.as_ref().map(|(other, example)| {
                let kind = kind_of(&observed.address) != kind_of(&other.address);
                let far = observed.block.start().abs_diff(*other.block.start());
                (kind, it.path != example.path, far)
            });
            (twin, length(it))
        });
        Self {
            rule,
            params: params_of(rule, material),
            bands: material.bands,
            fails: fails.map(|(_, example)| example),
            passes: passes.map(|(_, example)| example),
        }
    }

    fn info(&self) -> &RuleInfo {
        &self.rule.info
    }

    /// Of which resources of these types it speaks, where it says so.
    fn only_if(&self) -> Vec<String> {
        let programs = self.rule.programs();
        let conditions = programs.iter().filter(|program| program.field == "only_if");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        conditions.map(|condition| words(condition.program.source())).collect()
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
        format!("{score} {}", self.bands.severity(score).name())
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
            ("Controls here", join(&self.info().controls)),
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

/// An address up to the name: the type, below its module.
fn kind_of(address: &str) -> &str {
    address.rsplit_once('.').map_or(address, |(kind, _)| kind)
}

/// The value of a parameter as JSON.
fn value_of(pack: &Pack, param: &Param) -> String {
    let value = pack.params.as_object().and_then(|params| params.get(&*param.name));
    value.unwrap_or(&param.default).to_json().to_string()
}

/// The parameters that the text of a rule names: a CEL rule's up to the next one, a Rego rule's whole module.
fn params_of<'a>(rule: &Rule, material: Material<'a>) -> Vec<(&'a Param, String)> {
    let Material { pack, sources, .. } = material;
    let text = &sources.get(rule.place.file).text;
    let text = match rule.logic {
        Logic::Rego { .. } => &text[..],
        Logic::Cel(_) => {
            let own = rule.place.span.start as usize;
            let others = pack.rules.iter().filter(|other| other.place.file == rule.place.file);
            let next = others.map(|other| other.place.span.start as usize).filter(|at| *at > own);
            text.get(own..next.min().unwrap_or(text.len())).unwrap_or_default()
        }
    };
    let names = |name: &str| {
        text.match_indices("params.").chain(text.match_indices("params[\"")).any(|(at, found)| {
            text[at + found.len()..]
                .strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    };
    let declared = pack.declared.iter().filter(|param| names(&param.name));
    declared.map(|param| (param, value_of(pack, param))).collect()
}

/// The lines of a resource's block, without comments that state verdicts; with those of the blocks that are joined to it, where
/// they are not too many.
fn example(sample: &SampleRun, observed: &Observed) -> Option<Example> {
    let path = &*observed.path;
    let text = sample.texts.get(path)?;
    let lines_of = |blocks: &[RangeInclusive<u32>]| {
        let wanted: BTreeSet<u32> = blocks.iter().cloned().flatten().collect();
        let mut lines: Vec<String> = Vec::new();
        let mut last = None;
        for (number, line) in (1..).zip(text.lines()).filter(|(number, _)| wanted.contains(number))
        {
            let line = without_expectation(line);
            if line.trim().is_empty() {
                continue;
            }
            let begins = blocks.iter().any(|block| *block.start() == number);
            if begins && last.is_some() {
                lines.push(String::new());
            }
            last = Some(number);
            lines.push(line);
        }
        lines
    };
    let own = std::slice::from_ref(&observed.block);
    let mut lines = lines_of(&[own, &observed.joined].concat());
    if lines.len() > MAX_LINES {
        lines = lines_of(own);
    }
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
