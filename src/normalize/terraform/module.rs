//! What a folder of Terraform files declares, parsed once and shared by everyone who calls it.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::instance::RESOURCE_META;
use super::memo::Memo;
use super::overrides;
use crate::source::{FileId, Place, Problem, ProblemKind, Span, nearest};
use crate::syntax::{Attribute, Block, Body, Node, NodeKind, Scalar};

/// Declarations by name, in the order in which they are written.
pub type Named<T> = IndexMap<Arc<str>, T, FxBuildHasher>;

/// A module: the declarations of one folder.
#[derive(Debug, Default)]
pub struct Module {
    /// The folder, relative to the project's root, `""` for the root itself.
    pub folder: Arc<str>,
    /// `variable` blocks by name.
    pub variables: Named<Declaration>,
    /// Values of `locals` blocks by name.
    pub locals: Named<Expression>,
    /// `resource` and `data` blocks by address (`aws_vpc.main`, `data.aws_vpc.main`).
    pub resources: Named<ResourceDeclaration>,
    /// `module` blocks by name.
    pub calls: Named<Declaration>,
    /// `output` blocks by name.
    pub outputs: Named<Declaration>,
    /// `provider` blocks.
    pub providers: Vec<Declaration>,
    /// The `backend` or `cloud` block.
    pub backend: Option<Declaration>,
    /// `terraform` blocks.
    pub settings: Vec<Declaration>,
    /// `ephemeral` blocks by address (`ephemeral.aws_secret.main`).
    pub ephemerals: Named<ResourceDeclaration>,
    /// `check` blocks by name.
    pub checks: Named<Declaration>,
    /// `moved` blocks.
    pub moved: Vec<Declaration>,
    /// `import` blocks.
    pub imports: Vec<Declaration>,
    /// `removed` blocks.
    pub removed: Vec<Declaration>,
    /// Files of attributes and blocks that an override file has put into a block of another file, by their place in memory.
    pub(super) foreign: FxHashMap<usize, FileId>,
    /// What Terraform would refuse about the declarations themselves.
    pub problems: Vec<Problem>,
    /// What follows from the declarations alone.
    pub(super) memo: Memo,
    /// What Terraform would refuse before it evaluates anything.
    pub(super) refused: OnceLock<Vec<Problem>>,
    without_default: OnceLock<Vec<Arc<str>>>,
}

/// A block with its file.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// The file.
    pub file: FileId,
    /// The block.
    pub block: Arc<Block>,
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
    /// The check block that a data source belongs to, which alone may refer to it.
    pub check: Option<Arc<str>>,
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

/// A block `_` holds arguments whose names mean something else outside of it.
fn unescape(block: &mut Arc<Block>) {
    let Some(at) = block.body.blocks.iter().position(|block| &*block.name == "_") else { return };
    let body = &mut Arc::make_mut(block).body;
    let inner = Arc::unwrap_or_clone(body.blocks.remove(at)).body;
    let is_meta = |name: &str| RESOURCE_META.contains(&name);
    body.attributes.extend(inner.attributes.into_iter().filter(|it| !is_meta(&it.name)));
    body.blocks.extend(inner.blocks.into_iter().filter(|it| !is_meta(&it.name)));
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
            files.into_iter().partition(|(_, path, _)| overrides::is_override_file(path));
        for (file, _, body) in primary {
            module.add_file(file, body);
        }
        let files = overrides.into_iter().map(|(file, _, body)| (file, body)).collect();
        overrides::apply(&mut module, files);
        module
    }

    /// Whether it is evidently there to be called: it has variables, leaves its providers to whoever calls it, and says nothing of
    /// where its state lies. `modules` are all of the scan, by folder.
    pub fn is_made_to_be_called(&self, modules: &FxHashMap<Arc<str>, Self>) -> bool {
        let is_configured = |provider: &Declaration| {
            let body = &provider.block.body;
            let settings = body.attributes.iter().filter(|it| &*it.name != "alias");
            settings.count() + body.blocks.len() > 0
        };
        !self.variables.is_empty()
            && self.backend.is_none()
            && !self.providers.iter().any(is_configured)
            && self.needs_provider(modules, &mut BTreeSet::new())
    }

    /// Whether it or a module that it calls has anything that Terraform does not make itself.
    fn needs_provider<'m>(
        &'m self,
        modules: &'m FxHashMap<Arc<str>, Self>,
        seen: &mut BTreeSet<&'m str>,
    ) -> bool {
        let is_foreign = |it: &ResourceDeclaration| !it.kind.starts_with("terraform_");
        let is_remote =
            |it: &Declaration| it.literal("source").is_some_and(|it| !is_local_source(it));
        if self.resources.values().any(is_foreign) || self.calls.values().any(is_remote) {
            return true;
        }
        seen.insert(&self.folder);
        let called = self.local_calls().filter_map(|(_, folder)| modules.get(&*folder?));
        let mut called = called.collect::<Vec<_>>().into_iter();
        called.any(|it| !seen.contains(&*it.folder) && it.needs_provider(modules, seen))
    }

    fn add_file(&mut self, file: FileId, body: Body) {
        for attribute in &body.attributes {
            let message = format!("an argument named \"{}\" is not expected here", attribute.name);
            self.refuse(file, attribute.name_span, message);
        }
        for block in body.blocks {
            self.add_block(file, block);
        }
    }

    pub(super) fn add_block(&mut self, file: FileId, block: Arc<Block>) {
        if !self.has_its_labels(file, &block) {
            return;
        }
        let declaration = Declaration { file, block };
        match &*declaration.block.name {
            "resource" | "data" | "ephemeral" => self.add_resource(declaration, None),
            "locals" => self.add_locals(file, Arc::unwrap_or_clone(declaration.block)),
            "terraform" => self.add_settings(declaration),
            "provider" => self.providers.push(declaration),
            "moved" => self.moved.push(declaration),
            "import" => self.imports.push(declaration),
            "removed" => self.removed.push(declaration),
            "action" => {}
            kind => {
                let is_check = kind == "check";
                let name = Arc::clone(&declaration.block.labels[0].text);
                let table = match kind {
                    "variable" => &mut self.variables,
                    "module" => &mut self.calls,
                    "check" => &mut self.checks,
                    _ => &mut self.outputs,
                };
                let (header, kind) =
                    (declaration.block.header, Arc::clone(&declaration.block.name));
                if table.contains_key(&name) {
                    let message = format!("{kind} \"{name}\" is declared twice in this module");
                    return self.refuse(file, header, message);
                }
                let inner = declaration.block.body.blocks.iter().filter(|_| is_check);
                let scoped: Vec<Arc<Block>> =
                    inner.filter(|block| &*block.name == "data").cloned().collect();
                table.insert(Arc::clone(&name), declaration);
                for block in scoped {
                    if self.has_its_labels(file, &block) {
                        self.add_resource(Declaration { file, block }, Some(&name));
                    }
                }
            }
        }
    }

    /// Whether a block is of a known type and has as many labels as that takes.
    fn has_its_labels(&mut self, file: FileId, block: &Block) -> bool {
        let Some(wanted) = labels_of(&block.name) else {
            let near = nearest(&block.name, TOP_LEVEL.iter().map(|(name, _)| *name));
            let near = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            let message = format!("blocks of type \"{}\" are not expected here{near}", block.name);
            self.refuse(file, block.header, message);
            return false;
        };
        if block.labels.len() != wanted {
            let (name, found) = (&block.name, block.labels.len());
            let message = format!("a {name} block takes {wanted} labels, here are {found}");
            self.refuse(file, block.header, message);
        }
        block.labels.len() == wanted
    }

    fn add_resource(&mut self, mut declaration: Declaration, check: Option<&Arc<str>>) {
        unescape(&mut declaration.block);
        let block = &declaration.block;
        let prefix = match &*block.name {
            "data" => "data.",
            "ephemeral" => "ephemeral.",
            _ => "",
        };
        let (kind, name) = (Arc::clone(&block.labels[0].text), Arc::clone(&block.labels[1].text));
        let address: Arc<str> = format!("{prefix}{kind}.{name}").into();
        let table = if prefix == "ephemeral." { &mut self.ephemerals } else { &mut self.resources };
        if table.contains_key(&address) {
            let (file, header) = (declaration.file, block.header);
            return self.refuse(
                file,
                header,
                format!("{address} is declared twice in this module"),
            );
        }
        let (is_data, check) = (prefix == "data.", check.cloned());
        table.insert(address, ResourceDeclaration { declaration, kind, name, is_data, check });
    }

    fn add_locals(&mut self, file: FileId, block: Block) {
        for inner in &block.body.blocks {
            self.refuse(
                file,
                inner.header,
                "a locals block holds values only, no blocks".to_owned(),
            );
        }
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

    fn add_settings(&mut self, settings: Declaration) {
        for inner in &settings.block.body.blocks {
            let expected = match &*inner.name {
                "backend" => 1,
                "cloud" => 0,
                _ => continue,
            };
            if inner.labels.len() != expected {
                continue;
            }
            let declaration = Declaration { file: settings.file, block: Arc::clone(inner) };
            match &self.backend {
                None => self.backend = Some(declaration),
                Some(other) => {
                    let twice = other.block.name == inner.name;
                    let message = if twice {
                        format!("a module may have only one {} block", inner.name)
                    } else {
                        "a module may have either a backend or a cloud block".to_owned()
                    };
                    let place = declaration.header();
                    self.refuse(place.file, place.span, message);
                }
            }
        }
        self.settings.push(settings);
    }

    pub(super) fn refuse(&mut self, file: FileId, span: Span, message: String) {
        self.problems
            .push(Problem::new(ProblemKind::Configuration, message).at(Place { file, span }));
    }

    /// The file that holds an attribute of a block of `file`.
    pub fn file_of(&self, attribute: &Attribute, file: FileId) -> FileId {
        self.foreign_file(std::ptr::from_ref(attribute).addr(), file)
    }

    /// The file that holds a block in a block of `file`.
    pub fn file_of_block(&self, block: &Block, file: FileId) -> FileId {
        self.foreign_file(std::ptr::from_ref(block).addr(), file)
    }

    fn foreign_file(&self, key: usize, file: FileId) -> FileId {
        if self.foreign.is_empty() {
            return file;
        }
        self.foreign.get(&key).copied().unwrap_or(file)
    }

    /// Names of the variables that a caller has to give.
    pub fn without_default(&self) -> &[Arc<str>] {
        self.without_default.get_or_init(|| {
            let variables = self.variables.iter();
            let needed = variables.filter(|(_, it)| it.attribute("default").is_none());
            needed.map(|(name, _)| Arc::clone(name)).collect()
        })
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

/// Block types at the top of a file, and how many labels each takes. `action` blocks (Terraform 1.14) declare nothing that is judged.
const TOP_LEVEL: [(&str, usize); 14] = [
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("action", 2),
    ("variable", 1),
    ("module", 1),
    ("output", 1),
    ("provider", 1),
    ("check", 1),
    ("locals", 0),
    ("terraform", 0),
    ("moved", 0),
    ("import", 0),
    ("removed", 0),
];

/// How many labels a top-level block takes; `None` for a type that there is not.
pub fn labels_of(name: &str) -> Option<usize> {
    TOP_LEVEL.iter().find(|(known, _)| *known == name).map(|(_, labels)| *labels)
}
