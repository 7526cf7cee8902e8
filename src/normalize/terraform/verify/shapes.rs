//! Which arguments and blocks Terraform's own blocks take, as one table.

use super::Verifier;
use crate::source::{FileId, nearest};
use crate::syntax::{Block, Body};

/// What a block may hold.
struct Shape {
    /// The block's type, after that of the block that holds it: `resource/lifecycle`.
    path: &'static str,
    /// Arguments that must be there.
    required: &'static [&'static str],
    /// Other arguments.
    optional: &'static [&'static str],
    /// Blocks that may be there once.
    single: &'static [&'static str],
    /// Blocks that may be there more than once.
    many: &'static [&'static str],
    /// Whether there may be others of both, which the provider or the module defines.
    open: bool,
}

const SHAPES: &[Shape] = &[
    Shape {
        path: "variable",
        required: &[],
        optional: &[
            "type",
            "default",
            "description",
            "sensitive",
            "nullable",
            "ephemeral",
            "deprecated",
        ],
        single: &[],
        many: &["validation"],
        open: false,
    },
    Shape {
        path: "output",
        required: &["value"],
        optional: &["description", "sensitive", "ephemeral", "depends_on", "deprecated"],
        single: &[],
        many: &["precondition"],
        open: false,
    },
    Shape {
        path: "module",
        required: &["source"],
        optional: &[],
        single: &[],
        many: &[],
        open: true,
    },
    Shape {
        path: "resource",
        required: &[],
        optional: &[],
        single: &["lifecycle", "connection", "_"],
        many: &[],
        open: true,
    },
    Shape {
        path: "data",
        required: &[],
        optional: &[],
        single: &["lifecycle", "_"],
        many: &[],
        open: true,
    },
    Shape {
        path: "resource/lifecycle",
        required: &[],
        optional: &[
            "create_before_destroy",
            "prevent_destroy",
            "ignore_changes",
            "replace_triggered_by",
        ],
        single: &["action_trigger"],
        many: &["precondition", "postcondition"],
        open: false,
    },
    Shape {
        path: "data/lifecycle",
        required: &[],
        optional: &[],
        single: &[],
        many: &["precondition", "postcondition"],
        open: false,
    },
    Shape {
        path: "ephemeral/lifecycle",
        required: &[],
        optional: &[],
        single: &[],
        many: &["precondition", "postcondition"],
        open: false,
    },
    Shape {
        path: "condition",
        required: &["condition", "error_message"],
        optional: &[],
        single: &[],
        many: &[],
        open: false,
    },
    Shape {
        path: "check",
        required: &[],
        optional: &[],
        single: &["data"],
        many: &["assert"],
        open: false,
    },
    Shape {
        path: "moved",
        required: &["from", "to"],
        optional: &[],
        single: &[],
        many: &[],
        open: false,
    },
    Shape {
        path: "import",
        required: &["to"],
        optional: &["id", "identity", "for_each", "provider"],
        single: &[],
        many: &[],
        open: false,
    },
    Shape {
        path: "removed",
        required: &["from"],
        optional: &[],
        single: &["lifecycle", "connection"],
        many: &["provisioner"],
        open: false,
    },
    Shape {
        path: "removed/lifecycle",
        required: &["destroy"],
        optional: &[],
        single: &[],
        many: &[],
        open: false,
    },
    Shape {
        path: "provisioner/local-exec",
        required: &["command"],
        optional: &["interpreter", "working_dir", "environment", "quiet", "when", "on_failure"],
        single: &["connection"],
        many: &[],
        open: false,
    },
    Shape {
        path: "provisioner/file",
        required: &["destination"],
        optional: &["source", "content", "when", "on_failure"],
        single: &["connection"],
        many: &[],
        open: false,
    },
    Shape {
        path: "provisioner/remote-exec",
        required: &[],
        optional: &["inline", "script", "scripts", "when", "on_failure"],
        single: &["connection"],
        many: &[],
        open: false,
    },
    Shape {
        path: "terraform",
        required: &[],
        optional: &["required_version", "experiments", "language"],
        single: &["cloud", "required_providers", "encryption"],
        many: &["backend", "provider_meta"],
        open: false,
    },
];

impl Verifier<'_> {
    pub(super) fn shapes(&mut self) {
        for declaration in self.declarations() {
            let block = &declaration.block;
            self.shape(declaration.file, &block.name, block);
            self.labels(declaration.file, block);
            match &*block.name {
                "resource" | "data" | "ephemeral" | "removed" => {
                    for inner in block.body.blocks_named("lifecycle") {
                        let file = self.module.file_of_block(inner, declaration.file);
                        self.shape(file, &format!("{}/lifecycle", block.name), inner);
                        self.conditions(file, &inner.body, &["precondition", "postcondition"]);
                    }
                    for inner in block.body.blocks_named("provisioner") {
                        let file = self.module.file_of_block(inner, declaration.file);
                        let kind = inner.labels.first().map_or("", |label| &*label.text);
                        self.shape(file, &format!("provisioner/{kind}"), inner);
                    }
                }
                "variable" => self.conditions(declaration.file, &block.body, &["validation"]),
                "output" => self.conditions(declaration.file, &block.body, &["precondition"]),
                "check" => self.conditions(declaration.file, &block.body, &["assert"]),
                "module" => {
                    for inner in &block.body.blocks {
                        let message = format!("a module block takes no {} block", inner.name);
                        self.refuse(declaration.file, inner.header, message);
                    }
                }
                _ => {}
            }
            if &*block.name == "check" && block.body.blocks_named("assert").next().is_none() {
                let message = "a check block needs at least one assert block";
                self.refuse(declaration.file, block.header, message);
            }
            if &*block.name == "import"
                && ["id", "identity"].iter().all(|name| declaration.attribute(name).is_none())
            {
                let message = "the argument \"id\" is required";
                self.refuse(declaration.file, block.header, message);
            }
        }
        for settings in &self.module.settings {
            self.shape(settings.file, "terraform", &settings.block);
        }
    }

    fn conditions(&mut self, file: FileId, body: &Body, kinds: &[&str]) {
        for block in body.blocks.iter().filter(|block| kinds.contains(&&*block.name)) {
            self.shape(file, "condition", block);
        }
    }

    /// Labels are names; those of a resource's type are up to the provider.
    fn labels(&mut self, file: FileId, block: &Block) {
        for label in &block.labels {
            let mut characters = label.text.chars();
            let first = characters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
            if !first || !characters.all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
                let message = format!(
                    "\"{}\" is no name: it must start with a letter or underscore and hold letters, digits, underscores and dashes only",
                    label.text
                );
                self.refuse(file, label.span, message);
            }
        }
        let reserved = [
            "source",
            "version",
            "providers",
            "count",
            "for_each",
            "lifecycle",
            "depends_on",
            "locals",
        ];
        if &*block.name == "variable" && reserved.contains(&&*block.labels[0].text) {
            let message = format!(
                "a variable cannot be named \"{}\": module blocks use that",
                block.labels[0].text
            );
            self.refuse(file, block.header, message);
        }
    }

    fn shape(&mut self, file: FileId, path: &str, block: &Block) {
        let Some(shape) = SHAPES.iter().find(|shape| shape.path == path) else { return };
        for name in shape.required {
            if block.body.attribute(name).is_none() {
                self.refuse(file, block.header, format!("the argument \"{name}\" is required"));
            }
        }
        let known = |name: &str, lists: [&[&str]; 2]| lists.iter().any(|list| list.contains(&name));
        for attribute in &block.body.attributes {
            let arguments = [shape.required, shape.optional];
            if !shape.open && !known(&attribute.name, arguments) {
                let near = nearest(&attribute.name, arguments.into_iter().flatten().copied());
                let near =
                    near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
                let message =
                    format!("an argument named \"{}\" is not expected here{near}", attribute.name);
                let file = self.module.file_of(attribute, file);
                self.refuse(file, attribute.name_span, message);
            }
        }
        for (at, inner) in block.body.blocks.iter().enumerate() {
            let file = self.module.file_of_block(inner, file);
            if !shape.open && !known(&inner.name, [shape.single, shape.many]) {
                let message = format!("blocks of type \"{}\" are not expected here", inner.name);
                self.refuse(file, inner.header, message);
            }
            let before = &block.body.blocks[..at];
            if shape.single.contains(&&*inner.name)
                && before.iter().any(|other| other.name == inner.name)
            {
                let message = format!("there may be only one {} block here", inner.name);
                self.refuse(file, inner.header, message);
            }
        }
    }
}
