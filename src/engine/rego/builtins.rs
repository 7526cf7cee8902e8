//! Built-in functions that can hang, exhaust memory, or look outside: bounded ones stand in for them.
//!
//! A bounded one checks its arguments and then calls regorus's own; beyond a bound it fails, which ends the rule.

use anyhow::{Result, bail};
use regorus::unstable::{BUILTINS, Expr, Ref, Span};
use regorus::{Engine, Source, Value};

use super::library::{self, Refusal};

/// Most elements that one call may make.
const MAX_ELEMENTS: i64 = 10_000;
/// Longest text that one call may make, in bytes.
const MAX_TEXT: usize = 1024 * 1024;
/// Largest shift in bits, largest width or precision in a format.
const MAX_WIDTH: i64 = 256;
/// Largest value that one call may walk through, in nodes.
const MAX_NODES: usize = 1_000_000;

type Check = fn(&[Value]) -> Result<()>;

const BOUNDED: &[(&str, u8, Check)] = &[
    ("numbers.range", 2, range),
    ("numbers.range_step", 3, range_step),
    ("bits.lsh", 2, shift),
    ("bits.rsh", 2, shift),
    ("net.cidr_expand", 1, expand),
    ("sprintf", 2, format),
    ("concat", 2, concat),
    ("replace", 3, replace),
    ("strings.replace_n", 2, replace_many),
    ("regex.replace", 3, regex_replace),
    ("array.concat", 2, array_concat),
    ("json.marshal", 1, marshal),
    ("json.marshal_with_options", 2, marshal),
    ("base64.encode", 1, marshal),
    ("hex.encode", 1, marshal),
    ("upper", 1, marshal),
    ("union", 1, marshal),
    ("graph.reachable", 2, marshal),
    ("graph.reachable_paths", 2, paths),
    ("json.patch", 2, marshal),
];

/// Functions that no rule may call, with the reason.
pub(super) fn refusal(name: &str) -> Option<&'static str> {
    match name {
        "http.send" | "net.lookup_ip_addr" => Some("a rule must not reach the network"),
        "opa.runtime" => Some("a rule must not see the environment"),
        _ if name.starts_with("rand.") || name == "uuid.rfc4122" => {
            Some("a verdict must not depend on chance")
        }
        "time.now_ns" => Some("a verdict must not depend on the clock"),
        _ if name.starts_with("azure.policy.") => Some("it is not part of Rego"),
        _ => None,
    }
}

/// How many arguments a built-in function takes, if there is one of that name.
pub(super) fn arity(name: &str) -> Option<u8> {
    match name {
        // Those that stand in texts that are rewritten for tests.
        super::rewrite::MARK | super::rewrite::EFFECT => Some(2),
        super::rewrite::CASE => Some(1),
        _ => {
            let own = library::find(name).map(|builtin| builtin.arity);
            own.or_else(|| BUILTINS.get(name).map(|(_, arguments)| *arguments))
        }
    }
}

/// Put our own and the bounded functions in place. With `strict`, what they refuse ends the rule. Of our own only those that some
/// text names: every evaluation copies the list.
pub(super) fn install(engine: &mut Engine, strict: bool, texts: &[&str]) -> Result<()> {
    let is_named = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        texts.iter().any(|text| text.contains(last))
    };
    for builtin in library::all().filter(|builtin| is_named(builtin.name)) {
        let run = move |values: Vec<Value>| {
            if values.contains(&Value::Undefined) {
                return Ok(Value::Undefined);
            }
            // What is read is bounded, so that what is made is.
            bounded(&values)?;
            match (builtin.run)(&values) {
                Ok(value) => Ok(value),
                Err(Refusal::Bound(message)) => bail!(message),
                Err(Refusal::Type(message)) if strict => bail!("{}: {message}", builtin.name),
                Err(Refusal::Type(_)) => Ok(Value::Undefined),
            }
        };
        engine.add_extension(builtin.name.to_owned(), builtin.arity, Box::new(run))?;
    }
    for (name, arguments, check) in BOUNDED {
        let (name, check) = (*name, *check);
        if !BUILTINS.contains_key(name) {
            continue;
        }
        let bounded = move |values: Vec<Value>| {
            check(&values)?;
            original(name, &values, strict)
        };
        engine.add_extension(name.to_owned(), *arguments, Box::new(bounded))?;
    }
    Ok(())
}

/// Call regorus's own function; what it refuses is undefined, as for every built-in function.
fn original(name: &str, values: &[Value], strict: bool) -> Result<Value> {
    let Some((function, _)) = BUILTINS.get(name) else { bail!("unknown function {name}") };
    let source = Source::from_contents(name.to_owned(), String::new())?;
    let span = Span { source, line: 1, col: 1, start: 0, end: 0 };
    let argument = Ref::new(Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 });
    let arguments = vec![argument; values.len()];
    let value = function(&span, &arguments, values, strict);
    if strict { value } else { Ok(value.unwrap_or(Value::Undefined)) }
}

fn integer(value: Option<&Value>) -> Option<i128> {
    value?.as_i128().ok()
}

fn range(values: &[Value]) -> Result<()> {
    range_by(values, 1)
}

fn range_step(values: &[Value]) -> Result<()> {
    match integer(values.get(2)) {
        Some(step) if step > 0 => range_by(values, step),
        _ => bail!("numbers.range_step: the step must be a whole number above 0"),
    }
}

fn range_by(values: &[Value], step: i128) -> Result<()> {
    let too_many = || anyhow::anyhow!("numbers.range: more than {MAX_ELEMENTS} elements");
    let (Some(from), Some(to)) = (integer(values.first()), integer(values.get(1))) else {
        // Not whole numbers: refused by the function itself, unless they are just too large.
        let numbers = values.iter().all(|value| value.as_number().is_ok());
        return if numbers { Err(too_many()) } else { Ok(()) };
    };
    let far = i128::from(i64::MAX);
    if from.abs() > far || to.abs() > far || (to - from).abs() / step >= i128::from(MAX_ELEMENTS) {
        return Err(too_many());
    }
    Ok(())
}

fn shift(values: &[Value]) -> Result<()> {
    match integer(values.get(1)) {
        Some(bits) if bits.abs() <= i128::from(MAX_WIDTH) => Ok(()),
        None if values.get(1).is_some_and(|value| value.as_number().is_err()) => Ok(()),
        _ => bail!("bits.lsh: a shift of more than {MAX_WIDTH} bits"),
    }
}

fn expand(values: &[Value]) -> Result<()> {
    let Some(text) = values.first().and_then(|value| value.as_string().ok()) else { return Ok(()) };
    let Ok(net) = text.parse::<ipnet::IpNet>() else { return Ok(()) };
    if net.max_prefix_len() - net.prefix_len() > 12 {
        bail!("net.cidr_expand: {net} has more than 4096 addresses");
    }
    Ok(())
}

fn format(values: &[Value]) -> Result<()> {
    let Some(text) = values.first().and_then(|value| value.as_string().ok()) else { return Ok(()) };
    let mut directive = false;
    let mut digits = 0;
    for character in text.chars() {
        match character {
            '%' => (directive, digits) = (!directive, 0),
            '*' if directive => bail!("sprintf: a width of * is not supported"),
            '0'..='9' if directive => digits += 1,
            '.' | '+' | '-' | '#' | ' ' if directive => digits = 0,
            _ => directive = false,
        }
        if digits > 3 {
            bail!("sprintf: a width or precision above 999");
        }
    }
    bounded(values)
}

fn concat(values: &[Value]) -> Result<()> {
    let separator = values.first().map_or(0, text_length);
    let mut total = 0_usize;
    let mut add = |value: &Value| total = total.saturating_add(separator + text_length(value));
    match values.get(1) {
        Some(Value::Array(items)) => items.iter().for_each(&mut add),
        Some(Value::Set(items)) => items.iter().for_each(&mut add),
        _ => {}
    }
    limit_text("concat", total)
}

fn replace(values: &[Value]) -> Result<()> {
    let [text, from, to] = values else { return Ok(()) };
    let hits = text_length(text) / text_length(from).max(1) + 1;
    limit_text("replace", text_length(text).saturating_add(hits.saturating_mul(text_length(to))))
}

fn regex_replace(values: &[Value]) -> Result<()> {
    let [text, _, to] = values else { return Ok(()) };
    let total = (text_length(text) + 1).saturating_mul(text_length(to) + 1);
    limit_text("regex.replace", total)
}

fn replace_many(values: &[Value]) -> Result<()> {
    let (Some(Value::Object(pairs)), Some(text)) = (values.first(), values.get(1)) else {
        return Ok(());
    };
    let mut total = text_length(text);
    for (from, to) in pairs.iter() {
        let hits = total / text_length(from).max(1) + 1;
        total = total.saturating_add(hits.saturating_mul(text_length(to)));
        limit_text("strings.replace_n", total)?;
    }
    Ok(())
}

fn array_concat(values: &[Value]) -> Result<()> {
    let length = |value: &Value| value.as_array().map_or(0, |items| items.iter().count());
    if values.iter().map(length).sum::<usize>() > MAX_NODES {
        bail!("array.concat: more than {MAX_NODES} elements");
    }
    Ok(())
}

fn marshal(values: &[Value]) -> Result<()> {
    bounded(values)
}

/// Paths in a graph can be as many as its sets of nodes.
fn paths(values: &[Value]) -> Result<()> {
    let edges = match values.first() {
        Some(Value::Object(graph)) => graph.iter().map(|(_, to)| match to {
            Value::Array(items) => items.iter().count(),
            Value::Set(items) => items.iter().count(),
            _ => 0,
        }),
        _ => return Ok(()),
    };
    // As many paths as there are ways to choose an edge at each node.
    let paths = edges.fold(1_usize, |paths, count| paths.saturating_mul(count.max(1)));
    if paths > MAX_NODES {
        bail!("graph.reachable_paths: there may be more than {MAX_NODES} paths");
    }
    Ok(())
}

fn bounded(values: &[Value]) -> Result<()> {
    let mut nodes = 0;
    let mut bytes = 0;
    for value in values {
        measure(value, &mut nodes, &mut bytes)?;
    }
    limit_text("a function", bytes)
}

/// Counts nodes and bytes as if nothing were shared, because printing and comparing walk it so.
fn measure(value: &Value, nodes: &mut usize, bytes: &mut usize) -> Result<()> {
    *nodes += 1;
    *bytes = bytes.saturating_add(text_length(value));
    if *nodes > MAX_NODES {
        bail!("a value of more than {MAX_NODES} parts");
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| measure(item, nodes, bytes)),
        Value::Set(items) => items.iter().try_for_each(|item| measure(item, nodes, bytes)),
        Value::Object(map) => map.iter().try_for_each(|(key, item)| {
            measure(key, nodes, bytes)?;
            measure(item, nodes, bytes)
        }),
        _ => Ok(()),
    }
}

fn text_length(value: &Value) -> usize {
    value.as_string().map_or(0, |text| text.len())
}

fn limit_text(what: &str, bytes: usize) -> Result<()> {
    if bytes > 8 * MAX_TEXT {
        bail!("{what}: a text of more than {} bytes", 8 * MAX_TEXT);
    }
    Ok(())
}
