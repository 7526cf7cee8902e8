//! DREAD in context: what the graph knows of where something sits moves the factors, by integer steps with evidence.
//!
//! The weights are data (`vocabulary/dread.yaml` of a pack); this is the arithmetic. Base plus evidence always equals the result.

use std::sync::Arc;

use super::{Assessment, Confidence, Dread, Evidence, Factor, Score};
use crate::source::Place;

/// A fact about where something sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the specification's own names")]
pub enum Dimension {
    Exposure,
    Auth,
    Data,
    Privilege,
    Blast,
    Environment,
}

impl Dimension {
    /// All six, in the order of the specification.
    pub const ALL: [Self; 6] =
        [Self::Exposure, Self::Auth, Self::Data, Self::Privilege, Self::Blast, Self::Environment];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exposure => "exposure",
            Self::Auth => "auth",
            Self::Data => "data",
            Self::Privilege => "privilege",
            Self::Blast => "blast",
            Self::Environment => "environment",
        }
    }

    /// Its states.
    pub fn states(self) -> &'static [&'static str] {
        match self {
            Self::Exposure => {
                &["internet_open", "internet_restricted", "cross_account", "internal", "isolated"]
            }
            Self::Auth => &["none", "password", "key_or_cert", "federated_mfa"],
            Self::Data => &["none", "internal", "confidential", "restricted"],
            Self::Privilege => &["none", "scoped", "broad", "admin"],
            Self::Blast => &["none", "few", "some", "majority", "beyond"],
            Self::Environment => &["dev", "staging", "prod"],
        }
    }

    /// The state that a word names.
    pub fn state(self, word: &str) -> Option<State> {
        let at = self.states().iter().position(|state| *state == word)?;
        Some(State(u8::try_from(at).unwrap_or_default()))
    }

    /// The state that a class assumes where it says nothing.
    pub fn assumed(self) -> State {
        State(match self {
            Self::Exposure => 0,
            Self::Auth | Self::Privilege => 1,
            Self::Data | Self::Environment => 2,
            Self::Blast => 3,
        })
    }
}

/// A state of a dimension: its position among [`Dimension::states`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State(pub u8);

/// What the base of a threat class took for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// By dimension; `None` where it does not apply to the class.
    pub states: [Option<State>; 6],
    /// Factors that exposure may move, in the order of [`Factor::ALL`].
    pub mask: [bool; 5],
}

impl Default for Assumptions {
    fn default() -> Self {
        Self { states: Dimension::ALL.map(|dimension| Some(dimension.assumed())), mask: [true; 5] }
    }
}

impl Assumptions {
    /// How many dimensions apply.
    pub fn dimensions(&self) -> u8 {
        u8::try_from(self.states.iter().flatten().count()).unwrap_or_default()
    }
}

/// A control that lowers factors of some classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// `waf_blocking`.
    pub name: Arc<str>,
    /// Steps by factor, none above 0.
    pub delta: [i8; 5],
    /// Ids of the classes; empty for all.
    pub classes: Vec<Arc<str>>,
}

/// The weights of all states, and the controls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    /// By dimension, by state, by factor.
    pub states: [Vec<[i8; 5]>; 6],
    /// Controls by name, sorted.
    pub controls: Vec<Control>,
    /// How far controls may lower one factor together, a number below 0.
    pub control_cap: i8,
}

/// Which factors count, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Five factors in context.
    #[default]
    Contextual,
    /// Discoverability is 10, always.
    Fixed10,
    /// Discoverability is left out of the mean.
    DreadD,
}

impl Profile {
    /// The words for them.
    pub const NAMES: [&'static str; 3] = ["contextual", "fixed10", "dread-d"];

    /// The profile that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "contextual" => Some(Self::Contextual),
            "fixed10" => Some(Self::Fixed10),
            "dread-d" => Some(Self::DreadD),
            _ => None,
        }
    }

    /// The mean of the factors that count, in tenths, half up.
    pub fn score(self, dread: Dread) -> Score {
        let factors = match self {
            Self::DreadD => &Factor::ALL[..4],
            Self::Contextual | Self::Fixed10 => &Factor::ALL[..],
        };
        let sum: u16 = factors.iter().map(|factor| u16::from(dread.get(*factor))).sum();
        let count = u16::try_from(factors.len()).unwrap_or(1);
        Score((20 * sum + count) / (2 * count))
    }
}

/// What is known of one dimension.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Known {
    /// Nothing.
    #[default]
    Unknown,
    /// The dimension says nothing about this thing (privilege of what runs as nobody).
    NotApplicable,
    /// A state and what proves it.
    State(State, Vec<Place>),
}

impl Known {
    /// A state by its word; nothing known where there is no such word.
    pub fn of(dimension: Dimension, word: &str, proof: Vec<Place>) -> Self {
        dimension.state(word).map_or(Self::Unknown, |state| Self::State(state, proof))
    }
}

/// Where something sits: what is known of each dimension, and controls that are proven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// By dimension.
    pub dimensions: [Known; 6],
    /// Names of controls with what proves them, sorted, each once.
    pub controls: Vec<(Arc<str>, Vec<Place>)>,
}

impl Situation {
    /// What is known of a dimension.
    pub fn get(&self, dimension: Dimension) -> &Known {
        &self.dimensions[dimension as usize]
    }

    /// Say what is known of a dimension.
    pub fn set(&mut self, dimension: Dimension, known: Known) {
        self.dimensions[dimension as usize] = known;
    }
}

/// Factors of a class in a situation.
pub fn assess(
    class: &str,
    assumptions: &Assumptions,
    base: Dread,
    situation: &Situation,
    weights: &Weights,
    profile: Profile,
) -> Assessment {
    let mut steps = Steps {
        base,
        sums: Factor::ALL.map(|factor| i16::from(base.get(factor))),
        evidence: Vec::new(),
    };
    let mut confidence = Confidence { known: 0, of: 0 };
    for dimension in Dimension::ALL {
        let Some(assumed) = assumptions.states[dimension as usize] else { continue };
        match situation.get(dimension) {
            Known::NotApplicable => {}
            Known::Unknown => confidence.of += 1,
            Known::State(actual, proof) => {
                confidence.of += 1;
                confidence.known += 1;
                let mask =
                    if dimension == Dimension::Exposure { assumptions.mask } else { [true; 5] };
                steps.dimension(weights, dimension, (assumed, *actual), mask, proof);
            }
        }
    }
    steps.controls(class, situation, weights);
    steps.finish(profile, confidence)
}

struct Steps {
    base: Dread,
    sums: [i16; 5],
    evidence: Vec<Evidence>,
}

impl Steps {
    fn add(&mut self, factor: Factor, step: i16, reason: &str, proof: &[Place]) {
        if step != 0 {
            self.sums[factor as usize] += step;
            let step = i8::try_from(step).unwrap_or_default();
            self.evidence.push(Evidence {
                factor,
                step,
                reason: reason.to_owned(),
                proof: proof.to_vec(),
            });
        }
    }

    fn dimension(
        &mut self,
        weights: &Weights,
        dimension: Dimension,
        (assumed, actual): (State, State),
        mask: [bool; 5],
        proof: &[Place],
    ) {
        let table = &weights.states[dimension as usize];
        let weight = |state: State| table.get(usize::from(state.0)).copied().unwrap_or_default();
        let word = |state: State| {
            dimension.states().get(usize::from(state.0)).copied().unwrap_or_default()
        };
        let reason = format!("{}: {} → {}", dimension.name(), word(assumed), word(actual));
        for (factor, may_move) in Factor::ALL.into_iter().zip(mask) {
            if may_move {
                let at = factor as usize;
                let step = i16::from(weight(actual)[at]) - i16::from(weight(assumed)[at]);
                self.add(factor, step, &reason, proof);
            }
        }
    }

    /// Controls lower a factor by at most the cap together.
    fn controls(&mut self, class: &str, situation: &Situation, weights: &Weights) {
        let mut room = [i16::from(weights.control_cap); 5];
        for (name, proof) in &situation.controls {
            let Some(control) = weights.controls.iter().find(|control| control.name == *name)
            else {
                continue;
            };
            if !control.classes.is_empty() && !control.classes.iter().any(|each| **each == *class) {
                continue;
            }
            let reason = format!("control: {name}");
            for factor in Factor::ALL {
                let at = factor as usize;
                let step = i16::from(control.delta[at].min(0)).max(room[at]);
                room[at] -= step;
                self.add(factor, step, &reason, proof);
            }
        }
    }

    /// Clamp once, then what the profile sets.
    fn finish(mut self, profile: Profile, confidence: Confidence) -> Assessment {
        for factor in Factor::ALL {
            let sum = self.sums[factor as usize];
            self.add(factor, sum.clamp(0, 10) - sum, "clamp: a factor is 0 to 10", &[]);
        }
        if profile == Profile::Fixed10 {
            let sum = self.sums[Factor::Discoverability as usize];
            self.add(Factor::Discoverability, 10 - sum, "profile: fixed10", &[]);
        }
        let mut dread = self.base;
        for factor in Factor::ALL {
            dread =
                dread.with(factor, u8::try_from(self.sums[factor as usize]).unwrap_or_default());
        }
        Assessment { base: self.base, dread, evidence: self.evidence, confidence }
    }
}
