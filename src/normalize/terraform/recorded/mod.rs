//! What Terraform itself has recorded: plans (`terraform show -json PLAN`) and states (version 4, or `terraform show -json`).
//!
//! They become documents of the same shape as an evaluated configuration. Where the configuration is at hand, its evaluation says
//! what is written, where, and what refers to what; the recorded values are put into that shape. Without it, the plan's own
//! `configuration` part takes its place, and places are those of the recorded file.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>.

mod address;
mod configuration;
mod document;
mod merge;
mod read;
mod references;
mod skeleton;
mod state;
mod tree;
mod twin;

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::module::Module;
use super::value::Value;
use crate::source::{FileId, Place, Problem, ProblemKind};
use crate::syntax::{Node, NodeKind, Scalar};

/// Which of the forms it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `terraform show -json` of a plan.
    Plan,
    /// `terraform show -json` of a state.
    ShownState,
    /// A state file.
    State,
}

/// A plan or state that was read.
#[derive(Debug)]
pub struct Recorded {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: Arc<str>,
    /// Its form.
    pub form: Form,
    /// Its content.
    tree: Node,
}

/// Whether a JSON text is a plan or state, of whatever version.
pub fn detect(tree: &Node) -> bool {
    form(tree).is_some()
}

fn form(tree: &Node) -> Option<Form> {
    let has = |name: &str| tree::member(tree, name).is_some();
    let terraform = has("terraform_version");
    if has("format_version") && ["planned_values", "resource_changes"].into_iter().any(has) {
        return Some(Form::Plan);
    }
    if has("format_version") && terraform && (has("values") || tree::entries(tree).len() == 2) {
        return Some(Form::ShownState);
    }
    let is_state = tree::member(tree, "version").is_some_and(is_number)
        && terraform
        && ["resources", "modules"].into_iter().any(has);
    is_state.then_some(Form::State)
}

fn is_number(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Scalar(Scalar::Number(_)))
}

/// Whether the beginning of a text that is no valid JSON is that of a plan or state.
pub fn looks_recorded(text: &str) -> bool {
    if !text.trim_start().starts_with('{') {
        return false;
    }
    let head: String = text.chars().take(400).filter(|c| !c.is_whitespace()).collect();
    head.starts_with('{')
        && head.contains("\"terraform_version\":")
        && (head.contains("\"format_version\":") || head.contains("\"version\":"))
}

/// Whether a JSON text can be a plan, a state or the log of a plan, as far as that shows without parsing it.
pub fn may_be_recorded(text: &str) -> bool {
    let names = ["terraform_version", "planned_values", "resource_changes"];
    names.into_iter().any(|name| text.contains(name)) || looks_like_log(text)
}

/// Whether a text is the log that `terraform plan -json` writes: messages, one a line.
pub fn looks_like_log(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.starts_with("{\"@level\":") && first.contains("\"terraform\":")
}

impl Recorded {
    /// From a text in which [`detect`] found one. The error says that its version is not known.
    pub fn new(file: FileId, path: Arc<str>, tree: Node) -> Result<Self, Problem> {
        let form = form(&tree).unwrap_or(Form::Plan);
        let (name, known, what) = match form {
            Form::Plan => ("format_version", ["0.", "1."], "plan"),
            Form::ShownState => ("format_version", ["0.", "1."], "state"),
            Form::State => ("version", ["4", "4"], "state"),
        };
        let node = tree::member(&tree, name);
        let version = node.and_then(|node| match &node.kind {
            NodeKind::Scalar(Scalar::String(text) | Scalar::Number(text)) => Some(text),
            _ => None,
        });
        let is_known = version.is_some_and(|version| match form {
            Form::State => known.contains(&&**version),
            _ => known.iter().any(|start| version.starts_with(start)),
        });
        if is_known {
            return Ok(Self { file, path, form, tree });
        }
        let shown: String = version.map_or("?", |version| version).chars().take(20).collect();
        let message = format!("the {what} is written in format {shown}, which is not known here");
        let span = node.map_or(tree.span, |node| node.span);
        let help = match form {
            Form::State => "write it anew with a Terraform of 0.12 or later",
            _ => "write it with `terraform show -json` of Terraform 0.12 to 1.x",
        };
        Err(Problem::new(ProblemKind::Unreadable, message).at(Place { file, span }).help(help))
    }

    /// Whether a folder's module is what this was made of: it has every block of the recorded root module.
    pub fn is_of(&self, module: &Module) -> bool {
        let (instances, _) = self.instances();
        let kept = self.configuration();
        let (blocks, calls): (Vec<&str>, Vec<&Arc<str>>) = match &kept {
            Some(root) => {
                (root.resources.keys().map(|it| &**it).collect(), root.calls.keys().collect())
            }
            None => (
                instances
                    .iter()
                    .filter(|instance| instance.path.is_empty())
                    .map(|instance| instance.block.as_str())
                    .collect(),
                instances.iter().filter_map(|it| it.path.first()).map(|(name, _)| name).collect(),
            ),
        };
        !(blocks.is_empty() && calls.is_empty())
            && blocks.iter().all(|block| module.resources.contains_key(*block))
            && calls.iter().all(|name| module.calls.contains_key(*name))
    }

    /// The values that the root module's variables had; none in a state.
    pub fn variables(&self) -> FxHashMap<Arc<str>, Value> {
        let variables = tree::member(&self.tree, "variables");
        let value = |(name, node): (&str, &Node)| {
            Some((Arc::from(name), tree::value(tree::member(node, "value")?)))
        };
        variables.into_iter().flat_map(tree::named).filter_map(value).collect()
    }

    /// Instances in order of address, and the addresses of what will be removed.
    fn instances(&self) -> (Vec<read::Instance<'_>>, Vec<Arc<str>>) {
        match self.form {
            Form::Plan => read::of_plan(&self.tree),
            Form::ShownState => {
                let values = tree::member(&self.tree, "values");
                (values.map(read::of_values).unwrap_or_default(), Vec::new())
            }
            Form::State => (read::of_state(&self.tree), Vec::new()),
        }
    }

    fn configuration(&self) -> Option<configuration::Module> {
        let configuration = tree::member(&self.tree, "configuration")?;
        tree::member(configuration, "root_module").map(configuration::module)
    }

    fn providers(&self) -> Vec<configuration::Provider> {
        let configuration = tree::member(&self.tree, "configuration");
        let providers = configuration.and_then(|node| tree::member(node, "provider_config"));
        providers.map(configuration::providers).unwrap_or_default()
    }

    /// Outputs by name: value and place.
    fn outputs(&self) -> BTreeMap<Arc<str>, (Value, Place)> {
        let place = |node: &Node| Place { file: self.file, span: node.span };
        let of = |node: Option<&Node>| -> BTreeMap<Arc<str>, (Value, Place)> {
            let outputs = node.into_iter().flat_map(tree::named);
            outputs.map(|(name, node)| (name.into(), (output(node), place(node)))).collect()
        };
        match self.form {
            Form::State => of(tree::member(&self.tree, "outputs")),
            Form::ShownState => {
                of(tree::member(&self.tree, "values").and_then(|it| tree::member(it, "outputs")))
            }
            Form::Plan => {
                let changes = tree::member(&self.tree, "output_changes");
                let changed = changes.into_iter().flat_map(tree::named).filter(|(_, node)| {
                    let actions = tree::member(node, "actions").map_or(&[][..], tree::items);
                    !actions.iter().any(|action| tree::text(action) == Some("delete"))
                });
                let value = |node: &Node| {
                    let member = |name: &str| tree::member(node, name);
                    tree::recorded(
                        member("after"),
                        member("after_unknown"),
                        member("after_sensitive"),
                    )
                };
                changed.map(|(name, node)| (name.into(), (value(node), place(node)))).collect()
            }
        }
    }
}

fn output(node: &Node) -> Value {
    let value = tree::member(node, "value").map_or_else(Value::null, tree::value);
    let sensitive = tree::is_true(node, "sensitive");
    if sensitive { value.with_marks(&super::value::Marks::sensitive()) } else { value }
}
