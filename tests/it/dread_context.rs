//! DREAD in context: the worked cases of the specification, and its laws over all contexts.

use std::sync::Arc;

use dreadnought::finding::context::{
    Assumptions, Dimension, Known, Profile, Situation, State, Weights, assess,
};
use dreadnought::finding::{Assessment, Dread, Factor};
use dreadnought::pack::PackSet;
use dreadnought::source::Sources;
use proptest::prelude::*;
use rstest::rstest;

fn weights() -> Weights {
    let mut sources = Sources::default();
    let (packs, _) = PackSet::load(&mut sources, false, &[]);
    let (meanings, problems) = packs.meanings(&sources);
    assert_eq!(problems, []);
    meanings.weights
}

fn situation(states: &[(&str, &str)], controls: &[&str]) -> Situation {
    let mut situation = Situation::default();
    for (name, word) in states {
        let dimension = *Dimension::ALL.iter().find(|dimension| dimension.name() == *name).unwrap();
        assert!(dimension.state(word).is_some(), "{word} is a state of {name}");
        situation.set(dimension, Known::of(dimension, word, Vec::new()));
    }
    situation.controls = controls.iter().map(|name| (Arc::from(*name), Vec::new())).collect();
    situation.controls.sort();
    situation
}

const AS_ASSUMED: [(&str, &str); 6] = [
    ("exposure", "internet_open"),
    ("auth", "password"),
    ("data", "confidential"),
    ("privilege", "scoped"),
    ("blast", "majority"),
    ("environment", "prod"),
];

/// `AS_ASSUMED` with some states changed.
fn but(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    AS_ASSUMED
        .iter()
        .map(|(name, state)| {
            changes.iter().find(|(other, _)| other == name).copied().unwrap_or((*name, *state))
        })
        .collect()
}

fn of_class(situation: &Situation, profile: Profile) -> Assessment {
    let base = Dread::new([8, 10, 9, 10, 9]).unwrap();
    assess("T001", &Assumptions::default(), base, situation, &weights(), profile)
}

fn factors(dread: Dread) -> [u8; 5] {
    Factor::ALL.map(|factor| dread.get(factor))
}

#[rstest]
#[case::as_the_article_has_it(&[], &[], Profile::Contextual, [8, 10, 9, 10, 9], "9.2")]
#[case::internal(&[("exposure", "internal")], &[], Profile::Contextual, [8, 8, 5, 10, 4], "7.0")]
#[case::isolated(&[("exposure", "isolated")], &[], Profile::Contextual, [8, 5, 2, 10, 2], "5.4")]
#[case::named_ranges(&[("exposure", "internet_restricted")], &[], Profile::Contextual, [8, 10, 7, 10, 6], "8.2")]
#[case::keys_only(&[("auth", "key_or_cert")], &[], Profile::Contextual, [8, 8, 6, 10, 9], "8.2")]
#[case::named_ranges_keys_audit(&[("exposure", "internet_restricted"), ("auth", "key_or_cert")], &["audit_with_alert"], Profile::Contextual, [8, 7, 4, 10, 6], "7.0")]
#[case::bastion(&[], &["jit_or_bastion_only"], Profile::Contextual, [8, 9, 6, 10, 6], "7.8")]
#[case::owns_the_subscription(&[("privilege", "admin"), ("data", "restricted")], &[], Profile::Contextual, [10, 10, 9, 10, 9], "9.6")]
#[case::sandbox(&[("data", "none"), ("privilege", "none"), ("blast", "few"), ("environment", "dev")], &[], Profile::Contextual, [3, 10, 9, 4, 9], "7.0")]
#[case::four_factors(&[], &[], Profile::DreadD, [8, 10, 9, 10, 9], "9.3")]
#[case::internal_fixed(&[("exposure", "internal")], &[], Profile::Fixed10, [8, 8, 5, 10, 10], "8.2")]
fn worked_cases(
    #[case] changes: &[(&'static str, &'static str)],
    #[case] controls: &[&str],
    #[case] profile: Profile,
    #[case] wanted: [u8; 5],
    #[case] score: &str,
) {
    let assessment = of_class(&situation(&but(changes), controls), profile);
    assert_eq!(factors(assessment.dread), wanted);
    assert_eq!(profile.score(assessment.dread).to_string(), score);
    assert_eq!((assessment.confidence.known, assessment.confidence.of), (6, 6));
}

#[test]
fn nothing_known_is_the_base() {
    let assessment = of_class(&Situation::default(), Profile::Contextual);
    assert_eq!(assessment.dread, assessment.base);
    assert_eq!((assessment.confidence.known, assessment.confidence.of), (0, 6));
}

/// Any state of any dimension, or none.
fn any_situation() -> impl Strategy<Value = Situation> {
    let dimension = |at: usize| {
        let count = u8::try_from(Dimension::ALL[at].states().len()).unwrap();
        prop_oneof![
            Just(Known::Unknown),
            Just(Known::NotApplicable),
            (0..count).prop_map(|state| Known::State(State(state), Vec::new()))
        ]
    };
    let names: Vec<Arc<str>> =
        weights().controls.iter().map(|control| Arc::clone(&control.name)).collect();
    let controls = proptest::sample::subsequence(names.clone(), 0..=names.len());
    (
        (dimension(0), dimension(1), dimension(2)),
        (dimension(3), dimension(4), dimension(5)),
        controls,
    )
        .prop_map(|(a, b, controls)| Situation {
            dimensions: [a.0, a.1, a.2, b.0, b.1, b.2],
            controls: controls.into_iter().map(|name| (name, Vec::new())).collect(),
        })
}

fn any_assumptions() -> impl Strategy<Value = Assumptions> {
    let state = |at: usize| {
        let count = u8::try_from(Dimension::ALL[at].states().len()).unwrap();
        proptest::option::of((0..count).prop_map(State))
    };
    ((state(0), state(1), state(2)), (state(3), state(4), state(5)), any::<[bool; 5]>())
        .prop_map(|(a, b, mask)| Assumptions { states: [a.0, a.1, a.2, b.0, b.1, b.2], mask })
}

fn any_base() -> impl Strategy<Value = Dread> {
    proptest::array::uniform5(0u8..=10).prop_map(|factors| Dread::new(factors).unwrap())
}

fn any_class() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["T001", "T004", "T005", "T010", "T014", "T028", "T032", "T099"])
}

/// Which of two states of a dimension is worse for its owner: never a lower weight of any factor.
fn is_worse(weights: &Weights, dimension: usize, worse: u8, better: u8) -> bool {
    let table = &weights.states[dimension];
    table[usize::from(worse)].iter().zip(table[usize::from(better)]).all(|(a, b)| *a >= b)
}

proptest! {
    #[test]
    fn base_and_evidence_make_the_result(
        base in any_base(), assumptions in any_assumptions(), situation in any_situation(), class in any_class(),
        profile in proptest::sample::select(vec![Profile::Contextual, Profile::Fixed10, Profile::DreadD]),
    ) {
        let assessment = assess(class, &assumptions, base, &situation, &weights(), profile);
        for factor in Factor::ALL {
            let steps: i16 = assessment.evidence.iter().filter(|step| step.factor == factor).map(|step| i16::from(step.step)).sum();
            prop_assert_eq!(i16::from(base.get(factor)) + steps, i16::from(assessment.dread.get(factor)));
            prop_assert!(assessment.dread.get(factor) <= 10);
        }
        prop_assert!(assessment.confidence.known <= assessment.confidence.of);
    }

    #[test]
    fn a_worse_state_never_lowers_the_score(
        base in any_base(), assumptions in any_assumptions(), situation in any_situation(), class in any_class(),
        at in 0usize..6, a in 0u8..5, b in 0u8..5,
    ) {
        let weights = weights();
        let count = u8::try_from(Dimension::ALL[at].states().len()).unwrap();
        let (a, b) = (a % count, b % count);
        prop_assume!(is_worse(&weights, at, a, b));
        let with = |state: u8| {
            let mut situation = situation.clone();
            situation.dimensions[at] = Known::State(State(state), Vec::new());
            Profile::Contextual.score(assess(class, &assumptions, base, &situation, &weights, Profile::Contextual).dread)
        };
        prop_assert!(with(a) >= with(b));
    }

    #[test]
    fn a_control_never_raises_the_score(
        base in any_base(), assumptions in any_assumptions(), situation in any_situation(), class in any_class(),
    ) {
        let weights = weights();
        let score = |situation: &Situation| Profile::Contextual.score(assess(class, &assumptions, base, situation, &weights, Profile::Contextual).dread);
        for at in 0..situation.controls.len() {
            let mut without = situation.clone();
            without.controls.remove(at);
            prop_assert!(score(&without) >= score(&situation));
        }
    }
}

/// Every state of every dimension is in order of how bad it is: the tables have no two that cannot be compared.
#[test]
fn states_can_be_compared() {
    let weights = weights();
    for (at, dimension) in Dimension::ALL.iter().enumerate() {
        let count = u8::try_from(dimension.states().len()).unwrap();
        for a in 0..count {
            for b in 0..count {
                assert!(
                    is_worse(&weights, at, a, b) || is_worse(&weights, at, b, a),
                    "{} {a} {b}",
                    dimension.name()
                );
            }
        }
    }
}
