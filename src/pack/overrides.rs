//! What an organisation changes of packs without a copy of them: parameters, bands, rules that are off or narrowed, ids and links
//! of its own. Read from `dreadnought.yaml`, applied while packs load.

use std::sync::Arc;

use super::manifest::{Param, fits_type};
use super::read::{Fields, Reader, Shape, describe, plain, start_of};
use super::selector::{Scope, scope};
use super::words::is_link;
use super::{Pack, to_value};
use crate::document::Value;
use crate::finding::{Bands, Score};
use crate::source::{Place, Problem, ProblemKind, nearest};
use crate::syntax::Node;

const RULE: Shape = Shape {
    what: "what changes of a rule",
    required: &[],
    optional: &["disabled", "only", "except", "aliases", "controls", "references"],
};
const BANDS: Shape =
    Shape { what: "`bands`", required: &[], optional: &["medium", "high", "critical"] };

/// Everything that is changed.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Where bands begin.
    pub bands: Option<Bands>,
    /// Values of parameters.
    pub params: Vec<ParamSetting>,
    /// Changes of rules.
    pub rules: Vec<RuleChange>,
}

/// A value for a pack's parameter.
#[derive(Clone, Debug)]
pub struct ParamSetting {
    /// The pack.
    pub pack: Arc<str>,
    /// The parameter.
    pub name: Arc<str>,
    /// The value.
    pub value: Value,
    /// The value in words: `a text`.
    kind: &'static str,
    /// Where the parameter is named.
    pub place: Place,
    /// Where the pack is named.
    pub pack_place: Place,
}

/// What changes of a rule.
#[derive(Clone, Debug, Default)]
pub struct RuleChange {
    /// Its full id.
    pub id: Arc<str>,
    /// Where it is named.
    pub place: Option<Place>,
    /// Why it is off.
    pub disabled: Option<Arc<str>>,
    /// The resources that it judges.
    pub scope: Scope,
    /// Further ids of the same check.
    pub aliases: Vec<Arc<str>>,
    /// Controls that it is about.
    pub controls: Vec<Arc<str>>,
    /// Further links.
    pub references: Vec<Arc<str>>,
}

impl Overrides {
    /// Set the parameters of a pack. A mistake is a problem each; the default holds then.
    pub(super) fn set_params(
        &self,
        pack: &str,
        declared: &[Param],
        problems: &mut Vec<Problem>,
    ) -> crate::document::Map {
        let mut values: crate::document::Map =
            declared.iter().map(|it| (Arc::clone(&it.name), it.default.clone())).collect();
        for setting in self.params.iter().filter(|it| *it.pack == *pack) {
            let name = &setting.name;
            let Some(param) = declared.iter().find(|it| it.name == *name) else {
                let message = format!("pack `{pack}` has no parameter `{name}`");
                let known: Vec<&str> = declared.iter().map(|it| &*it.name).collect();
                let help = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if known.is_empty() => "it takes none".to_owned(),
                    None => format!("it takes {}", known.join(", ")),
                };
                problems.push(mistake(message, setting.place).help(help));
                continue;
            };
            if fits_type(param.kind, &setting.value) {
                values.insert(Arc::clone(name), setting.value.clone());
            } else {
                let message = format!(
                    "parameter `{name}` of pack `{pack}` is {}, its type is {}",
                    setting.kind, param.kind
                );
                problems.push(mistake(message, setting.place));
            }
        }
        values
    }

    /// Change rules. One that there is not is a problem, unless its pack is built in and left out.
    pub(super) fn change_rules(
        &self,
        packs: &mut [Pack],
        left_out: impl Fn(&str) -> bool,
        problems: &mut Vec<Problem>,
    ) {
        for setting in &self.params {
            let pack = &setting.pack;
            if !packs.iter().any(|it| it.name == *pack) && !left_out(pack) {
                let message = format!("there is no pack `{pack}`");
                let problem = mistake(message, setting.pack_place);
                let names = packs.iter().map(|it| &*it.name);
                problems.push(match nearest(pack, names) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                });
            }
        }
        for change in &self.rules {
            let pack = change.id.split('/').next().unwrap_or_default();
            let mut rules = packs.iter_mut().flat_map(|pack| &mut pack.rules);
            let Some(rule) = rules.find(|rule| rule.info.id == change.id) else {
                if left_out(pack) {
                    continue;
                }
                let message = format!("there is no rule `{}`", change.id);
                let known = packs.iter().flat_map(|pack| &pack.rules).map(|rule| &*rule.info.id);
                let help = match nearest(&change.id, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "list the rules with `dreadnought rules`".to_owned(),
                };
                let problem = Problem::new(ProblemKind::Configuration, message).help(help);
                problems.push(match change.place {
                    Some(place) => problem.at(place),
                    None => problem,
                });
                continue;
            };
            let info = Arc::make_mut(&mut rule.info);
            let add = |list: &mut Vec<Arc<str>>, more: &[Arc<str>]| {
                for text in more {
                    if !list.contains(text) {
                        list.push(Arc::clone(text));
                    }
                }
            };
            add(&mut info.aliases, &change.aliases);
            add(&mut info.controls, &change.controls);
            add(&mut info.references, &change.references);
            rule.disabled.clone_from(&change.disabled);
            rule.scope = change.scope.clone();
        }
    }
}

fn mistake(message: String, place: Place) -> Problem {
    Problem::new(ProblemKind::Configuration, message).at(place)
}

/// Read `params`: values by pack and name.
pub(crate) fn read_params(reader: &mut Reader<'_>, node: &Node) -> Vec<ParamSetting> {
    let Some(packs) = reader.entries(node, "`params`") else { return Vec::new() };
    let mut settings = Vec::new();
    for (pack, entry) in packs.iter() {
        let what = format!("the parameters of pack `{pack}`");
        let Some(values) = reader.entries(&entry.value, &what) else { continue };
        settings.extend(values.iter().map(|(name, value)| ParamSetting {
            pack: Arc::clone(pack),
            name: Arc::clone(name),
            value: to_value(&value.value),
            kind: describe(&value.value),
            place: reader.place(value.key.span),
            pack_place: reader.place(entry.key.span),
        }));
    }
    settings
}

/// Read `rules`: changes by full id.
pub(crate) fn read_rules(reader: &mut Reader<'_>, node: &Node) -> Vec<RuleChange> {
    let Some(rules) = reader.entries(node, "`rules`") else { return Vec::new() };
    let mut changes = Vec::new();
    for (id, entry) in rules.iter() {
        let Some(fields) = reader.mapping(&entry.value, &RULE) else { continue };
        if fields.iter().next().is_none() {
            reader.report(start_of(&entry.value), format!("nothing changes of rule `{id}`"));
            continue;
        }
        let references = reader.one_or_more(&fields, "references");
        changes.push(RuleChange {
            id: Arc::clone(id),
            place: Some(reader.place(entry.key.span)),
            disabled: disabled(reader, &fields),
            scope: scope(reader, &fields),
            aliases: plain(reader.one_or_more(&fields, "aliases")),
            controls: plain(reader.one_or_more(&fields, "controls")),
            references: plain(reader.checked(
                references,
                is_link,
                "a link that starts with https://",
            )),
        });
    }
    changes
}

/// A rule is off for a reason, which is a text.
fn disabled(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Arc<str>> {
    let node = fields.get("disabled")?;
    if let Value::Bool(_) = to_value(node) {
        let message = "`disabled` must say why the rule is off";
        reader.report(node.span, message).help("write `disabled: the reason, in words`");
        return None;
    }
    reader.text(fields, "disabled").map(|text| text.text)
}

/// Read `bands`: the first scores that are medium, high and critical.
pub(crate) fn read_bands(reader: &mut Reader<'_>, node: &Node) -> Option<Bands> {
    let fields = reader.mapping(node, &BANDS)?;
    let mistakes = reader.mistakes();
    let usual = Bands::default();
    let mut score = |name: &str, usual: Score| {
        let Some(node) = fields.get(name) else { return usual };
        to_score(&to_value(node)).unwrap_or_else(|| {
            reader.report(start_of(node), format!("`{name}` must be a score from 0 to 10"));
            usual
        })
    };
    let bands = Bands {
        medium: score("medium", usual.medium),
        high: score("high", usual.high),
        critical: score("critical", usual.critical),
    };
    if bands.medium > bands.high || bands.high > bands.critical {
        let message = format!(
            "bands do not rise: medium begins at {}, high at {}, critical at {}",
            bands.medium, bands.high, bands.critical
        );
        reader.report(start_of(node), message);
    }
    (reader.mistakes() == mistakes).then_some(bands)
}

/// A number from 0 to 10 with at most one decimal, in tenths.
pub fn to_score(value: &Value) -> Option<Score> {
    let text = match value {
        Value::Int(whole) => whole.to_string(),
        Value::Float(float) => float.to_string(),
        _ => return None,
    };
    let (whole, tenths) = text.split_once('.').unwrap_or((&text, "0"));
    let score = whole.parse::<u16>().ok()?.checked_mul(10)?;
    let tenths = tenths.parse::<u16>().ok().filter(|tenths| *tenths < 10)?;
    (score + tenths <= 100).then_some(Score(score + tenths))
}
