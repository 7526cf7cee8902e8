//! One question to compiled policies: what a rule gives, what it prints, and what its parts gave.

use regorus::Value;

use super::suite_run::{printed, record};
use super::{Options, Policies, Suite, SuiteModule};
use crate::engine::Failure;

/// What a rule said.
#[derive(Debug)]
pub struct Asked {
    /// Its value; nothing where it is undefined.
    pub value: Result<Option<serde_json::Value>, Failure>,
    /// What it printed, each with module and line.
    pub printed: Vec<String>,
}

impl Policies {
    /// Evaluate the rule at a full path over any input.
    pub fn ask(&self, rule: &str, input: &serde_json::Value) -> Asked {
        let mut engine = self.engine();
        let value = self.run_on(&mut engine, rule, Value::from(input.clone()), 0);
        let value = value.and_then(|value| match value {
            Value::Undefined => Ok(None),
            value => serde_json::to_value(&value)
                .map(Some)
                .map_err(|error| Failure { budget: false, message: error.to_string() }),
        });
        Asked { value, printed: printed(self.names(), &mut engine) }
    }

    /// What each part of the modules gave while the rule at a full path was evaluated, by position among the marks. Only marked
    /// policies know.
    pub fn watch(&self, rule: &str, input: &serde_json::Value) -> Vec<(usize, Vec<String>)> {
        record(|| self.run(rule, Value::from(input.clone()), 0)).1
    }

    /// As [`Self::marked`], for policies that were compiled with options.
    #[must_use]
    pub fn marked_with(&self, options: &Options) -> Self {
        let modules = self.modules().iter().cloned();
        let modules: Vec<SuiteModule> =
            modules.map(|module| SuiteModule { module, is_test: false }).collect();
        let none = serde_json::Value::Object(serde_json::Map::new());
        let data = options.data.clone().unwrap_or(none);
        let rest = Options { data: None, ..options.clone() };
        let (suite, _) = Suite::build_with(&modules, &data, true, rest);
        self.on(Some(suite.engine), suite.marks)
    }
}
