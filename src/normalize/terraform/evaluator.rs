//! What all module instances of one root share: modules, options, problems, budgets.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::assumptions::Stated;
use super::inputs::Given;
use super::installed::Installation;
use super::module::Module;
use super::scope::Fault;
use super::types::Type;
use super::value::Value;
use crate::source::{FileSystem, Place, Problem, ProblemKind};
use crate::vocabulary::Vocabulary;

/// Steps that the evaluation of one root may take, beside those for each of its resources and modules.
const BASE_STEPS: u64 = 5_000_000;
/// Steps for each instance of a resource or module.
const STEPS_EACH: u64 = 2_000;
/// Deepest chain of values that depend on values.
const MAX_DEPTH: usize = 1_000;
/// Most values that one variable, local, output or attribute may hold.
const MAX_VALUES: usize = 1 << 20;
/// Most instances that one `count` or `for_each` may make.
pub const MAX_INSTANCES: usize = 100_000;
/// Most resource instances of one root.
const MAX_RESOURCES: usize = 1_000_000;
/// Deepest chain of module calls.
pub const MAX_MODULE_DEPTH: usize = 64;

/// What to do about values that do not fit in a module that nobody calls.
pub const BY_ITSELF: &str = "nothing calls this module, so it is judged with its defaults: scan what calls it, or give values with --var-file";

/// A value that is being evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Its name in its module.
    pub name: Arc<str>,
    /// `var.`, `local.` … or nothing, where the name says it.
    pub kind: &'static str,
    /// Of the module's instance.
    pub prefix: Arc<str>,
}

impl std::fmt::Display for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}", self.prefix, self.kind, self.name)
    }
}

/// Texts that many resources of a document share.
pub struct Words {
    /// `variable`
    pub variable: Arc<str>,
    /// `terraform`
    pub terraform: Arc<str>,
}

impl Default for Words {
    fn default() -> Self {
        Self { variable: Arc::from("variable"), terraform: Arc::from("terraform") }
    }
}

/// State of one root's evaluation.
pub struct Evaluator<'a> {
    /// All modules of the scan by folder.
    pub modules: &'a FxHashMap<Arc<str>, Module>,
    /// The root module.
    pub root: &'a Module,
    /// Values of the root's variables from files and options.
    pub inputs: FxHashMap<Arc<str>, Given>,
    /// The workspace's name.
    pub workspace: Arc<str>,
    /// Where `file` and its kin read.
    pub files: &'a dyn FileSystem,
    /// What the project says that data sources return.
    pub stated: &'a [Stated],
    /// What is installed for the root.
    pub installed: Option<&'a Installation>,
    /// Provider facts.
    pub vocabulary: &'a Vocabulary,
    /// What Terraform would refuse.
    pub problems: RefCell<Vec<Problem>>,
    /// What was taken for granted, in words.
    pub assumptions: RefCell<std::collections::BTreeSet<Arc<str>>>,
    /// The values being evaluated, outermost first: a value met twice is a cycle.
    pub stack: RefCell<Vec<Running>>,
    /// Templates that render templates.
    pub template_depth: Cell<usize>,
    /// Arguments of `try` and `can` that are being evaluated.
    pub tried: Cell<usize>,
    /// Folders that some instance was made of.
    pub reached: RefCell<std::collections::BTreeSet<Arc<str>>>,
    /// Whether the root is a module that is judged by itself, with nothing but its defaults.
    pub is_by_itself: bool,
    /// Whether it is somebody's configuration whose variables all have values; found where it is asked for.
    pub is_settled: OnceCell<bool>,
    /// Type constraints of variables that their declarations alone do not decide, by the module's and the attribute's address in memory.
    pub constraints: RefCell<FxHashMap<(usize, usize), Arc<Type>>>,
    /// Type and provider of the declarations of variables.
    pub words: Words,
    /// Whether some value is ephemeral: most configurations have none.
    pub knows_ephemeral: Cell<bool>,
    quiet: Cell<bool>,
    steps: Cell<u64>,
    instances: Cell<u64>,
    resources: Cell<usize>,
}

impl<'a> Evaluator<'a> {
    /// For one root module.
    pub fn new(
        modules: &'a FxHashMap<Arc<str>, Module>,
        root: &'a Module,
        inputs: FxHashMap<Arc<str>, Given>,
        workspace: Arc<str>,
        files: &'a dyn FileSystem,
        vocabulary: &'a Vocabulary,
    ) -> Self {
        Self {
            is_by_itself: inputs.is_empty() && root.is_made_to_be_called(modules),
            modules,
            root,
            inputs,
            workspace,
            files,
            installed: None,
            stated: &[],
            vocabulary,
            problems: RefCell::default(),
            assumptions: RefCell::default(),
            stack: RefCell::default(),
            template_depth: Cell::new(0),
            tried: Cell::new(0),
            reached: RefCell::default(),
            is_settled: OnceCell::new(),
            constraints: RefCell::default(),
            words: Words::default(),
            knows_ephemeral: Cell::new(false),
            quiet: Cell::new(false),
            steps: Cell::new(0),
            instances: Cell::new(0),
            resources: Cell::new(0),
        }
    }

    /// Count evaluation steps. The error says that the budget is used up.
    pub fn spend(&self, steps: u64) -> Result<(), String> {
        self.steps.set(self.steps.get() + steps);
        let allowed = BASE_STEPS + STEPS_EACH * self.instances.get();
        if self.steps.get() > allowed {
            return Err(format!("evaluating this configuration takes more than {allowed} steps"));
        }
        Ok(())
    }

    /// Whether a value is small enough to be walked. The error says that it is not.
    pub fn check_size(value: &Value) -> Result<(), String> {
        if value.holds_at_most(MAX_VALUES) {
            return Ok(());
        }
        Err(format!("a value holds more than {MAX_VALUES} values"))
    }

    /// Count instances that evaluation may take steps for.
    pub fn count_instances(&self, more: usize) {
        self.instances.set(self.instances.get() + more as u64);
    }

    /// Count resource instances. The error says that there are too many.
    pub fn count_resources(&self, more: usize) -> Result<(), String> {
        self.count_instances(more);
        self.resources.set(self.resources.get() + more);
        if self.resources.get() > MAX_RESOURCES {
            return Err(format!("this configuration has more than {MAX_RESOURCES} resources"));
        }
        Ok(())
    }

    /// Evaluate; where asked to, quietly: what would be refused if something existed that may not is no problem, only unknown.
    pub fn quietly_if<T>(&self, quiet: bool, evaluate: impl FnOnce() -> T) -> T {
        let before = self.quiet.replace(self.quiet.get() || quiet);
        let result = evaluate();
        self.quiet.set(before);
        result
    }

    /// Whether what would be refused is no problem now.
    pub fn is_quiet(&self) -> bool {
        self.quiet.get()
    }

    /// Record what Terraform would refuse whatever the values are, or a limit that was reached.
    pub fn refuse(&self, fault: &Fault) {
        let kind = if fault.is_limit { ProblemKind::Limit } else { ProblemKind::Configuration };
        if fault.is_limit || !self.quiet.get() {
            let problem = Problem::new(kind, fault.message.clone()).at(fault.place);
            self.problems.borrow_mut().push(problem);
        }
    }

    /// Record a value that Terraform would refuse, or a limit that was reached. A value that only the defaults of a module give is
    /// worth a remark: whoever calls it gives others.
    pub fn report(&self, fault: &Fault) {
        if !self.is_by_itself || fault.is_limit {
            return self.refuse(fault);
        }
        if !self.quiet.get() {
            let problem = Problem::new(ProblemKind::Note, fault.message.clone()).at(fault.place);
            self.problems.borrow_mut().push(problem.help(BY_ITSELF));
        }
    }

    /// Record what is only not at hand.
    pub fn warn(&self, kind: ProblemKind, message: &str, place: Place) {
        if !self.quiet.get() {
            self.problems.borrow_mut().push(Problem::new(kind, message).at(place));
        }
    }

    /// Begin a value by name. The error is the sentence about a cycle or too deep a chain; [`Evaluator::leave`] must follow only success.
    pub fn enter(&self, value: Running) -> Result<(), (String, bool)> {
        let mut stack = self.stack.borrow_mut();
        if let Some(at) = stack.iter().position(|running| *running == value) {
            let cycle = stack[at..].iter().chain([&value]);
            let cycle: Vec<String> = cycle.map(ToString::to_string).collect();
            return Err((
                format!("values depend on each other in a circle: {}", cycle.join(" → ")),
                false,
            ));
        }
        if stack.len() >= MAX_DEPTH {
            return Err((format!("values depend on values more than {MAX_DEPTH} deep"), true));
        }
        stack.push(value);
        Ok(())
    }

    /// End the value that was begun last.
    pub fn leave(&self) {
        self.stack.borrow_mut().pop();
    }
}
