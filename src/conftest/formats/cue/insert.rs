//! What a conjunct adds to a node.

use std::rc::Rc;

use super::eval::{
    Arc, Bound, Conjunct, Disjunction, Evaluator, Found, Id, Later, List, Names, Path, Pattern,
    Pending, Scope, Standing, State, Value, What, kinds,
};
use super::reference::Target;
use super::tree::{Declaration, Element, Expr, Key, Kind, Label, Mark, Operator, Struct};
use super::{Fault, FaultKind};

impl<'a> Evaluator<'a> {
    pub fn insert(
        &mut self,
        id: Id,
        conjunct: Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<()> {
        self.step(conjunct.at())?;
        let expr = match &conjunct.what {
            What::Expr(expr) => *expr,
            What::Value(value) => {
                pending.solid |= !conjunct.cyclic;
                return match value {
                    Value::Node(node) => self.insert_node(id, *node, &conjunct, pending),
                    scalar => self.insert_scalar(id, scalar.clone(), conjunct.at()),
                };
            }
            What::List(items) => {
                pending.solid = true;
                let items = Rc::clone(items);
                return self.insert_items(id, &items, &conjunct);
            }
            What::Map(entries) => {
                pending.solid = true;
                self.restrict(id, kinds::STRUCT, conjunct.at())?;
                for (name, value) in Rc::clone(entries).iter() {
                    let inner = conjunct.with(What::Value(value.clone()));
                    self.add_field(id, &Key::Text(Rc::clone(name)), Mark::Plain, inner)?;
                }
                return Ok(());
            }
        };
        self.insert_expr(id, expr, conjunct, pending)
    }

    fn insert_expr(
        &mut self,
        id: Id,
        expr: &'a Expr,
        conjunct: Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<()> {
        let solid = !conjunct.cyclic;
        match &expr.kind {
            Kind::Name(_) | Kind::Select(..) | Kind::Index(..) => {
                return self.insert_reference(id, expr, conjunct, pending);
            }
            Kind::Binary(Operator::And, left, right) => {
                pending.queue.push_back(conjunct.with(What::Expr(left)));
                pending.queue.push_back(conjunct.with(What::Expr(right)));
                return Ok(());
            }
            Kind::Alias(name, inner) => {
                let names = Names::One(Rc::clone(name), Value::Node(id));
                let env = Some(Rc::new(Scope { up: conjunct.env.clone(), names }));
                let what = What::Expr(inner);
                pending.queue.push_back(Conjunct { what, env, ..conjunct });
                return Ok(());
            }
            _ => pending.solid |= solid,
        }
        match &expr.kind {
            Kind::Struct(tree) => self.insert_struct(id, tree, &conjunct, pending),
            Kind::List(elements) => {
                self.restrict(id, kinds::LIST, expr.at)?;
                let later = |element: &Element| matches!(element, Element::Comprehension(_));
                if elements.iter().any(later) {
                    pending.later.push(Later::List(elements, conjunct));
                    return Ok(());
                }
                self.insert_elements(id, elements, &conjunct)
            }
            Kind::Binary(Operator::Or, ..) => {
                let mut operands = Vec::new();
                alternatives(expr, &mut operands);
                if conjunct.unmarked {
                    for (_, marked) in &mut operands {
                        *marked = false;
                    }
                }
                pending.disjunctions.push(Disjunction { operands, conjunct });
                Ok(())
            }
            Kind::Bottom => Err(Fault::fatal(expr.at, "`_|_` is written here")),
            Kind::Top => Ok(()),
            Kind::Null => self.insert_scalar(id, Value::Null, expr.at),
            Kind::Bool(value) => self.insert_scalar(id, Value::Bool(*value), expr.at),
            Kind::Number(value) => self.insert_scalar(id, Value::Number(value.clone()), expr.at),
            Kind::Text(value) => self.insert_scalar(id, Value::Text(Rc::clone(value)), expr.at),
            Kind::Bytes(value) => self.insert_scalar(id, Value::Bytes(Rc::clone(value)), expr.at),
            Kind::Call(function, arguments) => {
                if !self.special_call(id, function, arguments, &conjunct, pending)? {
                    pending.expressions.push_back(conjunct);
                }
                Ok(())
            }
            _ => {
                pending.expressions.push_back(conjunct);
                Ok(())
            }
        }
    }

    /// `and`, `or` and `close`: their arguments are unified, not their values.
    fn special_call(
        &mut self,
        id: Id,
        function: &'a Expr,
        arguments: &'a [Expr],
        conjunct: &Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<bool> {
        let Kind::Name(name) = &function.kind else { return Ok(false) };
        let ([argument], true) = (arguments, self.is_builtin(name, &conjunct.env)) else {
            return Ok(false);
        };
        match &**name {
            "close" => {
                let close = self.closes.call(conjunct.close, conjunct.embedded, id);
                let what = What::Expr(argument);
                let inner = Conjunct { what, close, embedded: false, ..conjunct.clone() };
                pending.queue.push_back(inner);
            }
            "and" | "or" => {
                let list = self.value(argument, &conjunct.env)?;
                let items = self.items(&list, argument.at)?;
                if &**name == "and" {
                    for item in items {
                        pending.queue.push_back(conjunct.with(What::Value(item)));
                    }
                    return Ok(true);
                }
                if items.is_empty() {
                    return Err(Fault::fatal(argument.at, "`or` has no alternatives"));
                }
                let operands = items.into_iter().map(|item| (What::Value(item), false)).collect();
                let conjunct = conjunct.clone();
                pending.disjunctions.push(Disjunction { operands, conjunct });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn insert_reference(
        &mut self,
        id: Id,
        expr: &'a Expr,
        conjunct: Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<()> {
        match self.resolve(expr, &conjunct.env)? {
            Target::Value(value) => {
                pending.solid |= !conjunct.cyclic;
                match value {
                    Value::Node(target) => self.insert_node(id, target, &conjunct, pending),
                    scalar => self.insert_scalar(id, scalar, expr.at),
                }
            }
            Target::Kinds(kinds, bounds) => {
                pending.solid |= !conjunct.cyclic;
                self.restrict(id, kinds, expr.at)?;
                let bounds = bounds.into_iter().map(|bound| (bound, expr.at));
                self.nodes[id].content.bounds.extend(bounds);
                Ok(())
            }
            Target::Function(name) => {
                pending.solid |= !conjunct.cyclic;
                let value = self.call(name, None, expr.at)?;
                self.insert_result(id, value, &conjunct, pending)
            }
            Target::Package(path) => {
                Err(Fault::fatal(expr.at, format!("the package {path} is no value")))
            }
            Target::Node { node, closes } => {
                let mut conjunct = conjunct;
                if closes {
                    let close = self.closes.definition(conjunct.close, conjunct.embedded);
                    conjunct = Conjunct { close, embedded: false, ..conjunct };
                }
                self.insert_target(id, expr, &conjunct, node, pending);
                Ok(())
            }
        }
    }

    /// The conjuncts of another node.
    fn insert_target(
        &mut self,
        id: Id,
        expr: &'a Expr,
        conjunct: &Conjunct<'a>,
        target: Id,
        pending: &mut Pending<'a>,
    ) {
        let address = std::ptr::from_ref(expr) as usize;
        let base = self.nodes[target].base;
        if base == self.nodes[id].base || !pending.seen.insert((address, base)) {
            return;
        }
        let circle = self.is_around(base, id) || is_on(conjunct.path.as_ref(), address, base);
        let path = Some(Rc::new(Path { expr: address, target: base, up: conjunct.path.clone() }));
        let conjunct = Conjunct { path, ..conjunct.clone() };
        if circle {
            pending.cyclic.push((conjunct, target));
        } else {
            self.follow(&conjunct, target, pending);
        }
    }

    /// Whether a node lies in another.
    fn is_around(&self, outer: Id, inner: Id) -> bool {
        let mut next = self.nodes[inner].parent;
        while let Some(id) = next {
            if self.nodes[id].base == outer {
                return true;
            }
            next = self.nodes[id].parent;
        }
        false
    }

    pub fn follow(&mut self, conjunct: &Conjunct<'a>, target: Id, pending: &mut Pending<'a>) {
        self.nodes[target].read = true;
        if !self.nodes[target].choices.is_empty() {
            pending.queue.push_back(conjunct.with(What::Value(Value::Node(target))));
            return;
        }
        let unmarked = conjunct.unmarked || self.has_no_default(target);
        for own in self.nodes[target].conjuncts.clone() {
            pending.queue.push_back(Conjunct {
                what: own.what,
                env: own.env,
                close: conjunct.close,
                embedded: conjunct.embedded,
                path: conjunct.path.clone(),
                cyclic: conjunct.cyclic || own.cyclic,
                unmarked,
            });
        }
    }

    /// Whether no alternative of a node that is left is marked.
    fn has_no_default(&mut self, node: Id) -> bool {
        let is_default = |leaf: &(Id, Standing)| leaf.1 == Standing::Default;
        self.evaluate(node);
        let known = &self.nodes[node];
        known.state == State::Done && !known.content.alternatives.iter().flatten().any(is_default)
    }

    /// A node as it is: its conjuncts, or what was made of them where an alternative was taken.
    pub fn insert_node(
        &mut self,
        id: Id,
        node: Id,
        conjunct: &Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<()> {
        if self.nodes[node].choices.is_empty() {
            self.follow(conjunct, node, pending);
            return Ok(());
        }
        self.evaluate(node);
        self.go_on()?;
        let content = self.nodes[node].content.clone();
        if let Some(fault) = content.fault {
            return Err(fault);
        }
        let at = conjunct.at();
        self.restrict(id, content.kinds, at)?;
        if let Some(scalar) = content.scalar {
            self.insert_scalar(id, scalar, at)?;
        }
        let mine = &mut self.nodes[id].content;
        mine.bounds.extend(content.bounds);
        mine.lists.extend(content.lists);
        mine.patterns.extend(content.patterns);
        if !content.structs.is_empty() {
            mine.structs.push(conjunct.close);
        }
        if !content.open.is_empty() {
            mine.open.push(conjunct.close);
        }
        for (key, arc) in content.arcs {
            let inner = conjunct.with(What::Value(Value::Node(arc.node)));
            self.add_field(id, &key, arc.mark, inner)?;
        }
        Ok(())
    }

    pub fn restrict(&mut self, id: Id, allowed: u8, at: usize) -> Found<()> {
        let before = self.nodes[id].content.kinds;
        let after = before & allowed;
        if after == 0 {
            let what = format!("{} does not go with {}", kind_words(allowed), kind_words(before));
            return Err(Fault::fatal(at, what));
        }
        self.nodes[id].content.kinds = after;
        Ok(())
    }

    pub fn insert_scalar(&mut self, id: Id, value: Value, at: usize) -> Found<()> {
        if let Some(known) = self.nodes[id].content.scalar.clone() {
            if same(&known, &value) {
                return Ok(());
            }
            let what = format!("{} does not go with {}", self.shown(&value), self.shown(&known));
            return Err(Fault::fatal(at, what));
        }
        let kind = kind_of(&value);
        if self.nodes[id].content.kinds & kind == 0 {
            let others = kind_words(self.nodes[id].content.kinds);
            let what = format!("{} does not go with {others}", self.shown(&value));
            return Err(Fault::fatal(at, what));
        }
        let content = &mut self.nodes[id].content;
        content.kinds &= kind;
        content.scalar = Some(value);
        Ok(())
    }

    /// What a call or operator gave.
    pub fn insert_result(
        &mut self,
        id: Id,
        result: super::builtins::Result,
        conjunct: &Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<()> {
        use super::builtins::Result as R;
        let what = match result {
            R::Bound(bound) => {
                self.nodes[id].content.bounds.push((bound, conjunct.at()));
                return Ok(());
            }
            R::Kinds(kinds, bounds) => {
                self.restrict(id, kinds, conjunct.at())?;
                let at = conjunct.at();
                self.nodes[id].content.bounds.extend(bounds.into_iter().map(|bound| (bound, at)));
                return Ok(());
            }
            R::Value(Value::Node(node)) => What::Value(Value::Node(node)),
            R::Value(scalar) => return self.insert_scalar(id, scalar, conjunct.at()),
            R::List(items) => What::List(items.into()),
            R::Map(entries) => What::Map(entries.into()),
        };
        pending.queue.push_back(conjunct.with(what));
        Ok(())
    }

    /// An operator or call, once all references are followed.
    pub fn expression(
        &mut self,
        id: Id,
        conjunct: &Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<()> {
        let What::Expr(expr) = conjunct.what else { return Ok(()) };
        let result = self.computed(expr, &conjunct.env);
        let result = result.and_then(|result| self.insert_result(id, result, conjunct, pending));
        self.waits(id, result)
    }

    fn insert_struct(
        &mut self,
        id: Id,
        tree: &'a Struct,
        conjunct: &Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<()> {
        let embeds =
            |it: &Declaration| matches!(it, Declaration::Embed(_) | Declaration::Comprehension(_));
        let fields = |it: &Declaration| match it {
            Declaration::Field { label, .. } => {
                !matches!(label, Label::Key(Key::Definition(_) | Key::Hidden(_)))
            }
            Declaration::Open => true,
            _ => false,
        };
        let has_embeds = tree.declarations.iter().any(embeds);
        if !has_embeds || tree.declarations.iter().any(fields) {
            self.restrict(id, kinds::STRUCT, conjunct.at())?;
        }
        let close = if has_embeds {
            self.closes.structure(conjunct.close, conjunct.embedded)
        } else {
            conjunct.close
        };
        let names = Names::Struct { tree, node: id };
        let env = Some(Rc::new(Scope { up: conjunct.env.clone(), names }));
        let inner = Conjunct { env, close, embedded: false, unmarked: false, ..conjunct.clone() };
        self.nodes[id].content.structs.push(close);
        for declaration in &tree.declarations {
            match declaration {
                Declaration::Field { label, mark, value, .. } => {
                    let value = inner.with(What::Expr(value));
                    self.insert_field(id, label, *mark, value, pending)?;
                }
                Declaration::Open => self.nodes[id].content.open.push(close),
                Declaration::Embed(expr) => {
                    let what = What::Expr(expr);
                    pending.queue.push_back(Conjunct { what, embedded: true, ..inner.clone() });
                }
                Declaration::Comprehension(comprehension) => {
                    let inner = Conjunct { embedded: true, ..inner.clone() };
                    pending.later.push(Later::Comprehension(comprehension, inner));
                }
                Declaration::Let { .. } => {}
            }
        }
        Ok(())
    }

    fn insert_field(
        &mut self,
        id: Id,
        label: &'a Label,
        mark: Mark,
        value: Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<()> {
        match label {
            Label::Key(key) => self.add_field(id, key, mark, value),
            Label::Dynamic(name) => {
                let What::Expr(expr) = value.what else { return Ok(()) };
                pending.later.push(Later::Field(name, mark, expr, value));
                Ok(())
            }
            Label::Pattern(name, pattern) => {
                let pattern = value.with(What::Expr(pattern));
                let name = name.clone();
                self.add_pattern(id, &Pattern { pattern, name, value })
            }
        }
    }

    fn add_pattern(&mut self, id: Id, pattern: &Pattern<'a>) -> Found<()> {
        let keys: Vec<Key> = self.nodes[id].content.arcs.keys().cloned().collect();
        self.nodes[id].content.patterns.push(pattern.clone());
        for key in keys {
            self.apply_pattern(id, &key, pattern)?;
        }
        Ok(())
    }

    fn apply_pattern(&mut self, id: Id, key: &Key, pattern: &Pattern<'a>) -> Found<()> {
        let Key::Text(text) = key else { return Ok(()) };
        if !self.fits(&pattern.pattern, text)? {
            return Ok(());
        }
        let mut value = pattern.value.clone();
        if let Some(name) = &pattern.name {
            let names = Names::One(Rc::clone(name), Value::Text(Rc::clone(text)));
            value.env = Some(Rc::new(Scope { up: value.env, names }));
        }
        let close = value.close;
        let Some(arc) = self.nodes[id].content.arcs.get_mut(key) else { return Ok(()) };
        arc.from.push(close);
        let node = arc.node;
        self.add_conjunct(node, value)
    }

    /// Whether a text is one of a pattern.
    fn fits(&mut self, pattern: &Conjunct<'a>, text: &Rc<str>) -> Found<bool> {
        self.step(pattern.at())?;
        if let What::Expr(Expr { kind: Kind::Top, .. }) = pattern.what {
            return Ok(true);
        }
        let env = pattern.env.clone();
        let text = Self::conjunct(What::Value(Value::Text(Rc::clone(text))), None);
        let own = Self::conjunct(pattern.what.clone(), env);
        let node = self.node(None, None, vec![own, text]);
        self.evaluate(node);
        self.go_on()?;
        match &self.nodes[node].content.fault {
            None => Ok(true),
            Some(fault) if fault.kind == FaultKind::Fatal => Ok(false),
            Some(fault) => Err(fault.clone()),
        }
    }

    pub fn add_field(
        &mut self,
        id: Id,
        key: &Key,
        mark: Mark,
        conjunct: Conjunct<'a>,
    ) -> Found<()> {
        self.step(conjunct.at())?;
        let close = conjunct.close;
        if let Some(arc) = self.nodes[id].content.arcs.get_mut(key) {
            arc.mark = arc.mark.max(mark);
            arc.from.push(close);
            let node = arc.node;
            return self.add_conjunct(node, conjunct);
        }
        let node = self.node(Some(id), Some(key.clone()), vec![conjunct]);
        self.go_on()?;
        if self.nodes[id].missed.remove(key) {
            self.epoch += 1;
        }
        let arc = Arc { node, mark, from: vec![close] };
        self.nodes[id].content.arcs.insert(key.clone(), arc);
        for pattern in self.nodes[id].content.patterns.clone() {
            self.apply_pattern(id, key, &pattern)?;
        }
        Ok(())
    }

    fn add_conjunct(&mut self, node: Id, conjunct: Conjunct<'a>) -> Found<()> {
        let at = conjunct.at();
        let known = &mut self.nodes[node];
        known.conjuncts.push(conjunct);
        match known.state {
            State::Working => {
                let what = "a value that what it depends on adds to";
                let fault = self.located(node, Fault::unsupported(at, what));
                self.end(fault);
            }
            State::Fresh if !known.read => {}
            _ => {
                known.state = State::Fresh;
                self.epoch += 1;
            }
        }
        self.go_on()
    }

    fn insert_items(&mut self, id: Id, items: &[Value], conjunct: &Conjunct<'a>) -> Found<()> {
        self.restrict(id, kinds::LIST, conjunct.at())?;
        for (index, item) in items.iter().enumerate() {
            let inner = conjunct.with(What::Value(item.clone()));
            self.add_field(id, &Key::Index(index), Mark::Plain, inner)?;
        }
        let (length, at) = (items.len(), conjunct.at());
        self.nodes[id].content.lists.push(List { length, open: false, more: None, at });
        Ok(())
    }

    pub fn insert_elements(
        &mut self,
        id: Id,
        elements: &'a [Element],
        conjunct: &Conjunct<'a>,
    ) -> Found<()> {
        let inner = Conjunct { embedded: false, unmarked: false, ..conjunct.clone() };
        let mut list = List { length: 0, open: false, more: None, at: conjunct.at() };
        for element in elements {
            match element {
                Element::Expr(expr) => {
                    let value = inner.with(What::Expr(expr));
                    self.add_field(id, &Key::Index(list.length), Mark::Plain, value)?;
                    list.length += 1;
                }
                Element::Comprehension(comprehension) => {
                    for env in self.yields(comprehension, &inner.env)? {
                        let what = What::Expr(&comprehension.body);
                        let value = Conjunct { what, env, ..inner.clone() };
                        self.add_field(id, &Key::Index(list.length), Mark::Plain, value)?;
                        list.length += 1;
                    }
                }
                Element::More(of) => {
                    list.open = true;
                    list.more = of.as_ref().map(|of| inner.with(What::Expr(of)));
                }
            }
        }
        self.nodes[id].content.lists.push(list);
        Ok(())
    }

    /// Lists of one node have one length; further elements are what the shorter ones say.
    pub fn lists(&mut self, id: Id) -> Found<()> {
        let lists = self.nodes[id].content.lists.clone();
        let length = lists.iter().map(|list| list.length).max().unwrap_or(0);
        for list in lists {
            if list.length < length && !list.open {
                let what = format!("a list of {} does not go with one of {length}", list.length);
                return Err(Fault::fatal(list.at, what));
            }
            let Some(more) = list.more else { continue };
            for index in list.length..length {
                self.add_field(id, &Key::Index(index), Mark::Plain, more.clone())?;
            }
        }
        Ok(())
    }
}

fn alternatives<'a>(expr: &'a Expr, found: &mut Vec<(What<'a>, bool)>) {
    match &expr.kind {
        Kind::Binary(Operator::Or, left, right) => {
            alternatives(left, found);
            alternatives(right, found);
        }
        Kind::Unary(Operator::Multiply, inner) => found.push((What::Expr(unmarked(inner)), true)),
        _ => found.push((What::Expr(expr), false)),
    }
}

/// An alternative without the mark of a default.
pub(super) fn unmarked(mut expr: &Expr) -> &Expr {
    while let Kind::Unary(Operator::Multiply, inner) = &expr.kind {
        expr = inner;
    }
    expr
}

fn is_on(path: Option<&Rc<Path>>, expr: usize, target: Id) -> bool {
    let mut next = path;
    while let Some(link) = next {
        if link.expr == expr && link.target == target {
            return true;
        }
        next = link.up.as_ref();
    }
    false
}

pub(super) fn kind_of(value: &Value) -> u8 {
    match value {
        Value::Null => kinds::NULL,
        Value::Bool(_) => kinds::BOOL,
        Value::Number(number) if number.float => kinds::FLOAT,
        Value::Number(_) => kinds::INT,
        Value::Text(_) => kinds::TEXT,
        Value::Bytes(_) => kinds::BYTES,
        Value::Node(_) => kinds::ALL,
    }
}

/// Whether two scalars are one.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => {
            left.float == right.float && left.compare(right).is_eq()
        }
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Bytes(left), Value::Bytes(right)) => left == right,
        _ => false,
    }
}

pub(super) fn kind_words(of: u8) -> String {
    if of == kinds::ALL {
        return "_".to_owned();
    }
    let names = [
        (kinds::NULL, "null"),
        (kinds::BOOL, "bool"),
        (kinds::NUMBER, "number"),
        (kinds::INT, "int"),
        (kinds::FLOAT, "float"),
        (kinds::TEXT, "string"),
        (kinds::BYTES, "bytes"),
        (kinds::STRUCT, "struct"),
        (kinds::LIST, "list"),
    ];
    let number = of & kinds::NUMBER == kinds::NUMBER;
    let part = |(kind, _): &&(u8, &str)| match *kind {
        kinds::NUMBER => number,
        kinds::INT | kinds::FLOAT => !number && of & *kind != 0,
        kind => of & kind != 0,
    };
    let words: Vec<&str> = names.iter().filter(part).map(|(_, name)| *name).collect();
    words.join(" or ")
}

/// What one argument of a bound is.
pub(super) fn bound_kinds(bound: &Bound) -> u8 {
    match bound {
        Bound::Compare(Operator::Unequal, Value::Null) | Bound::Function(..) => kinds::ALL,
        Bound::Compare(_, Value::Number(_)) => kinds::NUMBER,
        Bound::Compare(_, value) => kind_of(value),
        Bound::Match(..) => kinds::TEXT | kinds::BYTES,
    }
}
