//! Packs: manifest, rules, threat classes.
