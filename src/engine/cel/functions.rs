//! The functions that an expression may call: one table, with what each makes of null and unknown arguments.

use super::arithmetic::MAX_LIST;
use super::evaluate::Machine;
use super::node::Node;
use super::value::{Outcome, Reasons, Val, merge};
use super::{
    addresses, grants, library, network, optional, policy, refine, regexes, sets, settings, time,
    versions,
};
use crate::engine::Failure;
use crate::engine::texts::Question;

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    style: Style,
    least: usize,
    most: usize,
    pub(super) nulls: Nulls,
    pub(super) run: Run,
}

/// How it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `f(x)`
    Global,
    /// `x.f()`
    Member,
    /// Both; arguments are counted as of a member.
    Either,
}

/// What a null argument does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    /// The result is false.
    False,
    /// The result is null.
    Null,
    /// The function sees null and unknown arguments and decides.
    Seen,
}

/// Who runs it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    /// A function of ours.
    Own(for<'a> fn(&mut Machine<'a>, &[Val<'a>]) -> Outcome<'a>),
    /// The crate `cel`.
    Crate,
}

use Nulls::{False, Null, Seen};
use Run::{Crate, Own};
use Style::{Either, Global, Member};

const fn function(
    name: &'static str,
    style: Style,
    (least, most): (usize, usize),
    nulls: Nulls,
    run: Run,
) -> Function {
    Function { name, style, least, most, nulls, run }
}

/// Names before the dot of a qualified function.
pub(super) const NAMESPACES: [&str; 9] =
    ["math", "lists", "strings", "base64", "optional", "sets", "regex", "ip", "cel"];

/// Every function.
pub(super) static FUNCTIONS: &[Function] = &[
    // Everything
    function("size", Either, (0, 0), Seen, Own(library::size)),
    function("type", Global, (1, 1), Seen, Own(library::type_of)),
    function("dyn", Global, (1, 1), Seen, Own(library::identity)),
    function("int", Global, (1, 1), Null, Crate),
    function("uint", Global, (1, 1), Null, Crate),
    function("double", Global, (1, 1), Null, Crate),
    function("string", Global, (1, 1), Null, Crate),
    function("bool", Global, (1, 1), Null, Crate),
    function("bytes", Global, (1, 1), Null, Crate),
    function("int_of", Global, (1, 1), Null, Own(library::int_of)),
    function("bool_of", Global, (1, 1), Null, Own(library::bool_of)),
    function("list_of", Global, (1, 1), Seen, Own(library::list_of)),
    function("json", Global, (1, 1), Seen, Own(library::json)),
    // Texts
    function("startsWith", Member, (1, 1), False, Own(library::starts_with)),
    function("endsWith", Member, (1, 1), False, Own(library::ends_with)),
    function("contains", Member, (1, 1), False, Own(library::contains)),
    function("matches", Either, (1, 1), False, Own(library::matches)),
    function("glob", Global, (2, 2), False, Own(library::glob)),
    function("lower", Global, (1, 1), Seen, Own(library::lower)),
    function("lowerAscii", Member, (0, 0), Null, Own(library::lower_ascii)),
    function("upperAscii", Member, (0, 0), Null, Own(library::upper_ascii)),
    function("trim", Member, (0, 0), Null, Own(library::trim)),
    function("replace", Member, (2, 3), Null, Crate),
    function("split", Member, (1, 2), Null, Crate),
    function("substring", Member, (1, 2), Null, Crate),
    function("charAt", Member, (1, 1), Null, Crate),
    function("indexOf", Member, (1, 2), Null, Crate),
    function("lastIndexOf", Member, (1, 2), Null, Crate),
    function("format", Member, (1, 1), Null, Crate),
    function("strings.quote", Global, (1, 1), Null, Crate),
    function("base64.encode", Global, (1, 1), Null, Crate),
    function("base64.decode", Global, (1, 1), Null, Crate),
    // Lists
    function("join", Member, (0, 1), Null, Crate),
    function("reverse", Member, (0, 0), Null, Crate),
    function("distinct", Member, (0, 0), Null, Crate),
    function("sort", Member, (0, 0), Null, Crate),
    function("slice", Member, (2, 2), Null, Crate),
    function("flatten", Member, (0, 1), Null, Crate),
    function("lists.range", Global, (1, 1), Null, Crate),
    // Numbers
    function("math.greatest", Global, (1, 32), Null, Own(library::greatest)),
    function("math.least", Global, (1, 32), Null, Own(library::least)),
    function("math.abs", Global, (1, 1), Null, Crate),
    function("math.ceil", Global, (1, 1), Null, Crate),
    function("math.floor", Global, (1, 1), Null, Crate),
    function("math.round", Global, (1, 1), Null, Crate),
    function("math.trunc", Global, (1, 1), Null, Crate),
    function("math.sign", Global, (1, 1), Null, Crate),
    function("math.sqrt", Global, (1, 1), Null, Crate),
    function("math.isInf", Global, (1, 1), Null, Crate),
    function("math.isNaN", Global, (1, 1), Null, Crate),
    function("math.isFinite", Global, (1, 1), Null, Crate),
    function("math.bitAnd", Global, (2, 2), Null, Crate),
    function("math.bitOr", Global, (2, 2), Null, Crate),
    function("math.bitXor", Global, (2, 2), Null, Crate),
    function("math.bitNot", Global, (1, 1), Null, Crate),
    function("math.bitShiftLeft", Global, (2, 2), Null, Crate),
    function("math.bitShiftRight", Global, (2, 2), Null, Crate),
    // Sets
    function("sets.contains", Global, (2, 2), Seen, Own(sets::contains)),
    function("sets.intersects", Global, (2, 2), Seen, Own(sets::intersects)),
    function("sets.equivalent", Global, (2, 2), Seen, Own(sets::equivalent)),
    // Parts of texts
    function("regex.extract", Global, (2, 2), Null, Own(regexes::extract)),
    function("regex.extractAll", Global, (2, 2), Null, Own(regexes::extract_all)),
    function("regex.replace", Global, (3, 4), Null, Own(regexes::replace)),
    // Values that may not be there
    function("optional.of", Global, (1, 1), Seen, Own(optional::of)),
    function("optional.none", Global, (0, 0), Seen, Own(optional::none)),
    function("optional.ofNonZeroValue", Global, (1, 1), Seen, Own(optional::of_non_zero)),
    function("optional.unwrap", Global, (1, 1), Null, Own(optional::unwrap)),
    function("unwrapOpt", Member, (0, 0), Null, Own(optional::unwrap)),
    function("hasValue", Member, (0, 0), Seen, Own(optional::has_value)),
    function("value", Member, (0, 0), Seen, Own(optional::value)),
    function("first", Member, (0, 0), Seen, Own(optional::first)),
    function("last", Member, (0, 0), Seen, Own(optional::last)),
    // Time
    function("timestamp", Global, (1, 1), Null, Own(time::timestamp)),
    function("duration", Global, (1, 1), Null, Own(time::duration)),
    function("getFullYear", Member, (0, 1), Null, Own(time::full_year)),
    function("getMonth", Member, (0, 1), Null, Own(time::month)),
    function("getDate", Member, (0, 1), Null, Own(time::date)),
    function("getDayOfMonth", Member, (0, 1), Null, Own(time::day_of_month)),
    function("getDayOfWeek", Member, (0, 1), Null, Own(time::day_of_week)),
    function("getDayOfYear", Member, (0, 1), Null, Own(time::day_of_year)),
    function("getHours", Member, (0, 1), Null, Own(time::hours)),
    function("getMinutes", Member, (0, 1), Null, Own(time::minutes)),
    function("getSeconds", Member, (0, 1), Null, Own(time::seconds)),
    function("getMilliseconds", Member, (0, 1), Null, Own(time::milliseconds)),
    // Versions
    function("semver", Global, (1, 2), Null, Own(versions::semver)),
    function("isSemver", Global, (1, 2), False, Own(versions::is_semver)),
    function("satisfies", Member, (1, 1), False, Own(versions::satisfies)),
    function("major", Member, (0, 0), Null, Own(versions::major)),
    function("minor", Member, (0, 0), Null, Own(versions::minor)),
    function("patch", Member, (0, 0), Null, Own(versions::patch)),
    function("isLessThan", Member, (1, 1), False, Own(versions::is_less)),
    function("isGreaterThan", Member, (1, 1), False, Own(versions::is_greater)),
    function("compareTo", Member, (1, 1), Null, Own(versions::compare)),
    // Secrets
    function("is_secret", Global, (2, 2), Seen, Own(settings::is_secret)),
    function("holds_secret", Global, (1, 1), Seen, Own(settings::holds_secret)),
    function("script_holds_secret", Global, (1, 1), Seen, Own(settings::script_holds_secret)),
    function("base64_text", Global, (1, 1), Seen, Own(settings::base64_text)),
    // Networks
    function("ip", Global, (1, 1), Null, Own(addresses::ip)),
    function("isIP", Global, (1, 1), False, Own(addresses::is_ip)),
    function("isCIDR", Global, (1, 1), False, Own(addresses::is_cidr)),
    function("ip.isCanonical", Global, (1, 1), False, Own(addresses::is_canonical)),
    function("family", Member, (0, 0), Null, Own(addresses::family)),
    function("isUnspecified", Member, (0, 0), False, Own(addresses::is_unspecified)),
    function("isLoopback", Member, (0, 0), False, Own(addresses::is_loopback)),
    function("isGlobalUnicast", Member, (0, 0), False, Own(addresses::is_global_unicast)),
    function("isLinkLocalUnicast", Member, (0, 0), False, Own(addresses::is_link_local_unicast)),
    function(
        "isLinkLocalMulticast",
        Member,
        (0, 0),
        False,
        Own(addresses::is_link_local_multicast),
    ),
    function("containsIP", Member, (1, 1), False, Own(addresses::contains_ip)),
    function("containsCIDR", Member, (1, 1), False, Own(addresses::contains_cidr)),
    function("ip", Member, (0, 0), Null, Own(addresses::ip_of)),
    function("masked", Member, (0, 0), Null, Own(addresses::masked)),
    function("prefixLength", Member, (0, 0), Null, Own(network::prefix)),
    function("cidr", Global, (1, 1), Seen, Own(network::cidr)),
    function("is_any", Member, (0, 0), False, Own(network::is_any)),
    function("is_public", Member, (0, 0), False, Own(network::is_public)),
    function("prefix", Member, (0, 0), Null, Own(network::prefix)),
    function("port_in", Global, (2, 2), Seen, Own(network::port_in)),
    // Policies and other resources
    function("statements", Global, (1, 1), Seen, Own(policy::statements)),
    function("policy", Global, (1, 1), Seen, Own(grants::policy)),
    function("allows", Member, (2, 3), Seen, Own(grants::may)),
    function("allows_always", Member, (2, 3), Seen, Own(grants::always)),
    function("related", Global, (1, 1), Seen, Own(library::related)),
    function("references", Global, (1, 1), Seen, Own(library::references)),
    function("referrers", Global, (1, 1), Seen, Own(library::referrers)),
];

impl Function {
    /// Least and most arguments in brackets.
    pub(super) fn arity(&self, member: bool) -> (usize, usize) {
        let target = usize::from(!member && self.style == Either);
        (self.least + target, self.most + target)
    }

    /// Whether it can be called that way.
    pub(super) fn has_style(&self, style: Style) -> bool {
        self.style == style || self.style == Either
    }
}

/// The function of a name; `member` where it is called on a value.
pub(super) fn find(name: &str, member: bool) -> Option<&'static Function> {
    let style = if member { Member } else { Global };
    FUNCTIONS.iter().find(|function| function.name == name && function.has_style(style))
}

/// That the arguments have no type that the function takes.
pub(super) fn mismatch(name: &str, arguments: &[Val<'_>]) -> Failure {
    let given: Vec<_> = arguments.iter().map(Val::described).collect();
    Failure::error(format!("`{name}` does not take {}", given.join(" and ")))
}

impl<'a> Machine<'a> {
    /// Calls a function of ours.
    pub(super) fn call(&mut self, function: &'static Function, nodes: &'a [Node]) -> Outcome<'a> {
        let Own(run) = function.run else {
            return Err(Failure::error(format!("`{}` cannot be run", function.name)));
        };
        let arguments = match self.arguments(nodes)? {
            Ok(arguments) => arguments,
            Err(reasons) => return Ok(Val::unknown(reasons)),
        };
        match self.settled(function.nulls, &arguments)? {
            Some(Val::Unknown(open)) => {
                self.charge(if function.name == "matches" { 1_000 } else { 1 })?;
                Ok(refine::call(function.name, &arguments, open.reasons))
            }
            Some(value) => Ok(value),
            None => run(self, &arguments),
        }
    }

    /// `matches()` with a literal pattern.
    pub(super) fn matches(&mut self, (text, regex): &'a (Node, regex::Regex)) -> Outcome<'a> {
        match self.evaluate(text)? {
            Val::Null => Ok(Val::Bool(false)),
            Val::Unknown(open) => {
                self.charge(1_000)?;
                let decided = refine::ask(Question::Matches, &open, regex.as_str());
                Ok(decided.map_or_else(|| Val::unknown(open.reasons), Val::Bool))
            }
            Val::Text(text) => {
                self.charge_bytes(text.len() * 4)?;
                Ok(Val::Bool(regex.is_match(&text)))
            }
            other => Err(mismatch("matches", &[other])),
        }
    }

    /// The arguments' values; unknown as a whole where one is unknown and another fails.
    pub(super) fn arguments(
        &mut self,
        nodes: &'a [Node],
    ) -> Result<Result<Vec<Val<'a>>, Reasons>, Failure> {
        let mut values = Vec::with_capacity(nodes.len());
        let (mut unknown, mut error) = (None, None);
        for node in nodes {
            match self.evaluate(node) {
                Err(failure) if failure.budget => return Err(failure),
                Err(failure) => drop(error.get_or_insert(failure)),
                Ok(value) => {
                    if let Val::Unknown(open) = &value {
                        merge(&mut unknown, &open.reasons);
                    }
                    values.push(value);
                }
            }
        }
        match (error, unknown) {
            (None, _) => Ok(Ok(values)),
            (Some(_), Some(reasons)) => Ok(Err(reasons)),
            (Some(failure), None) => Err(failure),
        }
    }

    /// The result where null or unknown arguments settle it.
    pub(super) fn settled(
        &mut self,
        nulls: Nulls,
        arguments: &[Val<'a>],
    ) -> Result<Option<Val<'a>>, Failure> {
        if nulls == Seen {
            return Ok(None);
        }
        if arguments.iter().any(Val::is_null) {
            return Ok(Some(if nulls == False { Val::Bool(false) } else { Val::Null }));
        }
        let mut unknown = None;
        for argument in arguments {
            match argument {
                Val::List(items) => self.charge(items.len().min(MAX_LIST))?,
                Val::Map(map) => self.charge(map.len())?,
                Val::Policy(items) => self.charge(items.len())?,
                _ => {}
            }
            if let Some(reasons) = argument.reasons() {
                merge(&mut unknown, &reasons);
            }
        }
        Ok(unknown.map(Val::unknown))
    }
}
