//! Functions of conftest that read files: `parse_config_file` and `parse_combined_config_files`.
//!
//! Paths are relative to the policy that calls them. A function of Rego does not know who calls it, so each folder of policies has functions
//! of its own, with names of the same length: no byte of a policy moves. Only files of the tree are read.

use std::sync::Arc;

use serde_json::Value as Json;

use super::check::combine;
use super::formats::{self, Tree};
use super::{Configuration, format_of};
use crate::engine::rego::{HostFunction, Module, Renamed};
use crate::source::{FileSystem, MAX_FILE_BYTES, folder_of, join};

/// The tree that policies read files of.
pub type Files = Arc<dyn FileSystem + Send + Sync>;

type Read = fn(&Reader, &Json) -> Result<Json, String>;

/// Their names, and the functions.
const FUNCTIONS: [(&str, Read); 2] =
    [("parse_config_file", Reader::one), ("parse_combined_config_files", Reader::several)];
/// The last letter of the name that the functions of a folder have.
const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The functions of each policy's folder, and what the policies call by their names.
pub fn prepare(modules: &[Module], files: &Files) -> (Vec<HostFunction>, Vec<Renamed>) {
    let mut folders: Vec<String> = Vec::new();
    let mut renamed = Vec::new();
    for module in modules {
        if !FUNCTIONS.iter().any(|(name, _)| module.text.contains(name)) {
            continue;
        }
        let folder = folder_of(&module.name).to_owned();
        let known = folders.iter().position(|known| *known == folder);
        let index = known.unwrap_or_else(|| {
            folders.push(folder);
            folders.len() - 1
        });
        // Beyond so many folders, the functions are not there.
        let Some(letter) = LETTERS.get(index) else { continue };
        for (from, _) in FUNCTIONS {
            let module = module.name.clone();
            renamed.push(Renamed { module, from, to: own(from, *letter) });
        }
    }
    let mut made = Vec::new();
    for (folder, letter) in folders.into_iter().zip(LETTERS) {
        let reader = Arc::new(Reader { files: Arc::clone(files), folder });
        for (name, run) in FUNCTIONS {
            let reader = Arc::clone(&reader);
            let run = move |values: &[Json]| match values {
                [value] => run(&reader, value),
                _ => Err(format!("{name} takes one argument")),
            };
            made.push(HostFunction { name: own(name, *letter), arity: 1, run: Arc::new(run) });
        }
    }
    (made, renamed)
}

fn own(name: &str, letter: u8) -> String {
    format!("{}{}", &name[..name.len() - 1], char::from(letter))
}

struct Reader {
    files: Files,
    /// Where the policies lie.
    folder: String,
}

impl Reader {
    fn one(&self, path: &Json) -> Result<Json, String> {
        let path = path.as_str().ok_or("parse_config_file takes a path")?;
        self.read(path).map(|configuration| configuration.content)
    }

    fn several(&self, paths: &Json) -> Result<Json, String> {
        let paths = paths.as_array().ok_or("parse_combined_config_files takes a list of paths")?;
        let mut all = Vec::new();
        for path in paths {
            let path = path.as_str().ok_or("parse_combined_config_files takes a list of paths")?;
            all.push(self.read(path)?);
        }
        Ok(combine(&all))
    }

    fn read(&self, name: &str) -> Result<Configuration, String> {
        let outside =
            || format!("`{name}` leads out of the tree; a policy reads files inside of it");
        let path = join(&self.folder, name).ok_or_else(outside)?;
        let format = format_of(&path).ok_or_else(|| format!("no format has the name of {path}"))?;
        let size = self.files.size(&path).map_err(|_| format!("{path} is not there"))?;
        if size > MAX_FILE_BYTES {
            return Err(format!("{path} is larger than {MAX_FILE_BYTES} bytes"));
        }
        let bytes = self.files.read(&path).map_err(|_| format!("{path} cannot be read"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8"))?;
        let tree = Tree { files: &*self.files, path: &path };
        let content = formats::parse_in(format, &text, &tree);
        let content = content.map_err(|why| format!("{path}: {why}"))?;
        Ok(Configuration { path, content })
    }
}
