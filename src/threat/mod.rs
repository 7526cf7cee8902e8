//! Threats of a model: findings and rules over the graph, scored by where things sit; what covers STRIDE; paths of attack.

pub mod situation;
pub mod surroundings;
pub mod words;
