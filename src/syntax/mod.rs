//! Text to trees: HCL, YAML and JSON become one kind of tree whose every node has a span.

mod tree;
pub mod hcl;
pub mod json;
pub mod yaml;

pub use tree::{
    Arguments, Attribute, BinaryOperator, Block, Body, Entry, ForNode, Label, Node, NodeKind,
    Scalar, TemplatePart, TemplatePartKind, UnaryOperator,
};
