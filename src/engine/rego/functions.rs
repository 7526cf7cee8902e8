//! Following calls: functions of modules are inlined, those of the library and of Rego are known.

use std::collections::BTreeSet;
use std::sync::Arc;

use regorus::Value;
use regorus::unstable::{Expr, Ref};

use super::expressions;
use super::reads::{Env, Frame, Purpose, Walk};
use super::shape::{Abs, Origin, Path, Root, Seg};
use super::spelling::TEMPLATE;

/// Package of the helpers whose effect is known better than their text tells.
const LIBRARY: &str = "data.dreadnought.lib.";

/// Members of a normalized statement, and what each is made of.
const STATEMENT: &[(&str, &str)] = &[
    ("effect", "Effect"),
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
    ("principals", "Principal"),
    ("not_principals", "NotPrincipal"),
    ("has_condition", "Condition"),
    ("conditions", "Condition"),
];

impl Walk<'_> {
    pub(super) fn call(
        &mut self,
        function: &Expr,
        parameters: &[Ref<Expr>],
        at: u32,
        env: &mut Env,
        frame: &Frame,
    ) -> Abs {
        let given: Vec<Abs> = parameters.iter().map(|it| self.expr(it, env, frame)).collect();
        let Some(path) = self.table.function(frame.module, function) else {
            self.everything = true;
            return Abs::computed();
        };
        if let Some(name) = path.strip_prefix(LIBRARY)
            && let Some(value) = self.library(name, &given, at, frame)
        {
            return value;
        }
        if let Some(entry) = self.table.get(&path) {
            self.pooling += 1;
            let value = self.entry(entry, frame, at as usize, Some(&given));
            self.pooling -= 1;
            return value;
        }
        self.builtin(&path, &given, frame)
    }

    /// Helpers of the library whose effect is known better than their text tells.
    pub(super) fn library(
        &mut self,
        name: &str,
        given: &[Abs],
        at: u32,
        frame: &Frame,
    ) -> Option<Abs> {
        match (name, given) {
            ("related", [resource, kind]) => Some(self.joined(resource, Some(kind), at, frame)),
            ("references", [resource, pointer]) => {
                self.consume(pointer, Purpose::Whole, &BTreeSet::new());
                Some(self.joined(resource, None, at, frame))
            }
            ("as_list", [value]) => Some(self.listed(value, frame)),
            ("port_in", [port, range]) => {
                self.port_in(port, range, frame);
                Some(Abs::computed())
            }
            ("has_block", [object, name]) if name.scalars().is_some() => {
                let blocks = self.keyed(object, name, &format!("block {at}"), frame);
                if blocks.items.is_some() || !blocks.fields.is_empty() {
                    return None;
                }
                for path in &blocks.paths {
                    self.record(path, Purpose::Defined, &BTreeSet::new());
                }
                let zero = BTreeSet::from([Value::from(0_i64)]);
                let count = self.count(&blocks);
                self.consume(&count, Purpose::Compare, &zero);
                Some(Abs::computed())
            }
            ("statements", [policy]) => Some(self.statements(policy, frame)),
            _ => None,
        }
    }

    pub(super) fn joined(
        &mut self,
        resource: &Abs,
        kind: Option<&Abs>,
        at: u32,
        frame: &Frame,
    ) -> Abs {
        self.addresses = true;
        let mut kinds: Vec<Option<Arc<str>>> = vec![None];
        if let Some(literals) = kind.and_then(|kind| kind.scalars()) {
            let names = literals.iter().filter_map(|kind| kind.as_string().ok().cloned());
            kinds = names.map(Some).collect();
        }
        let mut origins: BTreeSet<Origin> = BTreeSet::new();
        for path in &resource.paths {
            match &path.root {
                Root::Record(_, origin) if path.is_record() => {
                    origins.insert(origin.hop());
                }
                _ => {}
            }
        }
        if origins.len() != resource.paths.len() || resource.computed || origins.is_empty() {
            self.wanders = true;
            origins.insert(Origin::Scan(self.site(frame, format!("related {at}"))));
        }
        let mut items = Abs::default();
        for kind in &kinds {
            for origin in &origins {
                items.join(Abs::path(Path::new(Root::Record(kind.clone(), *origin))));
            }
        }
        // Even an empty set of joined records is read.
        for path in &items.paths {
            self.record(path, Purpose::Defined, &BTreeSet::new());
        }
        Abs::items(items)
    }

    /// One or many as a list: read when its members are used.
    fn listed(&mut self, value: &Abs, frame: &Frame) -> Abs {
        let mut items = Abs { paths: BTreeSet::new(), ..value.clone() };
        for path in &value.paths {
            items.paths.insert(self.extend(path, &Seg::Item, "", frame));
            items.paths.insert(Path { lone: true, ..path.clone() });
        }
        if let Some(inner) = items.items.take() {
            items.join(*inner);
        }
        Abs { items: Some(Box::new(items)), sized: value.paths.clone(), ..Abs::default() }
    }

    /// A range is compared with the port: itself, its elements, or the ends that it names.
    fn port_in(&mut self, port: &Abs, range: &Abs, frame: &Frame) {
        self.consume(port, Purpose::Whole, &BTreeSet::new());
        let against = port.scalars().and_then(|literals| expressions::against(literals, false));
        let list = self.listed(range, frame);
        let each = list.items.as_deref().cloned().unwrap_or_default();
        for path in &each.paths {
            self.record(&Path { lone: true, ..path.clone() }, Purpose::Whole, &BTreeSet::new());
        }
        for key in ["from", "to", "from_port", "to_port"] {
            let end = self.step(&each, &Seg::Key(key.into()), "", frame);
            match &against {
                Some(against) => self.consume(&end, Purpose::Compare, against),
                None => self.consume(&end, Purpose::Whole, &BTreeSet::new()),
            }
        }
    }

    /// The normal form of a policy's statements: each member is read when it is used.
    pub(super) fn statements(&mut self, policy: &Abs, frame: &Frame) -> Abs {
        let list = self.step(policy, &Seg::Key("Statement".into()), "", frame);
        for path in &list.paths {
            self.record(path, Purpose::Type, &BTreeSet::new());
        }
        let mut each = self.step(&list, &Seg::Item, "", frame);
        for path in &each.paths {
            self.record(path, Purpose::Type, &BTreeSet::new());
        }
        each.join(list);
        let mut statement = Abs::default();
        for (field, key) in STATEMENT {
            let member = self.step(&each, &Seg::Key((*key).into()), "", frame);
            let member = match *field {
                "effect" | "conditions" => fallen_back(member, false),
                "has_condition" => fallen_back(member, true),
                "principals" | "not_principals" => self.principals(&member, frame),
                _ => {
                    let list = self.listed(&member, frame);
                    Abs { sized: fallen_back(member, false).paths, ..list }
                }
            };
            statement.fields.insert((*field).into(), member);
        }
        Abs::items(statement)
    }

    /// The principals of one form: everyone, or one or many under a kind.
    fn principals(&mut self, written: &Abs, frame: &Frame) -> Abs {
        let mut items = Abs::default();
        for path in &written.paths {
            let kind = self.extend(path, &Seg::Any, "", frame);
            let name = self.extend(&kind, &Seg::Item, "", frame);
            for path in [path.clone(), kind, name] {
                items.paths.insert(Path { derived: true, lone: true, ..path });
            }
        }
        let sized = fallen_back(written.clone(), true).paths;
        Abs { items: Some(Box::new(items)), sized, ..Abs::default() }
    }

    pub(super) fn builtin(&mut self, name: &str, given: &[Abs], frame: &Frame) -> Abs {
        match (name, given) {
            ("count", [value]) if value.items.is_none() && value.fields.is_empty() => {
                self.count(value)
            }
            ("startswith" | "endswith" | "contains" | "regex.match", [_, _]) => {
                self.question(name, given);
                Abs::computed()
            }
            ("count" | "object.keys", [value]) => {
                self.consume_shape(value);
                Abs::computed()
            }
            ("sprintf", [format, values]) => {
                // Text is read when it is used; until then it matters only that its parts are there.
                let mut paths = BTreeSet::new();
                sources(format, &mut paths);
                sources(values, &mut paths);
                for path in &paths {
                    self.record(path, Purpose::Defined, &BTreeSet::new());
                }
                let paths = paths.into_iter().map(|path| Path { derived: true, ..path }).collect();
                Abs { paths, computed: true, ..Abs::default() }
            }
            // What is not there is told, so that it matters only in the text.
            (TEMPLATE, [parts]) => {
                let mut paths = BTreeSet::new();
                sources(parts, &mut paths);
                let paths = paths.into_iter().map(|path| Path { derived: true, ..path }).collect();
                Abs { paths, computed: true, ..Abs::default() }
            }
            ("object.get", [value, key, default]) => self.get(value, key, default, frame),
            ("type_name", [value]) => self.typed(value),
            // Compared as the number that it says: texts of the literals are tried beside them.
            ("to_number", [value]) if value.items.is_none() && value.fields.is_empty() => {
                value.clone()
            }
            (name, [value]) if name.starts_with("is_") => self.typed(value),
            ("array.concat", [one, other]) => {
                let mut items = self.members(one, &Seg::Any, "", frame).1;
                items.join(self.members(other, &Seg::Any, "", frame).1);
                let mut sized = one.paths.clone();
                sized.extend(one.sized.iter().chain(&other.paths).chain(&other.sized).cloned());
                Abs { items: Some(Box::new(items)), sized, ..Abs::default() }
            }
            _ => {
                for value in given {
                    self.consume(value, Purpose::Whole, &BTreeSet::new());
                }
                Abs::computed()
            }
        }
    }

    /// How many members a value has: read when the number is used, whether there is one at once.
    fn count(&mut self, value: &Abs) -> Abs {
        self.consume_shape(&Abs { paths: BTreeSet::new(), ..value.clone() });
        for path in &value.paths {
            self.record(path, Purpose::Type, &BTreeSet::new());
        }
        let paths = value.paths.iter().cloned();
        let paths = paths.map(|path| Path { counted: true, ..path }).collect();
        Abs { paths, computed: true, ..Abs::default() }
    }

    /// A question about a text, if it is put with literals.
    fn question(&mut self, name: &str, given: &[Abs]) {
        let (("regex.match", [part, text]) | (_, [text, part])) = (name, given) else { return };
        if let Some(parts) = part.scalars() {
            let question = |part: &Value| Value::from(vec![name.into(), part.clone()]);
            self.consume(text, Purpose::Text, &parts.iter().map(question).collect());
        } else {
            self.consume(text, Purpose::Whole, &BTreeSet::new());
            self.consume(part, Purpose::Whole, &BTreeSet::new());
        }
    }

    pub(super) fn typed(&mut self, value: &Abs) -> Abs {
        for path in &value.paths {
            self.record(path, Purpose::Type, &BTreeSet::new());
        }
        Abs::computed()
    }

    pub(super) fn get(&mut self, value: &Abs, key: &Abs, default: &Abs, frame: &Frame) -> Abs {
        let mut result = value.clone();
        if let Some(keys) = key.scalars() {
            let texts: Vec<_> =
                keys.iter().filter_map(|key| key.as_string().ok().cloned()).collect();
            result = match texts.as_slice() {
                [text] if keys.len() == 1 => {
                    self.step(value, &Seg::Key(Arc::clone(text)), "", frame)
                }
                _ => self.members(value, &Seg::At, "get", frame).1,
            };
        } else {
            // A path of keys, or a key that is itself a value: anything below.
            self.consume(key, Purpose::Whole, &BTreeSet::new());
            let mut below = value.clone();
            below.paths =
                below.paths.into_iter().map(|path| Path { derived: true, ..path }).collect();
            result.join(below);
            result.join(self.keyed(value, &Abs::computed(), "get", frame));
            self.negative += 1;
            self.consume(&result, Purpose::Whole, &BTreeSet::new());
            self.negative -= 1;
        }
        result.paths =
            result.paths.into_iter().map(|path| Path { fallback: true, ..path }).collect();
        result.join(default.clone());
        result
    }
}

/// A value with something else in its place where it is missing.
fn fallen_back(value: Abs, derived: bool) -> Abs {
    let paths = value.paths.into_iter();
    let paths = paths.map(|path| Path { derived: path.derived || derived, fallback: true, ..path });
    Abs { paths: paths.collect(), ..value }
}

/// Everything that a value is made of.
fn sources(value: &Abs, paths: &mut BTreeSet<Path>) {
    paths.extend(value.paths.iter().chain(&value.sized).cloned());
    for member in value.fields.values().chain(value.items.as_deref()) {
        sources(member, paths);
    }
}
