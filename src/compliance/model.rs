//! A baseline as it is written: a catalogue of controls, or another baseline with changes.

use std::sync::Arc;

use crate::document::Value;
use crate::finding::Score;
use crate::pack::Scope;
use crate::source::Place;

/// A baseline's file.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// What it is called, unique over all packs.
    pub id: Arc<str>,
    /// Where it is called so.
    pub place: Place,
    /// Its name in words.
    pub title: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// Where the original stands.
    pub source: Option<Arc<str>>,
    /// The pack that it came with.
    pub pack: Option<Arc<str>>,
    /// The baseline that it changes.
    pub extends: Option<Extends>,
    /// Whether control ids are those of NIST SP 800-53, which threat classes list.
    pub matches_nist: bool,
    /// Levels of controls.
    pub levels: Vec<Named>,
    /// Choices among its controls.
    pub profiles: Vec<Profile>,
    /// What thresholds may refer to.
    pub params: Vec<Param>,
    /// Values for parameters of the baselines that it extends.
    pub set: Vec<Setting>,
    /// Which resources it is about.
    pub scope: Scope,
    /// Its groups, each after the one that holds it.
    pub groups: Vec<Group>,
    /// Controls that it states itself.
    pub controls: Vec<Patch>,
    /// Controls of the extended baseline that it leaves out.
    pub drop: Vec<(Arc<str>, Place)>,
    /// Controls of the extended baseline that it changes.
    pub overrides: Vec<Patch>,
}

/// What a baseline changes.
#[derive(Clone, Debug)]
pub struct Extends {
    /// The other baseline.
    pub baseline: Arc<str>,
    /// What its digest has to be.
    pub digest: Option<(Arc<str>, Place)>,
    /// Where it is named.
    pub place: Place,
}

/// Something with an id and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is called.
    pub id: Arc<str>,
    /// In words.
    pub title: Arc<str>,
}

/// A choice among controls by level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What it is called.
    pub id: Arc<str>,
    /// In words.
    pub title: Arc<str>,
    /// The levels that are in; a control without a level always is.
    pub levels: Vec<Arc<str>>,
}

/// A parameter with its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// What it is called.
    pub name: Arc<str>,
    /// Its value where nothing sets it: a number.
    pub default: Value,
}

/// A value for a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The parameter.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
    /// Where it is set.
    pub place: Place,
}

/// A family of controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What it is called.
    pub id: Arc<str>,
    /// In words.
    pub title: Arc<str>,
    /// The group that holds it.
    pub parent: Option<Arc<str>>,
}

/// A number, or the parameter that holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Amount<T> {
    /// The number.
    Number(T),
    /// The parameter's name, and where it stands.
    Param(Arc<str>, Place),
}

/// What is tolerated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Threshold {
    /// Only findings with this score or a higher one count.
    pub score: Option<Amount<Score>>,
    /// So many of them violate nothing yet.
    pub findings: Option<Amount<usize>>,
}

/// A rule that speaks of a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The rule's full id.
    pub rule: Arc<str>,
    /// Only findings at attributes with one of these names; all where empty.
    pub attributes: Vec<Arc<str>>,
    /// Where it is named.
    pub place: Place,
}

/// A control, or what changes of one: what is not there stays as it was.
#[derive(Clone, Debug)]
pub struct Patch {
    /// Its id.
    pub id: Arc<str>,
    /// Where it is named.
    pub place: Place,
    /// The group that holds it.
    pub group: Option<Arc<str>>,
    /// A few words of ours.
    pub title: Option<Arc<str>>,
    /// Its level.
    pub level: Option<Arc<str>>,
    /// Whether it takes people to assess it.
    pub manual: Option<bool>,
    /// Whether rules see only a part of it.
    pub partial: Option<bool>,
    /// Rules that speak of it.
    pub rules: Option<Vec<Mapping>>,
    /// Threat classes whose rules speak of it.
    pub threats: Option<Vec<(Arc<str>, Place)>>,
    /// Which resources it is about.
    pub scope: Option<Scope>,
    /// What is tolerated.
    pub threshold: Option<Threshold>,
    /// Why it does not apply.
    pub not_applicable: Option<Arc<str>>,
    /// Links.
    pub references: Option<Vec<Arc<str>>>,
}

impl Patch {
    /// Change this control by what another says of it; gives the names of what changes.
    pub fn apply(&mut self, other: &Self) -> Vec<&'static str> {
        let mut changed = Vec::new();
        macro_rules! take {
            ($($field:ident),*) => {$(
                if other.$field.is_some() && self.$field != other.$field {
                    self.$field.clone_from(&other.$field);
                    changed.push(stringify!($field));
                }
            )*};
        }
        take!(group, title, level, manual, partial, rules, threats, scope, threshold);
        take!(not_applicable, references);
        changed
    }
}
