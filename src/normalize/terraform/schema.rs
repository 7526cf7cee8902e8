//! What the facts of its type make of a resource: values converted, what Terraform would refuse reported.

use std::sync::Arc;

use super::body::Evaluated;
use super::instance::{Instance, RESOURCE_META};
use super::module::{Declaration, ResourceDeclaration};
use super::scope::Fault;
use super::{facts, schema_check};
use crate::document::Pointer;
use crate::vocabulary::{self, Facts};

impl Instance<'_> {
    /// What is known of a resource's type.
    pub fn facts_of(&self, resource: &ResourceDeclaration) -> Option<Arc<Facts>> {
        if resource.is_data {
            return self.evaluator.vocabulary.find(&format!(
                "{}{}",
                vocabulary::DATA,
                resource.kind
            ));
        }
        self.evaluator.vocabulary.find(&resource.kind)
    }

    /// Make of its values what its schema makes of them, and report what does not fit.
    pub fn conform(&self, resource: &ResourceDeclaration, facts: &Facts, body: &mut Evaluated) {
        let conformed = facts::conform(facts, &mut body.entries);
        let spans = Arc::clone(&body.spans);
        let fault = |pointer: &Pointer, message: String| {
            let place = spans.nearest(pointer).unwrap_or(resource.declaration.header());
            Fault { message, place, is_limit: false }
        };
        for (pointer, message) in &conformed.faults {
            let name = pointer.parts().last().unwrap_or_default();
            let message = format!("the value of \"{name}\" does not fit: {message}");
            self.evaluator.report(&fault(pointer, message));
        }
        for (pointer, message) in &conformed.refused {
            self.evaluator.refuse(&fault(pointer, message.clone()));
        }
        if let Some(spans) = conformed.places(&body.spans) {
            body.spans = Arc::new(spans);
        }
    }

    /// Report what an exact schema refuses of a block as it is written.
    pub fn check_schema(&self, resource: &ResourceDeclaration, facts: Option<&Facts>) {
        let Some(facts) = facts.filter(|facts| facts.exact) else { return };
        let Declaration { file, block } = &resource.declaration;
        let at = (*file, block.header);
        for fault in schema_check::check(&facts.block, &block.body, RESOURCE_META, at) {
            self.evaluator.refuse(&fault);
        }
    }
}
