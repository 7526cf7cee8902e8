//! What surrounds a configuration: `path.…` and `terraform.…`.

use std::sync::Arc;

use super::instance::Instance;
use super::scope::{Fault, Scope};
use super::types;
use super::value::{Kind, Unknown, Value};
use crate::source::Span;

impl<'a> Instance<'a> {
    /// `path.…` and `terraform.…`.
    pub fn surrounding(
        &self,
        root: &str,
        attribute: &str,
        scope: &Scope<'_, 'a>,
        span: Span,
    ) -> Result<Value, Fault> {
        match (root, attribute) {
            ("path", "module") => Ok(Value::string(crate::source::relative(
                &self.evaluator.root.folder,
                &self.module.folder,
            ))),
            ("path", "root") => Ok(Value::string(".")),
            ("path", "cwd") => Ok(self.working_folder()),
            ("terraform", "workspace") => Ok(Value::string(Arc::clone(&self.evaluator.workspace))),
            ("terraform", "applying") => Ok(Value::unknown("known at run time only")),
            _ => Err(scope.fault(span, format!("`{root}` has no attribute \"{attribute}\""))),
        }
    }

    /// Where Terraform runs: in the folder of the root module. Where that lies, only the machine knows; its name, the tree.
    fn working_folder(&self) -> Value {
        let folder = &self.evaluator.root.folder;
        let mut unknown = Unknown {
            reason: "the working directory is known at run time only".into(),
            kind: Some(types::Type::String),
            not_null: true,
            ..Unknown::default()
        };
        if !folder.is_empty() {
            unknown.suffix = format!("/{folder}").into();
            let words = "path.cwd: Terraform runs in the folder of the root module";
            self.evaluator.assumptions.borrow_mut().insert(words.into());
        }
        Kind::Unknown(Arc::new(unknown)).into()
    }
}
