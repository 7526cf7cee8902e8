//! What a folder of Terraform files declares, parsed once and shared by everyone who calls it.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::{FileId, Place, Problem, ProblemKind, Span};
use crate::syntax::{Attribute, Block, Body, Node, NodeKind, Scalar};

/// A module: the declarations of one folder.
#[derive(Debug, Default)]
pub struct Module {
    /// The folder, relative to the project's root, `""` for the root itself.
    pub folder: Arc<str>,
    /// `variable` blocks by name.
    pub variables: IndexMap<Arc<str>, Declaration>,
    /// Values of `locals` blocks by name.
    pub locals: IndexMap<Arc<str>, Expression>,
    /// `resource` and `data` blocks by address (`aws_vpc.main`, `data.aws_vpc.main`).
    pub resources: IndexMap<Arc<str>, ResourceDeclaration>,
    /// `module` blocks by name.
    pub calls: IndexMap<Arc<str>, Declaration>,
    /// `output` blocks by name.
    pub outputs: IndexMap<Arc<str>, Declaration>,
    /// `provider` blocks.
    pub providers: Vec<Declaration>,
    /// The `backend` or `cloud` block.
    pub backend: Option<Declaration>,
    /// What Terraform would refuse about the declarations themselves.
    pub problems: Vec<Problem>,
}

/// A block with its file.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// The file.
    pub file: FileId,
    /// The block.
    pub block: Block,
}

/// A named expression with its file.
#[derive(Debug, Clone)]
pub struct Expression {
    /// The file.
    pub file: FileId,
    /// The whole attribute.
    pub span: Span,
    /// The expression.
    pub node: Node,
}

/// A `resource` or `data` block.
#[derive(Debug, Clone)]
pub struct ResourceDeclaration {
    /// The block with its file.
    pub declaration: Declaration,
    /// `aws_vpc`.
    pub kind: Arc<str>,
    /// `main`.
    pub name: Arc<str>,
    /// A `data` block.
    pub is_data: bool,
}

impl Declaration {
    /// The place of the header.
    pub fn header(&self) -> Place {
        Place { file: self.file, span: self.block.header }
    }

    /// The place of the whole block.
    pub fn place(&self) -> Place {
        Place { file: self.file, span: self.block.span }
    }

    /// An attribute of the block.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.block.body.attribute(name)
    }

    /// An attribute's text where it is a literal.
    pub fn literal(&self, name: &str) -> Option<&Arc<str>> {
        literal_text(&self.attribute(name)?.value)
    }
}

/// The text of a literal string node.
pub fn literal_text(node: &Node) -> Option<&Arc<str>> {
    match &node.kind {
        NodeKind::Scalar(Scalar::String(text)) => Some(text),
        _ => None,
    }
}

impl Module {
    /// Collect the declarations of a folder's files, in order of path. Override files come last and replace attributes.
    pub fn new(folder: Arc<str>, files: Vec<(FileId, Arc<str>, Body)>) -> Self {
        let mut module = Self { folder, ..Self::default() };
        let (overrides, primary): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(_, path, _)| is_override_file(path));
        for (file, _, body) in primary {
            module.add_file(file, body);
        }
        for (file, _, body) in overrides {
            module.apply_overrides(file, body);
        }
        module
    }

    fn add_file(&mut self, file: FileId, body: Body) {
        for attribute in &body.attributes {
            let message = format!(
                "an attribute named \"{}\" is not expected at the top of a file",
                attribute.name
            );
            self.refuse(file, attribute.name_span, message);
        }
        for block in body.blocks {
            self.add_block(file, block);
        }
    }

    fn add_block(&mut self, file: FileId, block: Block) {
        let wanted = match &*block.name {
            "resource" | "data" => 2,
            "variable" | "module" | "output" | "provider" => 1,
            "locals" | "terraform" => 0,
            // Blocks that declare nothing a policy judges: moved, import, removed, check, ephemeral and what future versions add.
            _ => return,
        };
        if block.labels.len() != wanted {
            let message = format!(
                "a {} block takes {wanted} labels, here are {}",
                block.name,
                block.labels.len()
            );
            return self.refuse(file, block.header, message);
        }
        match &*block.name {
            "resource" | "data" => self.add_resource(file, block),
            "locals" => self.add_locals(file, block),
            "terraform" => self.add_settings(file, block),
            "provider" => self.providers.push(Declaration { file, block }),
            kind => {
                let name = Arc::clone(&block.labels[0].text);
                let table = match kind {
                    "variable" => &mut self.variables,
                    "module" => &mut self.calls,
                    _ => &mut self.outputs,
                };
                let duplicate = table.contains_key(&name);
                let (header, kind) = (block.header, Arc::clone(&block.name));
                table.entry(Arc::clone(&name)).or_insert(Declaration { file, block });
                if duplicate {
                    self.refuse(
                        file,
                        header,
                        format!("{kind} \"{name}\" is declared twice in this module"),
                    );
                }
            }
        }
    }

    fn add_resource(&mut self, file: FileId, block: Block) {
        let is_data = &*block.name == "data";
        let (kind, name) = (Arc::clone(&block.labels[0].text), Arc::clone(&block.labels[1].text));
        let prefix = if is_data { "data." } else { "" };
        let address: Arc<str> = format!("{prefix}{kind}.{name}").into();
        if self.resources.contains_key(&address) {
            return self.refuse(
                file,
                block.header,
                format!("{address} is declared twice in this module"),
            );
        }
        let declaration = Declaration { file, block };
        self.resources.insert(address, ResourceDeclaration { declaration, kind, name, is_data });
    }

    fn add_locals(&mut self, file: FileId, block: Block) {
        for attribute in block.body.attributes {
            if self.locals.contains_key(&attribute.name) {
                let message =
                    format!("local value \"{}\" is declared twice in this module", attribute.name);
                self.refuse(file, attribute.name_span, message);
                continue;
            }
            let expression = Expression { file, span: attribute.span, node: attribute.value };
            self.locals.insert(attribute.name, expression);
        }
    }

    fn add_settings(&mut self, file: FileId, block: Block) {
        for inner in block.body.blocks {
            let expected = match &*inner.name {
                "backend" => 1,
                "cloud" => 0,
                _ => continue,
            };
            if inner.labels.len() == expected && self.backend.is_none() {
                self.backend = Some(Declaration { file, block: inner });
            }
        }
    }

    fn apply_overrides(&mut self, file: FileId, body: Body) {
        for block in body.blocks {
            let labels: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
            let target = match (&*block.name, labels.as_slice()) {
                ("resource", [kind, name]) => self.resources.get_mut(&*format!("{kind}.{name}")),
                ("data", [kind, name]) => self.resources.get_mut(&*format!("data.{kind}.{name}")),
                _ => None,
            };
            if let Some(resource) = target {
                override_body(&mut resource.declaration.block.body, block.body);
                continue;
            }
            let target = match (&*block.name, labels.as_slice()) {
                ("variable", [name]) => self.variables.get_mut(*name),
                ("module", [name]) => self.calls.get_mut(*name),
                ("output", [name]) => self.outputs.get_mut(*name),
                _ => None,
            };
            match target {
                Some(declaration) => override_body(&mut declaration.block.body, block.body),
                None if &*block.name == "locals" => {
                    for attribute in block.body.attributes {
                        let expression =
                            Expression { file, span: attribute.span, node: attribute.value };
                        self.locals.insert(attribute.name, expression);
                    }
                }
                None => self.add_block(file, block),
            }
        }
    }

    fn refuse(&mut self, file: FileId, span: Span, message: String) {
        self.problems
            .push(Problem::new(ProblemKind::Configuration, message).at(Place { file, span }));
    }

    /// Local module folders that this one calls, with the call's name; `None` for a source that leaves the project.
    pub fn local_calls(&self) -> impl Iterator<Item = (&Arc<str>, Option<String>)> {
        self.calls.iter().filter_map(|(name, call)| {
            let source = call.literal("source")?;
            is_local_source(source).then(|| (name, crate::source::join(&self.folder, source)))
        })
    }
}

/// `./x` and `../x` are folders; everything else comes from elsewhere.
pub fn is_local_source(source: &str) -> bool {
    source == "." || source == ".." || source.starts_with("./") || source.starts_with("../")
}

fn is_override_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = [".tf.json", ".tofu.json", ".tf", ".tofu"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// Attributes replace attributes of the same name; blocks replace all blocks of the same name.
fn override_body(body: &mut Body, by: Body) {
    for attribute in by.attributes {
        body.attributes.retain(|old| old.name != attribute.name);
        body.attributes.push(attribute);
    }
    let names: Vec<Arc<str>> = by.blocks.iter().map(|block| Arc::clone(&block.name)).collect();
    body.blocks.retain(|old| !names.contains(&old.name));
    body.blocks.extend(by.blocks);
}
