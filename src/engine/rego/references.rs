//! Following references: from names to rules, records and their members.

use std::collections::BTreeSet;
use std::sync::Arc;

use regorus::Value;
use regorus::unstable::{Expr, Ref, Rule, RuleHead};

use super::reads::{Env, Frame, MAX_PATH, Purpose, Walk};
use super::shape::{Abs, Origin, Path, Root, Seg};
use super::table::{self, Access, Target};

impl Walk<'_> {
    /// The collection that is run through: a set of records is not pooled by that.
    pub(super) fn iterated(&mut self, expr: &Expr, env: &mut Env, frame: &Frame) -> Abs {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.reference(expr, env, frame, true)
            }
            other => self.expr(other, env, frame),
        }
    }

    pub(super) fn reference(
        &mut self,
        expr: &Expr,
        env: &mut Env,
        frame: &Frame,
        iterated: bool,
    ) -> Abs {
        let (base, accesses) = table::steps(expr);
        let (mut value, used) = self.base(base, &accesses, env, frame, iterated);
        let rest = &accesses[used..];
        let plain = rest.is_empty();
        for access in rest {
            value = match access {
                Access::Key(key) => self.step(&value, &Seg::Key(Arc::clone(key)), "", frame),
                Access::Index(index) => self.index(&value, index, env, frame),
            };
        }
        if !plain {
            // Running through the records of a type reads the records, not the list.
            let list = |path: &&Path| iterated && path.root == Root::Input;
            for path in value.paths.iter().filter(|path| !list(path)) {
                self.record(path, Purpose::Defined, &BTreeSet::new());
            }
        }
        value
    }

    pub(super) fn base(
        &mut self,
        base: &Expr,
        accesses: &[Access<'_>],
        env: &mut Env,
        frame: &Frame,
        iterated: bool,
    ) -> (Abs, usize) {
        let Expr::Var { span, eidx, .. } = base else { return (self.expr(base, env, frame), 0) };
        let name = span.text();
        let local = env.get(name).cloned();
        let Some(target) = self.table.resolve(frame.module, name, accesses) else {
            return (local.unwrap_or_default(), 0);
        };
        let (mut value, used) = match target {
            Target::Input(keys) => {
                let mut value = Abs::path(Path::new(Root::Input));
                for key in keys {
                    value = self.step(&value, &Seg::Key(key), "", frame);
                }
                (value, 0)
            }
            Target::Nothing => (Abs::computed(), accesses.len()),
            Target::Rules(paths, used) => {
                let opened = iterated && used == accesses.len()
                    || matches!(accesses.get(used), Some(Access::Index(_)));
                (self.rules(&paths, opened, *eidx, frame), used)
            }
        };
        if let Some(local) = local {
            // A local name hides the rule here, or the rule is meant elsewhere in the body: both.
            for access in &accesses[..used] {
                let Access::Key(key) = access else { continue };
                let step = self.step(&local, &Seg::Key(Arc::clone(key)), "", frame);
                value.join(step);
            }
            if used == 0 {
                value.join(local);
            }
        }
        (value, used)
    }

    pub(super) fn rules(&mut self, paths: &[String], opened: bool, at: u32, frame: &Frame) -> Abs {
        let mut value = Abs::default();
        // Apart from the calls in the same place.
        let context = self.intern(frame.context, frame.module, at as usize | 1 << 31);
        let inner = Frame { module: frame.module, context };
        for (number, path) in paths.iter().enumerate() {
            let Some(entry) = self.table.get(path) else { continue };
            let collects = entry.definitions.iter().all(|(_, rule)| match &**rule {
                Rule::Spec { head: RuleHead::Set { .. }, .. } => true,
                Rule::Spec { head: RuleHead::Compr { refr, .. }, .. } => {
                    table::steps(refr).1.iter().any(|step| matches!(step, Access::Index(_)))
                }
                _ => false,
            });
            let pool = u32::from(!(collects && opened));
            self.pooling += pool;
            self.negative += if collects { pool } else { 0 };
            value.join(self.entry(entry, &inner, number, None));
            self.negative -= if collects { pool } else { 0 };
            self.pooling -= pool;
        }
        value
    }

    pub(super) fn index(
        &mut self,
        value: &Abs,
        index: &Ref<Expr>,
        env: &mut Env,
        frame: &Frame,
    ) -> Abs {
        if let Expr::Var { span, .. } = &**index {
            let name = span.text();
            let free = name == "_"
                || env.get(name).is_none_or(|bound| *bound == Abs::default())
                    && self.is_local(name, frame);
            let site =
                if name == "_" { format!("_ {}", index.eidx()) } else { format!("[{name}]") };
            if free || name == "_" {
                let seg = if name == "_" { Seg::Any } else { Seg::At };
                let (keys, members) = self.members(value, &seg, &site, frame);
                if name != "_" && keys != Abs::default() {
                    self.bind(index, keys, env, frame);
                }
                return members;
            }
            let key = self.expr(index, env, frame);
            return self.keyed(value, &key, &site, frame);
        }
        let key = self.expr(index, env, frame);
        if let Expr::Number { span, .. } = &**index {
            return self.step(
                value,
                &Seg::Key(span.text().into()),
                &format!("#{}", span.text()),
                frame,
            );
        }
        let site = format!("[] {}", index.eidx());
        let mut names = BTreeSet::new();
        table::pattern(index, &mut names);
        if !names.is_empty() && !matches!(&**index, Expr::Var { .. }) {
            let (keys, members) = self.members(value, &Seg::At, &site, frame);
            self.consume(&keys, Purpose::Whole, &BTreeSet::new());
            self.bind(index, keys, env, frame);
            return members;
        }
        self.keyed(value, &key, &site, frame)
    }

    /// A member under a key that is itself a value.
    pub(super) fn keyed(&mut self, value: &Abs, key: &Abs, site: &str, frame: &Frame) -> Abs {
        let mut result = Abs::default();
        let mut addresses = false;
        for path in &key.paths {
            if let Some(found) = Self::by_address(value, path) {
                result.join(found);
                addresses = true;
            }
        }
        if addresses && !key.computed {
            return result;
        }
        if let Some(literals) = key.scalars() {
            let texts: Vec<_> = literals.iter().filter_map(|key| key.as_string().ok()).collect();
            if texts.len() == literals.len() {
                for text in texts {
                    result.join(self.step(value, &Seg::Key(Arc::clone(text)), site, frame));
                }
                return result;
            }
        }
        match value.constants() {
            Some(constants) => {
                let mut against = constants;
                let keys = value.fields.keys();
                against.extend(keys.map(|key| Value::String(Arc::clone(key))));
                self.consume(key, Purpose::Compare, &against);
            }
            None => self.consume(key, Purpose::Whole, &BTreeSet::new()),
        }
        result.join(self.members(value, &Seg::At, site, frame).1);
        result
    }

    /// `input.by_address[x]` and `input.edges.from[x]` where x leads back to a record.
    pub(super) fn by_address(value: &Abs, key: &Path) -> Option<Abs> {
        let [Seg::Key(first), rest @ ..] = value.paths.first()?.segs.as_slice() else {
            return None;
        };
        if value.paths.len() != 1 || value.paths.first()?.root != Root::Input || key.derived {
            return None;
        }
        match (&**first, rest) {
            ("by_address", []) => {
                if let Some((kind, origin)) = key.address_of() {
                    return Some(Abs::path(Path::new(Root::Record(kind.clone(), origin))));
                }
                let Root::Edges(Some(origin)) = key.root else { return None };
                Some(Abs::path(Path::new(Root::Record(None, origin.hop()))))
            }
            ("edges", [Seg::Key(_)]) => {
                let origin = key.address_of().map(|(_, origin)| origin);
                Some(Abs::path(Path::new(Root::Edges(Some(origin?)))))
            }
            _ => None,
        }
    }

    pub(super) fn step(&mut self, value: &Abs, seg: &Seg, site: &str, frame: &Frame) -> Abs {
        let mut result = Abs::default();
        for path in &value.paths {
            result.join(Abs::path(self.extend(path, seg, site, frame)));
        }
        match seg {
            Seg::Key(key) => {
                if let Some(field) = value.fields.get(key) {
                    result.join(field.clone());
                }
            }
            Seg::Any | Seg::At | Seg::Item => {
                value.fields.values().for_each(|field| result.join(field.clone()));
            }
        }
        if let Some(items) = &value.items {
            let mut items = (**items).clone();
            if !matches!(seg, Seg::Any | Seg::Item) {
                // Which member that is depends on how many there are.
                items.paths =
                    items.paths.into_iter().map(|path| Path { fallback: true, ..path }).collect();
            }
            result.join(items);
        }
        result.computed |= value.computed;
        result
    }

    pub(super) fn extend(&mut self, path: &Path, seg: &Seg, site: &str, frame: &Frame) -> Path {
        let mut path = path.clone();
        if path.segs.len() >= MAX_PATH {
            self.everything = true;
            return path;
        }
        path.segs.push(seg.clone());
        path.lone = false;
        if path.root != Root::Input {
            return path;
        }
        self.wanders |= match path.segs.first() {
            Some(Seg::Key(first)) => matches!(&**first, "by_address" | "edges"),
            _ => true,
        };
        self.addresses |= match path.segs.first() {
            Some(Seg::Key(first)) => &**first == "by_address",
            _ => true,
        };
        let root = match path.segs.as_slice() {
            [Seg::Key(first), kind, _] if &**first == "by_type" => {
                let (kind, name) = match kind {
                    Seg::Key(kind) => (Some(Arc::clone(kind)), format!("{kind} {site}")),
                    Seg::Any | Seg::At | Seg::Item => (None, format!("* {site}")),
                };
                Root::Record(kind, Origin::Scan(self.site(frame, name)))
            }
            [Seg::Key(first), _] if &**first == "by_address" => {
                Root::Record(None, Origin::Scan(self.site(frame, format!("@ {site}"))))
            }
            [Seg::Key(first), _, _] if &**first == "edges" => Root::Edges(None),
            _ => return path,
        };
        Path::new(root)
    }

    /// Keys and members of a collection.
    pub(super) fn members(
        &mut self,
        value: &Abs,
        seg: &Seg,
        site: &str,
        frame: &Frame,
    ) -> (Abs, Abs) {
        let members = self.step(value, seg, site, frame);
        let mut keys = Abs::default();
        for path in &members.paths {
            self.record(path, Purpose::Defined, &BTreeSet::new());
        }
        let addresses = |path: &Path| matches!(path.segs.as_slice(), [Seg::Key(first)] if path.root == Root::Input && &**first == "by_address");
        if value.paths.iter().any(addresses) {
            for path in members.paths.iter().filter(|path| path.is_record()) {
                let mut path = path.clone();
                path.segs.push(Seg::Key("address".into()));
                keys.join(Abs::path(path));
            }
        }
        let literals = value.fields.keys().map(|key| Value::String(Arc::clone(key)));
        keys.literals.extend(literals);
        if let Some(items) = &value.items {
            keys.join((**items).clone());
        }
        keys.computed |= !value.paths.is_empty() && keys.paths.is_empty() || value.computed;
        (keys, members)
    }
}
