//! What a provider's exact schema refuses of a block as it is written: arguments and blocks that there are not, those that are missing,
//! too many or too few blocks.

use super::scope::Fault;
use crate::source::{FileId, Place, Span};
use crate::syntax::{self, Body};
use crate::vocabulary::{Block, Nested, Nesting, Shape, Type};

/// Check the body of a resource; members named in `meta` are Terraform's own.
pub fn check(facts: &Block, body: &Body, meta: &[&str], at: (FileId, Span)) -> Vec<Fault> {
    let mut check = Check { file: at.0, meta, faults: Vec::new() };
    check.body(facts, body, at.1, true);
    check.faults
}

/// The sentence about too many blocks of a name.
pub fn too_many(name: &str, max: u32) -> String {
    format!("no more than {max} \"{name}\" blocks are allowed")
}

struct Check<'m> {
    file: FileId,
    meta: &'m [&'m str],
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn refuse(&mut self, span: Span, message: String) {
        let place = Place { file: self.file, span };
        self.faults.push(Fault { message, place, is_limit: false });
    }

    fn body(&mut self, facts: &Block, body: &Body, header: Span, outermost: bool) {
        if facts.partial {
            return;
        }
        let is_meta = |name: &str| outermost && self.meta.contains(&name);
        let attributes = body.attributes.iter().filter(|it| !is_meta(&it.name));
        let strange: Vec<_> =
            attributes.filter(|it| !facts.attributes.contains_key(&it.name)).collect();
        let blocks: Vec<_> = body.blocks.iter().filter(|it| !is_meta(&it.name)).collect();
        for attribute in strange {
            let name = &attribute.name;
            let message = if facts.blocks.contains_key(name) {
                format!(
                    "an argument named \"{name}\" is not expected here; it is written as a block"
                )
            } else {
                format!("an argument named \"{name}\" is not expected here")
            };
            self.refuse(attribute.name_span, message);
        }
        for (name, attribute) in &facts.attributes {
            if attribute.required && body.attribute(name).is_none() && !has_block(body, name) {
                self.refuse(header, format!("the argument \"{name}\" is required"));
            }
        }
        for block in blocks {
            self.block(facts, block);
        }
        for (name, nested) in &facts.blocks {
            self.number(name, nested, body, header);
        }
    }

    fn block(&mut self, facts: &Block, block: &syntax::Block) {
        let (name, content) = match (&*block.name, block.labels.as_slice()) {
            ("dynamic", [label]) => (&label.text, block.body.blocks_named("content").next()),
            _ => (&block.name, Some(block)),
        };
        if let Some(nested) = facts.blocks.get(name) {
            if let Some(content) = content {
                self.body(&nested.block, &content.body, content.header, false);
            }
        } else if !facts.attributes.get(name).is_some_and(|it| holds_objects(&it.shape)) {
            self.refuse(block.header, format!("blocks of type \"{name}\" are not expected here"));
        }
    }

    fn number(&mut self, name: &str, nested: &Nested, body: &Body, header: Span) {
        let limit = |bound: u32| usize::try_from(bound).unwrap_or(usize::MAX);
        let max = match nested.nesting {
            Nesting::Single | Nesting::Group => 1,
            _ => nested.max,
        };
        if max > 0
            && let Some(block) = body.blocks_named(name).nth(limit(max))
        {
            self.refuse(block.header, too_many(name, max));
        }
        let count = body.blocks_named(name).count();
        if count < limit(nested.min) && !is_dynamic(body, name) {
            let message = format!("at least {} \"{name}\" blocks are required", nested.min);
            self.refuse(header, message);
        }
    }
}

fn is_dynamic(body: &Body, name: &str) -> bool {
    let mut dynamic = body.blocks_named("dynamic");
    dynamic.any(|block| block.labels.first().is_some_and(|label| *label.text == *name))
}

fn has_block(body: &Body, name: &str) -> bool {
    body.blocks_named(name).next().is_some() || is_dynamic(body, name)
}

/// Whether an attribute may be written as blocks.
fn holds_objects(shape: &Shape) -> bool {
    match shape {
        Shape::Typed(Type::List(element) | Type::Set(element)) => {
            matches!(**element, Type::Object(_))
        }
        _ => false,
    }
}
