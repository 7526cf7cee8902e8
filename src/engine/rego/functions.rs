//! Following calls: functions of modules are inlined, those of the library and of Rego are known.

use std::collections::BTreeSet;
use std::sync::Arc;

use regorus::unstable::{Expr, Ref};

use super::reads::{Env, Frame, Purpose, Walk};
use super::shape::{Abs, Origin, Path, Root, Seg};

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
            ("as_list", [value]) => {
                let (_, mut items) = self.quiet_members(value, frame);
                items.join(value.clone());
                Some(Abs::items(items))
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

    pub(super) fn quiet_members(&mut self, value: &Abs, frame: &Frame) -> (Abs, Abs) {
        (Abs::default(), self.step(value, &Seg::Any, "", frame))
    }

    /// The normal form of a policy's statements: each member is read when it is used.
    pub(super) fn statements(&mut self, policy: &Abs, frame: &Frame) -> Abs {
        let list = self.step(policy, &Seg::Key("Statement".into()), "", frame);
        for path in &list.paths {
            self.record(path, Purpose::Type, &BTreeSet::new());
        }
        let mut each = self.step(&list, &Seg::Any, "", frame);
        for path in &each.paths {
            self.record(path, Purpose::Type, &BTreeSet::new());
        }
        each.join(list);
        let mut statement = Abs::default();
        for (field, key) in STATEMENT {
            let mut member = self.step(&each, &Seg::Key((*key).into()), "", frame);
            member.paths = member
                .paths
                .into_iter()
                .map(|path| Path { derived: *field != "effect", fallback: true, ..path })
                .collect();
            statement.fields.insert((*field).into(), member);
        }
        Abs::items(statement)
    }

    pub(super) fn builtin(&mut self, name: &str, given: &[Abs], frame: &Frame) -> Abs {
        match (name, given) {
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
            ("object.get", [value, key, default]) => self.get(value, key, default, frame),
            ("type_name", [value]) => self.typed(value),
            (name, [value]) if name.starts_with("is_") => self.typed(value),
            ("array.concat", [one, other]) => {
                let mut items = self.members(one, &Seg::Any, "", frame).1;
                items.join(self.members(other, &Seg::Any, "", frame).1);
                Abs::items(items)
            }
            _ => {
                for value in given {
                    self.consume(value, Purpose::Whole, &BTreeSet::new());
                }
                Abs::computed()
            }
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

/// Everything that a value is made of.
fn sources(value: &Abs, paths: &mut BTreeSet<Path>) {
    paths.extend(value.paths.iter().cloned());
    for member in value.fields.values().chain(value.items.as_deref()) {
        sources(member, paths);
    }
}
