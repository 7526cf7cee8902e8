//! Comprehensions and fields whose names are computed: what comes once fields are known.

use std::rc::Rc;

use super::eval::{
    Conjunct, Env, Evaluator, Found, Id, Later, Names, Pending, Scope, State, Value, What, kinds,
};
use super::number::Number;
use super::tree::{Clause, Comprehension, Expr, Key, Mark};
use super::{Fault, FaultKind};

/// What a comprehension gives: its body with the names of its clauses.
type Yields<'a> = Vec<Env<'a>>;

impl<'a> Evaluator<'a> {
    /// Comprehensions and fields with computed names, as far as what they need is known. Whether there is more to do.
    pub fn later(&mut self, id: Id, pending: &mut Pending<'a>) -> Found<bool> {
        let mut waiting = None;
        for index in 0..pending.later.len() {
            let later = pending.later[index].clone();
            let done = match &later {
                Later::Comprehension(comprehension, conjunct) => {
                    self.comprehension(comprehension, conjunct, pending)
                }
                Later::Field(name, mark, value, conjunct) => {
                    self.computed_field(id, name, *mark, value, conjunct)
                }
                Later::List(elements, conjunct) => self.insert_elements(id, elements, conjunct),
            };
            match done {
                Ok(()) => {
                    pending.later.remove(index);
                    return Ok(true);
                }
                Err(fault) if fault.kind == FaultKind::Incomplete => {
                    waiting.get_or_insert(fault);
                }
                Err(fault) => return Err(fault),
            }
        }
        if let Some(fault) = waiting {
            let fault = self.located(id, fault);
            self.nodes[id].content.fault.get_or_insert(fault);
        }
        Ok(false)
    }

    fn comprehension(
        &mut self,
        comprehension: &'a Comprehension,
        conjunct: &Conjunct<'a>,
        pending: &mut Pending<'a>,
    ) -> Found<()> {
        let yields = self.yields(comprehension, &conjunct.env)?;
        let over = self.gone_over(&yields, &conjunct.env);
        pending.done.push((comprehension, conjunct.env.clone(), over));
        for env in yields {
            let what = What::Expr(&comprehension.body);
            pending.queue.push_back(Conjunct { what, env, ..conjunct.clone() });
        }
        Ok(())
    }

    fn computed_field(
        &mut self,
        id: Id,
        name: &'a Expr,
        mark: Mark,
        value: &'a Expr,
        conjunct: &Conjunct<'a>,
    ) -> Found<()> {
        let key = match self.value(name, &conjunct.env)? {
            Value::Text(text) => Key::Text(text),
            other => {
                let what = format!("the name of a field is {}, not a text", self.shown(&other));
                return Err(self.not_concrete(&other, name.at, what));
            }
        };
        self.add_field(id, &key, mark, conjunct.with(What::Expr(value)))
    }

    /// The scopes in which the body of a comprehension counts.
    pub fn yields(&mut self, comprehension: &'a Comprehension, env: &Env<'a>) -> Found<Yields<'a>> {
        let mut all = vec![env.clone()];
        for clause in &comprehension.clauses {
            let mut next = Vec::new();
            for env in all {
                self.step(comprehension.body.at)?;
                match clause {
                    Clause::If(condition) => match self.value(condition, &env)? {
                        Value::Bool(true) => next.push(env),
                        Value::Bool(false) => {}
                        other => {
                            let what = format!("a condition is {}", self.shown(&other));
                            return Err(self.not_concrete(&other, condition.at, what));
                        }
                    },
                    Clause::Let(name, expr) => {
                        let node = self.anonymous(expr, &env);
                        next.push(Some(named(&env, name, Value::Node(node))));
                    }
                    Clause::For { key, value, source } => {
                        for (name, item) in self.entries(source, &env)? {
                            let mut inner = env.clone();
                            if let Some(key) = key {
                                inner = Some(named(&inner, key, name));
                            }
                            next.push(Some(named(&inner, value, item)));
                        }
                    }
                }
            }
            all = next;
        }
        Ok(all)
    }

    /// What a `for` goes over: keys or indexes, and values.
    fn entries(&mut self, source: &'a Expr, env: &Env<'a>) -> Found<Vec<(Value, Value)>> {
        let over = self.value(source, env)?;
        let Value::Node(node) = over else {
            let what = format!(
                "`for` goes over {}, which is neither a struct nor a list",
                self.shown(&over)
            );
            return Err(Fault::fatal(source.at, what));
        };
        let content = &self.nodes[node].content;
        if content.kinds != kinds::STRUCT && content.kinds != kinds::LIST {
            let what = "`for` goes over what is not known".to_owned();
            return Err(Fault::incomplete(source.at, what));
        }
        // How long a list is, is known when it is whole.
        let is_made = self.nodes[node].state == State::Working && content.lists.is_empty();
        if content.kinds == kinds::LIST && is_made {
            return Err(Fault::fatal(source.at, "a list is made of its own elements".to_owned()));
        }
        let wanted = content.arcs.iter().filter(|(key, arc)| {
            arc.mark == Mark::Plain && matches!(key, Key::Text(_) | Key::Index(_))
        });
        let found = wanted.map(|(key, arc)| {
            let name = match key {
                Key::Index(index) => {
                    let index = i64::try_from(*index).unwrap_or(i64::MAX);
                    Value::Number(Number::from(index))
                }
                Key::Text(name) | Key::Definition(name) | Key::Hidden(name) => {
                    Value::Text(Rc::clone(name))
                }
            };
            (name, Value::Node(arc.node))
        });
        Ok(found.collect())
    }
}

fn named<'a>(env: &Env<'a>, name: &Rc<str>, value: Value) -> Rc<Scope<'a>> {
    let names = Names::One(Rc::clone(name), value);
    Rc::new(Scope { up: env.clone(), names })
}
