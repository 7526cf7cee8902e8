//! From a baseline's name to the controls that are judged: what it extends, what it changes, which rules speak of each control.
//!
//! The same files give the same result, byte for byte; its digest leaves out which rules the packs of the run have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::model::{Amount, Baseline, Group, Named, Patch, Profile, Threshold};
use super::read;
use super::read::as_count;
use crate::document::Value;
use crate::finding::Score;
use crate::pack::{PackSet, Scope, to_score};
use crate::source::{FileId, Place, Problem, ProblemKind, Sources, nearest};

/// Most baselines in a chain of `extends`.
const MAX_CHAIN: usize = 16;

/// All baselines by id.
#[derive(Debug, Default)]
pub struct Library {
    baselines: BTreeMap<Arc<str>, Baseline>,
}

impl Library {
    /// Read the baselines of all packs, and those in other files. What is wrong with one is a problem; the others are there.
    pub fn load(packs: &PackSet, extra: &[FileId], sources: &Sources) -> (Self, Vec<Problem>) {
        let of_packs = packs
            .packs
            .iter()
            .flat_map(|pack| pack.baselines.iter().map(|file| (*file, Some(&pack.name))));
        let mut library = Self::default();
        let mut problems = Vec::new();
        for (file, pack) in of_packs.chain(extra.iter().map(|file| (*file, None))) {
            let (baseline, mut found) = read::read(file, sources.get(file), pack.cloned());
            problems.append(&mut found);
            let Some(baseline) = baseline else { continue };
            if let Some(first) = library.baselines.get(&baseline.id) {
                let first = &sources.get(first.place.file).path;
                let message = format!("baseline `{}` is there already, in {first}", baseline.id);
                problems.push(problem(message, baseline.place));
                continue;
            }
            library.baselines.insert(Arc::clone(&baseline.id), baseline);
        }
        (library, problems)
    }

    /// All ids, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.baselines.keys().map(|id| &**id)
    }

    /// The baseline that a file holds.
    pub fn in_file(&self, file: FileId) -> Option<&Baseline> {
        self.baselines.values().find(|baseline| baseline.place.file == file)
    }

    /// The baseline with an id; a problem with the nearest one if there is none.
    pub fn find(&self, id: &str) -> Result<&Baseline, Problem> {
        self.baselines.get(id).ok_or_else(|| {
            let problem =
                Problem::new(ProblemKind::Pack, format!("there is no compliance baseline `{id}`"));
            problem.help(match nearest(id, self.ids()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if matches!(id.rsplit('.').next(), Some("yaml" | "yml")) => {
                    "a baseline is named by its id; one in a file of its own lies in `baselines/` of a pack".to_owned()
                }
                None => "list the baselines with `dreadnought comply --list`".to_owned(),
            })
        })
    }

    /// A baseline and all that it extends, itself last.
    fn chain<'l>(
        &'l self,
        baseline: &'l Baseline,
        problems: &mut Vec<Problem>,
    ) -> Vec<&'l Baseline> {
        let mut chain = vec![baseline];
        let mut last = baseline;
        while let Some(extends) = &last.extends {
            let next = match self.find(&extends.baseline) {
                Ok(next) => next,
                Err(found) => {
                    problems.push(found.at(extends.place));
                    break;
                }
            };
            if chain.iter().any(|seen| seen.id == next.id) {
                let names: Vec<&str> =
                    chain.iter().map(|seen| &*seen.id).chain([&*next.id]).collect();
                let message = format!("baselines extend each other: {}", names.join(" → "));
                problems.push(problem(message, extends.place));
                break;
            }
            if chain.len() >= MAX_CHAIN {
                let message = format!("more than {MAX_CHAIN} baselines extend each other");
                problems.push(problem(message, extends.place));
                break;
            }
            chain.push(next);
            last = next;
        }
        chain.reverse();
        chain
    }
}

/// What is asked for beside the baseline's id.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// A profile of it.
    pub profile: Option<String>,
    /// Values for its parameters.
    pub params: Vec<(String, Value)>,
}

/// A baseline with everything that it extends, ready to be judged.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Its id.
    pub id: Arc<str>,
    /// Its name in words.
    pub title: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// Where the original stands.
    pub source: Option<Arc<str>>,
    /// Every baseline that it is made of with its digest, itself last.
    pub chain: Vec<Link>,
    /// Levels.
    pub levels: Vec<Named>,
    /// The profile that was asked for.
    pub profile: Option<Profile>,
    /// Parameters with their values.
    pub params: Vec<(Arc<str>, Value)>,
    /// Which resources it is about: each of these has to hold them.
    pub scopes: Vec<Scope>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Controls in order.
    pub controls: Vec<Control>,
    /// Controls that baselines on the way added, dropped, changed (with what changed).
    pub changes: Changes,
}

/// A baseline in a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// `sha256:…` over everything that it says, with what it extends.
    pub digest: String,
}

/// What a chain of baselines changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Controls that extending baselines state themselves.
    pub added: Vec<Arc<str>>,
    /// Controls that they leave out.
    pub dropped: Vec<Arc<str>>,
    /// Controls that they change, with the names of the fields.
    pub overridden: Vec<(Arc<str>, Vec<&'static str>)>,
}

/// A control that is judged.
#[derive(Clone, Debug)]
pub struct Control {
    /// What is written about it.
    pub written: Patch,
    /// The rules of this run that speak of it, sorted by id.
    pub rules: Vec<Speaks>,
    /// Rules that would speak of it and are switched off.
    pub disabled: Vec<Arc<str>>,
    /// Findings below this score do not count.
    pub score: Score,
    /// So many findings violate nothing yet.
    pub tolerated: usize,
}

/// A rule that speaks of a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaks {
    /// Its full id.
    pub rule: Arc<str>,
    /// Only findings at attributes with these names.
    pub attributes: Vec<Arc<str>>,
    /// The threat class that brings it, where it is not named itself.
    pub by: Option<Arc<str>>,
}

impl Control {
    /// Its id.
    pub fn id(&self) -> &Arc<str> {
        &self.written.id
    }

    /// Whether rules see only a part of it.
    pub fn is_partial(&self) -> bool {
        !self.disabled.is_empty()
            || self.written.partial.unwrap_or_else(|| self.rules.iter().any(|it| it.by.is_some()))
    }
}

/// Resolve a baseline. What is wrong with it is a problem each: an unknown rule, threat class, control, level or parameter,
/// a circle, a changed digest.
pub fn resolve(
    library: &Library,
    baseline: &Baseline,
    choice: &Choice,
    packs: &PackSet,
) -> (Resolved, Vec<Problem>) {
    let mut resolver = Resolver { packs, problems: Vec::new() };
    let chain = library.chain(baseline, &mut resolver.problems);
    let resolved = resolver.resolve(&chain, baseline, choice);
    let mut problems = resolver.problems;
    problems.sort();
    problems.dedup();
    (resolved, problems)
}

struct Resolver<'a> {
    packs: &'a PackSet,
    problems: Vec<Problem>,
}

/// Controls and what stands beside them, while a chain is walked.
#[derive(Default)]
struct State {
    groups: Vec<Group>,
    controls: Vec<Patch>,
    levels: Vec<Named>,
    profiles: Vec<Profile>,
    params: Vec<(Arc<str>, Value)>,
    scopes: Vec<Scope>,
    changes: Changes,
    matches_nist: bool,
}

impl Resolver<'_> {
    fn refuse(&mut self, message: impl Into<String>, place: Place) {
        self.problems.push(problem(message.into(), place));
    }

    fn resolve(&mut self, chain: &[&Baseline], baseline: &Baseline, choice: &Choice) -> Resolved {
        let mut state = State::default();
        let mut links: Vec<Link> = Vec::new();
        for (at, part) in chain.iter().enumerate() {
            if let Some((wanted, place)) = part.extends.as_ref().and_then(|it| it.digest.as_ref())
                && let Some(found) = links.last().filter(|link| *link.digest != **wanted)
            {
                let message = format!(
                    "baseline `{}` has changed: its digest is {}, not {wanted}",
                    found.id, found.digest
                );
                let help = "look at what changed (`dreadnought comply --baseline … --compare` a \
                            report of before), then name the new digest";
                self.problems.push(problem(message, *place).help(help));
            }
            self.add(&mut state, part, at > 0);
            links.push(Link {
                id: Arc::clone(&part.id),
                version: Arc::clone(&part.version),
                digest: digest(&links, &state),
            });
        }
        self.check(&state);
        for (name, value) in &choice.params {
            if let Some((_, current)) = state.params.iter_mut().find(|(known, _)| **known == **name)
            {
                *current = value.clone();
            } else {
                let message = format!("baseline `{}` has no parameter `{name}`", baseline.id);
                self.refuse(message, baseline.place);
            }
        }
        let profile = choice.profile.as_ref().and_then(|name| {
            let found = state.profiles.iter().find(|profile| *profile.id == **name).cloned();
            if found.is_none() {
                let known: Vec<&str> = state.profiles.iter().map(|profile| &*profile.id).collect();
                let message = format!("baseline `{}` has no profile `{name}`", baseline.id);
                let help = if known.is_empty() {
                    "it has none".to_owned()
                } else {
                    format!("there are {}", known.join(", "))
                };
                self.problems.push(Problem::new(ProblemKind::Pack, message).help(help));
            }
            found
        });
        let is_in = |control: &Patch| match (&profile, &control.level) {
            (Some(profile), Some(level)) => profile.levels.contains(level),
            _ => true,
        };
        let written: Vec<Patch> = state.controls.iter().filter(|it| is_in(it)).cloned().collect();
        let controls = written.into_iter().map(|written| self.control(written, &state)).collect();
        Resolved {
            id: Arc::clone(&baseline.id),
            title: Arc::clone(&baseline.title),
            version: Arc::clone(&baseline.version),
            source: baseline.source.clone(),
            chain: links,
            profile,
            controls,
            levels: state.levels,
            params: state.params,
            scopes: state.scopes,
            groups: state.groups,
            changes: state.changes,
        }
    }

    /// Add what a baseline says to what the ones before it said.
    fn add(&mut self, state: &mut State, part: &Baseline, is_extension: bool) {
        state.matches_nist |= part.matches_nist;
        for level in &part.levels {
            match state.levels.iter_mut().find(|known| known.id == level.id) {
                Some(known) => known.clone_from(level),
                None => state.levels.push(level.clone()),
            }
        }
        for profile in &part.profiles {
            match state.profiles.iter_mut().find(|known| known.id == profile.id) {
                Some(known) => known.clone_from(profile),
                None => state.profiles.push(profile.clone()),
            }
        }
        for param in &part.params {
            match state.params.iter_mut().find(|(name, _)| *name == param.name) {
                Some((_, value)) => value.clone_from(&param.default),
                None => state.params.push((Arc::clone(&param.name), param.default.clone())),
            }
        }
        for setting in &part.set {
            if let Some((_, value)) =
                state.params.iter_mut().find(|(name, _)| *name == setting.name)
            {
                value.clone_from(&setting.value);
            } else {
                let message = format!("there is no parameter `{}` to set", setting.name);
                self.refuse(message, setting.place);
            }
        }
        if !part.scope.is_everything() {
            state.scopes.push(part.scope.clone());
        }
        for (id, place) in &part.drop {
            match state.controls.iter().position(|control| control.id == *id) {
                Some(at) => {
                    state.controls.remove(at);
                    state.changes.dropped.push(Arc::clone(id));
                }
                None => self.unknown_control(state, id, *place),
            }
        }
        for patch in &part.overrides {
            match state.controls.iter_mut().find(|control| control.id == patch.id) {
                Some(control) => {
                    let changed = control.apply(patch);
                    control.place = patch.place;
                    state.changes.overridden.push((Arc::clone(&patch.id), changed));
                }
                None => self.unknown_control(state, &patch.id, patch.place),
            }
        }
        for group in &part.groups {
            if !state.groups.iter().any(|known| known.id == group.id) {
                state.groups.push(group.clone());
            }
        }
        for control in &part.controls {
            if state.controls.iter().any(|known| known.id == control.id) {
                let message = format!("control `{}` is in the extended baseline", control.id);
                let help = "change it under `override`";
                self.problems.push(problem(message, control.place).help(help));
                continue;
            }
            if is_extension {
                state.changes.added.push(Arc::clone(&control.id));
            }
            state.controls.push(control.clone());
        }
        if is_extension {
            by_group(state);
        }
    }

    fn unknown_control(&mut self, state: &State, id: &str, place: Place) {
        let known = state.controls.iter().map(|control| &*control.id);
        let problem =
            problem(format!("there is no control `{id}` in the extended baseline"), place);
        self.problems.push(match nearest(id, known) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        });
    }

    /// What refers to something has to find it.
    fn check(&mut self, state: &State) {
        let levels: BTreeSet<&Arc<str>> = state.levels.iter().map(|level| &level.id).collect();
        for control in &state.controls {
            if let Some(level) = control.level.as_ref().filter(|level| !levels.contains(level)) {
                let message = format!("control `{}` has the unknown level `{level}`", control.id);
                self.refuse(message, control.place);
            }
        }
    }

    fn control(&mut self, written: Patch, state: &State) -> Control {
        let mut rules: BTreeMap<Arc<str>, Speaks> = BTreeMap::new();
        for mapping in written.rules.iter().flatten() {
            let rule = self.packs.rules().find(|(_, rule)| rule.info.id == mapping.rule);
            if rule.is_none() {
                let message =
                    format!("control `{}` names the unknown rule `{}`", written.id, mapping.rule);
                let known = self.packs.rules().map(|(_, rule)| &*rule.info.id);
                let help = match nearest(&mapping.rule, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "list the rules with `dreadnought rules`".to_owned(),
                };
                self.problems.push(problem(message, mapping.place).help(help));
                continue;
            }
            let speaks = Speaks {
                rule: Arc::clone(&mapping.rule),
                attributes: mapping.attributes.clone(),
                by: None,
            };
            rules.insert(Arc::clone(&mapping.rule), speaks);
        }
        let mut threats: BTreeSet<Arc<str>> = BTreeSet::new();
        for (threat, place) in written.threats.iter().flatten() {
            if self.packs.threats.contains_key(threat) {
                threats.insert(Arc::clone(threat));
            } else {
                let message =
                    format!("control `{}` names the unknown threat class `{threat}`", written.id);
                self.refuse(message, *place);
            }
        }
        if state.matches_nist {
            let answers = self.packs.threats.values().filter(|it| it.nist.contains(&written.id));
            threats.extend(answers.map(|threat| Arc::clone(&threat.id)));
        }
        for (_, rule) in self.packs.rules().filter(|(_, it)| threats.contains(&it.info.threat.id)) {
            let id = &rule.info.id;
            let by = Some(Arc::clone(&rule.info.threat.id));
            let speaks = Speaks { rule: Arc::clone(id), attributes: Vec::new(), by };
            rules.entry(Arc::clone(id)).or_insert(speaks);
        }
        let is_off = |id: &Arc<str>| {
            self.packs.rules().any(|(_, rule)| rule.info.id == *id && rule.disabled.is_some())
        };
        let disabled: Vec<Arc<str>> = rules.keys().filter(|id| is_off(id)).cloned().collect();
        rules.retain(|id, _| !disabled.contains(id));
        let Threshold { score, findings } = written.threshold.clone().unwrap_or_default();
        let score = self.amount(score, state, to_score, "a score from 0 to 10");
        let tolerated = self.amount(findings, state, as_count, "a number of findings");
        Control {
            rules: rules.into_values().collect(),
            disabled,
            score: score.unwrap_or(Score(0)),
            tolerated: tolerated.unwrap_or_default(),
            written,
        }
    }

    fn amount<T>(
        &mut self,
        amount: Option<Amount<T>>,
        state: &State,
        convert: fn(&Value) -> Option<T>,
        expected: &str,
    ) -> Option<T> {
        match amount? {
            Amount::Number(number) => Some(number),
            Amount::Param(name, place) => {
                let Some((_, value)) = state.params.iter().find(|(known, _)| *known == name) else {
                    self.refuse(format!("there is no parameter `{name}`"), place);
                    return None;
                };
                let number = convert(value);
                if number.is_none() {
                    let message =
                        format!("parameter `{name}` is {}, not {expected}", value.to_json());
                    self.refuse(message, place);
                }
                number
            }
        }
    }
}

/// Controls in the order of their groups; within a group as they came.
fn by_group(state: &mut State) {
    let order: BTreeMap<&Arc<str>, usize> =
        state.groups.iter().enumerate().map(|(at, group)| (&group.id, at)).collect();
    let at = |control: &Patch| control.group.as_ref().and_then(|group| order.get(group)).copied();
    state.controls.sort_by_key(at);
}

fn problem(message: impl Into<String>, place: Place) -> Problem {
    Problem::new(ProblemKind::Pack, message).at(place)
}

/// Over everything that was said so far.
fn digest(before: &[Link], state: &State) -> String {
    let json = json!({
        "extends": before.iter().map(|link| &*link.id).collect::<Vec<_>>(),
        "match": state.matches_nist,
        "levels": state.levels.iter().map(|it| json!([&*it.id, &*it.title])).collect::<Vec<_>>(),
        "profiles": state.profiles.iter().map(profile).collect::<Vec<_>>(),
        "params": state.params.iter().map(|it| json!([&*it.0, it.1.to_json()])).collect::<Vec<_>>(),
        "scope": state.scopes.iter().map(Scope::to_json).collect::<Vec<_>>(),
        "groups": state.groups.iter().map(group).collect::<Vec<_>>(),
        "controls": state.controls.iter().map(written).collect::<Vec<_>>(),
    });
    let mut digest = "sha256:".to_owned();
    for byte in Sha256::digest(json.to_string()) {
        // Writing to a String cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

/// A profile as JSON.
pub(super) fn profile(profile: &Profile) -> Json {
    let levels: Vec<&str> = profile.levels.iter().map(|level| &**level).collect();
    json!({"id": &*profile.id, "title": &*profile.title, "levels": levels})
}

/// A group as JSON.
pub(super) fn group(group: &Group) -> Json {
    json!({"id": &*group.id, "title": &*group.title, "parent": group.parent.as_deref()})
}

/// What is written about a control, as JSON, without what is not.
pub(super) fn written(control: &Patch) -> Json {
    let texts =
        |list: &Vec<Arc<str>>| list.iter().map(|text| Json::from(&**text)).collect::<Json>();
    let text = |text: &Option<Arc<str>>| text.as_deref().map(Json::from);
    let mapping = |it: &super::model::Mapping| {
        if it.attributes.is_empty() {
            Json::from(&*it.rule)
        } else {
            json!({"rule": &*it.rule, "attributes": texts(&it.attributes)})
        }
    };
    let fields = [
        ("id", Some(Json::from(&*control.id))),
        ("group", text(&control.group)),
        ("title", text(&control.title)),
        ("level", text(&control.level)),
        ("assessment", control.manual.map(|it| if it { "manual" } else { "automated" }.into())),
        ("coverage", control.partial.map(|it| if it { "partial" } else { "full" }.into())),
        ("rules", control.rules.as_ref().map(|rules| rules.iter().map(mapping).collect())),
        (
            "threats",
            control
                .threats
                .as_ref()
                .map(|threats| threats.iter().map(|it| Json::from(&*it.0)).collect()),
        ),
        ("scope", control.scope.as_ref().map(Scope::to_json)),
        ("threshold", control.threshold.as_ref().map(threshold)),
        ("not_applicable", text(&control.not_applicable)),
        ("references", control.references.as_ref().map(texts)),
    ];
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    fields.collect::<serde_json::Map<_, _>>().into()
}

fn threshold(threshold: &Threshold) -> Json {
    fn amount<T>(amount: Option<&Amount<T>>, number: impl Fn(&T) -> Json) -> Json {
        match amount {
            None => Json::Null,
            Some(Amount::Number(it)) => number(it),
            Some(Amount::Param(name, _)) => json!({"param": &**name}),
        }
    }
    json!({
        "score": amount(threshold.score.as_ref(), |score| (f64::from(score.0) / 10.0).into()),
        "findings": amount(threshold.findings.as_ref(), |count| (*count).into()),
    })
}
