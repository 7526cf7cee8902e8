//! `dreadnought.yaml`: what a project says about itself. Takes its text, gives what it says and problems that point into it.
//!
//! The schema is `schemas/config.schema.json`. Keys that later versions add are errors here, so that nothing is ignored silently.

mod compliance;
mod context;
mod instant;
mod trust;

use std::sync::Arc;

use crate::bundle::PublicKey;
use crate::pack::read::Reader as PackReader;
use crate::pack::{self, Need, Overrides, to_value};
use crate::source::{
    EntryKind, FileId, FileSystem, Place, Problem, ProblemKind, SourceFile, Sources, Span,
    folder_of, nearest,
};
use crate::syntax::{Entry, Node, NodeKind, Scalar, yaml};

pub use compliance::{About, Attestation, Attested, Records, Waiver, records};
pub use context::{AssetContext, Context, Selector};
pub use instant::Instant;
pub use trust::Unsigned;

/// The file's name.
pub const FILE: &str = "dreadnought.yaml";

/// Keys at the top.
const KEYS: [&str; 9] = [
    "assumptions",
    "bands",
    "compliance",
    "context",
    "packs",
    "params",
    "rules",
    "trust",
    "unsigned",
];

/// What a project says about itself.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What data sources are assumed to return, in order.
    pub assumptions: Vec<Assumption>,
    /// What people state about the controls of compliance baselines.
    pub compliance: Records,
    /// What it changes of packs.
    pub overrides: Overrides,
    /// Packs that it uses.
    pub packs: Vec<Need>,
    /// Whose bundles are used.
    pub trust: Vec<PublicKey>,
    /// What the Rego of other packs may take.
    pub unsigned: Unsigned,
    /// The file's folder.
    pub folder: String,
    /// What people state about where things sit.
    pub context: Context,
}

/// What one data source, or all of a type, is assumed to return.
#[derive(Clone, Debug)]
pub struct Assumption {
    /// `data.aws_caller_identity`, or an address: `module.net.data.aws_vpc.main`.
    pub target: Arc<str>,
    /// Attributes and their values.
    pub values: serde_json::Map<String, serde_json::Value>,
    /// The key.
    pub place: Place,
}

/// The configuration of the named paths: the nearest file in the folder that holds them all or in one above it.
pub fn find(files: &dyn FileSystem, paths: &[String]) -> Option<String> {
    let folder = |path: &String| match files.kind(path) {
        Some(EntryKind::File) => folder_of(path).to_owned(),
        _ => path.clone(),
    };
    let mut folders = paths.iter().map(folder);
    let mut common = folders.next().unwrap_or_default();
    for folder in folders {
        while !common.is_empty() && folder != common && !folder.starts_with(&format!("{common}/")) {
            common = parent(&common).unwrap_or_default().to_owned();
        }
    }
    let mut at = Some(common.as_str());
    while let Some(folder) = at {
        let path = if folder.is_empty() { FILE.to_owned() } else { format!("{folder}/{FILE}") };
        if files.kind(&path) == Some(EntryKind::File) {
            return Some(path);
        }
        at = parent(folder);
    }
    None
}

/// The folder above; that of the top is none.
fn parent(folder: &str) -> Option<&str> {
    if folder.is_empty() { None } else { Some(folder_of(folder)) }
}

/// Read a configuration file into the sources. What is wrong with it is a problem each; the rest holds.
pub fn read(files: &dyn FileSystem, path: &str, sources: &mut Sources) -> (Config, Vec<Problem>) {
    let unreadable = |why: String| {
        let problem =
            Problem::new(ProblemKind::Unreadable, format!("`{path}` cannot be read: {why}"));
        (Config::default(), vec![problem.path(path)])
    };
    if files.size(path).is_ok_and(|size| size > crate::source::MAX_FILE_BYTES) {
        return unreadable("it is too large".to_owned());
    }
    let text = match files.read(path).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return unreadable("it is not UTF-8".to_owned()),
        Err(error) => return unreadable(error.kind().to_string()),
    };
    let file = sources.add(SourceFile::new(path, text.as_str()));
    let (mut config, problems) = parse(file, &text);
    folder_of(path).clone_into(&mut config.folder);
    (config, problems)
}

/// Parse the text of a configuration file.
pub fn parse(file: FileId, text: &str) -> (Config, Vec<Problem>) {
    let (trees, problems) = yaml::parse(file, text);
    let source = SourceFile::new(FILE, text);
    let mut reader = Reader { file, source: &source, problems, config: Config::default() };
    match trees.as_slice() {
        [] => {}
        [tree] => reader.top(tree),
        [_, second, ..] => reader.refuse(second.span, "a configuration is one document", None),
    }
    (reader.config, reader.problems)
}

/// Parse a trust list of its own: `trust`, and `unsigned` where other limits are wanted, as in a configuration. One without a key is a
/// problem, too: nobody would be trusted, and nothing said.
pub fn parse_trust(file: FileId, text: &str) -> (Trust, Vec<Problem>) {
    let (config, mut problems) = parse(file, text);
    let (trees, _) = yaml::parse(file, text);
    let refuse = |span: Span, message: String| {
        Problem::new(ProblemKind::Configuration, message).at(Place { file, span })
    };
    let entries = match trees.first().map(|tree| &tree.kind) {
        Some(NodeKind::Mapping(entries)) => entries.as_slice(),
        _ => &[],
    };
    for entry in entries {
        if let Some(name) = key(entry)
            && KEYS.contains(&&*name)
            && !matches!(&*name, "trust" | "unsigned")
        {
            problems.push(refuse(
                entry.key.span,
                format!("a trust list holds `trust` and `unsigned`, not `{name}`"),
            ));
        }
    }
    if problems.is_empty() && config.trust.is_empty() {
        problems.push(refuse(Span::new(0, 0), "the trust list names no key".to_owned()));
    }
    (Trust { keys: config.trust, unsigned: config.unsigned }, problems)
}

/// Whose bundles are used, and what the Rego of other packs may take.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The keys.
    pub keys: Vec<PublicKey>,
    /// The limits.
    pub unsigned: Unsigned,
}

struct Reader<'a> {
    file: FileId,
    /// The same text, for positions in messages.
    source: &'a SourceFile,
    problems: Vec<Problem>,
    config: Config,
}

impl Reader<'_> {
    fn refuse(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        let problem = Problem::new(ProblemKind::Configuration, message);
        let problem = problem.at(Place { file: self.file, span });
        self.problems.push(Problem { help, ..problem });
    }

    fn top(&mut self, tree: &Node) {
        let Some(entries) = self.entries(tree, "the configuration") else { return };
        for entry in entries {
            match key(entry).as_deref() {
                Some("assumptions") => self.assumptions(&entry.value),
                Some("bands") => {
                    self.config.overrides.bands = self.part(&entry.value, pack::read_bands);
                }
                Some("packs") => {
                    self.config.packs = self.part(&entry.value, pack::read_needs);
                }
                Some("params") => {
                    self.config.overrides.params = self.part(&entry.value, pack::read_params);
                }
                Some("rules") => {
                    self.config.overrides.rules = self.part(&entry.value, pack::read_rules);
                }
                Some("trust") => {
                    self.config.trust = self.part(&entry.value, trust::read_keys);
                }
                Some("unsigned") => {
                    self.config.unsigned = self.part(&entry.value, trust::read_unsigned);
                }
                Some("compliance") => {
                    self.config.compliance = self.part(&entry.value, compliance::read);
                }
                Some("context") => {
                    self.config.context = self.part(&entry.value, context::read);
                }
                other => {
                    let word = other.unwrap_or_default();
                    let near = nearest(word, KEYS).map(|near| format!("did you mean `{near}`?"));
                    let help = near.unwrap_or_else(|| format!("there are: {}", KEYS.join(", ")));
                    self.refuse(entry.key.span, format!("there is no key `{word}`"), Some(help));
                }
            }
        }
    }

    /// A part that is read as packs are: fields with fixed names. Nothing where there is nothing.
    fn part<T: Default>(
        &mut self,
        node: &Node,
        read: impl FnOnce(&mut PackReader<'_>, &Node) -> T,
    ) -> T {
        if to_value(node) == crate::document::Value::Null {
            return T::default();
        }
        let mut reader =
            PackReader::new(self.file, self.source).of_kind(ProblemKind::Configuration);
        let part = read(&mut reader, node);
        self.problems.append(&mut reader.into_problems());
        part
    }

    /// The entries of a map, each key once; nothing where there is nothing.
    fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<Vec<&'n Entry>> {
        let entries = match &node.kind {
            NodeKind::Mapping(entries) => entries,
            NodeKind::Scalar(_) if to_value(node) == crate::document::Value::Null => return None,
            _ => {
                self.refuse(node.span, format!("{what} must be a map"), None);
                return None;
            }
        };
        let mut seen: Vec<Arc<str>> = Vec::new();
        let mut kept = Vec::new();
        for entry in entries {
            match key(entry) {
                Some(name) if seen.contains(&name) => {
                    self.refuse(entry.key.span, format!("the key `{name}` is there twice"), None);
                }
                Some(name) => {
                    seen.push(name);
                    kept.push(entry);
                }
                None => self.refuse(entry.key.span, "a key must be a text", None),
            }
        }
        Some(kept)
    }

    fn assumptions(&mut self, node: &Node) {
        for entry in self.entries(node, "`assumptions`").unwrap_or_default() {
            let Some(target) = key(entry) else { continue };
            if !is_data_source(&target) {
                let message = format!("`{target}` is no data source");
                let help = "write a type, `data.aws_caller_identity`, or an address, `module.net.data.aws_vpc.main`";
                self.refuse(entry.key.span, message, Some(help.to_owned()));
                continue;
            }
            let Some(attributes) = self.entries(&entry.value, "what a data source returns") else {
                continue;
            };
            let value =
                |entry: &Entry| Some((key(entry)?.to_string(), to_value(&entry.value).to_json()));
            let values = attributes.into_iter().filter_map(value).collect();
            let place = Place { file: self.file, span: entry.key.span };
            self.config.assumptions.push(Assumption { target, values, place });
        }
    }
}

fn key(entry: &Entry) -> Option<Arc<str>> {
    match &entry.key.kind {
        NodeKind::Scalar(Scalar::String(text) | Scalar::Plain { text, .. }) => {
            Some(Arc::clone(text))
        }
        _ => None,
    }
}

/// `data.TYPE`, or the address of a data source.
fn is_data_source(target: &str) -> bool {
    let of_modules = target.strip_prefix("module.").map(|rest| rest.rsplit_once(".data."));
    let (is_address, data) = match of_modules {
        Some(Some((path, data))) => (!path.is_empty(), data),
        Some(None) => return false,
        None => match target.strip_prefix("data.") {
            Some(data) => (true, data),
            None => return false,
        },
    };
    let mut words = data.split('[').next().unwrap_or_default().split('.');
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    };
    let is_type = words.next().is_some_and(is_word);
    let name = words.next();
    let has_name = name.is_some_and(is_word);
    let needs_name = of_modules.is_some();
    is_address && is_type && words.next().is_none() && (has_name || (name.is_none() && !needs_name))
}
