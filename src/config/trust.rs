//! `trust` and `unsigned` in `dreadnought.yaml`: whose bundles are used, and what the Rego of others may take.

use crate::bundle::PublicKey;
use crate::document::Value;
use crate::pack::read::{Reader, Shape, start_of};
use crate::pack::to_value;
use crate::syntax::{Node, NodeKind};

const KEY: Shape = Shape { what: "a trusted key", required: &["name", "key"], optional: &[] };
const UNSIGNED: Shape =
    Shape { what: "`unsigned`", required: &[], optional: &["memory", "seconds"] };

/// What the Rego of packs that nobody on the trust list signed may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// MiB of address space beside what the program itself takes.
    pub memory: u64,
    /// Seconds.
    pub seconds: u64,
}

impl Default for Unsigned {
    fn default() -> Self {
        Self { memory: 4096, seconds: 600 }
    }
}

/// Read the trust list; keys with mistakes are left out.
pub(super) fn read_keys(reader: &mut Reader<'_>, node: &Node) -> Vec<PublicKey> {
    let NodeKind::Sequence(items) = &node.kind else {
        reader.report(start_of(node), "`trust` must be a list of keys");
        return Vec::new();
    };
    items.iter().filter_map(|item| key(reader, item)).collect()
}

fn key(reader: &mut Reader<'_>, node: &Node) -> Option<PublicKey> {
    let fields = reader.mapping(node, &KEY)?;
    let (name, key) = (reader.text(&fields, "name"), reader.text(&fields, "key"));
    let (name, text) = (name?, key?);
    let key = PublicKey::parse(&name.text, &text.text);
    if key.is_none() {
        let help = "write the line that `dreadnought pack keygen` prints, or a PEM text";
        reader.report(text.node.span, "`key` is no public key of Ed25519").help(help);
    }
    key
}

/// Read the limits.
pub(super) fn read_unsigned(reader: &mut Reader<'_>, node: &Node) -> Unsigned {
    let usual = Unsigned::default();
    let Some(fields) = reader.mapping(node, &UNSIGNED) else { return usual };
    let mut number = |name: &str, usual: u64, most: u64| {
        let Some(node) = fields.get(name) else { return usual };
        let number = match to_value(node) {
            Value::Int(number) => u64::try_from(number).ok(),
            _ => None,
        };
        number.filter(|number| (1..=most).contains(number)).unwrap_or_else(|| {
            reader.report(
                start_of(node),
                format!("`{name}` must be a whole number from 1 to {most}"),
            );
            usual
        })
    };
    Unsigned {
        memory: number("memory", usual.memory, 1 << 20),
        seconds: number("seconds", usual.seconds, 24 * 60 * 60),
    }
}
