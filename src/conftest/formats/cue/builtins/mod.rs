//! Functions of CUE: those without a package, and those of the packages that configuration uses.

mod lists;
mod numbers;
mod paths;
mod texts;
mod written;

use std::rc::Rc;

use super::Fault;
use super::eval::{Bound, Env, Evaluator, Found, Value, kinds};
use super::number::Number;
use super::reference::Target;
use super::tree::{Expr, Kind};

/// What a function or an operator gives.
#[derive(Debug)]
pub(super) enum Result {
    Value(Value),
    Bound(Bound),
    Kinds(u8, Vec<Bound>),
    List(Vec<Value>),
    Map(Vec<(Rc<str>, Value)>),
}

/// Names of functions with the number of their arguments; with one less, a function marked `check` is a bound of a value.
struct Function {
    name: &'static str,
    arguments: usize,
    check: bool,
}

const fn function(name: &'static str, arguments: usize) -> Function {
    Function { name, arguments, check: false }
}

const fn check(name: &'static str, arguments: usize) -> Function {
    Function { name, arguments, check: true }
}

const FUNCTIONS: &[Function] = &[
    function("len", 1),
    function("close", 1),
    function("and", 1),
    function("or", 1),
    function("div", 2),
    function("mod", 2),
    function("quo", 2),
    function("rem", 2),
    function("error", 1),
    function("strings.ToUpper", 1),
    function("strings.ToLower", 1),
    function("strings.ToTitle", 1),
    function("strings.ToCamel", 1),
    function("strings.Contains", 2),
    function("strings.ContainsAny", 2),
    function("strings.Count", 2),
    function("strings.Fields", 1),
    function("strings.HasPrefix", 2),
    function("strings.HasSuffix", 2),
    function("strings.Index", 2),
    function("strings.IndexAny", 2),
    function("strings.LastIndex", 2),
    function("strings.Join", 2),
    function("strings.Repeat", 2),
    function("strings.Replace", 4),
    function("strings.Split", 2),
    function("strings.SplitN", 3),
    function("strings.SplitAfter", 2),
    function("strings.Trim", 2),
    function("strings.TrimLeft", 2),
    function("strings.TrimRight", 2),
    function("strings.TrimPrefix", 2),
    function("strings.TrimSuffix", 2),
    function("strings.TrimSpace", 1),
    function("strings.Runes", 1),
    function("strings.SliceRunes", 3),
    function("strings.ByteAt", 2),
    function("strings.ByteSlice", 3),
    function("strings.LastIndexAny", 2),
    function("strings.SplitAfterN", 3),
    check("strings.MinRunes", 2),
    check("strings.MaxRunes", 2),
    function("list.Concat", 1),
    function("list.FlattenN", 2),
    function("list.Repeat", 2),
    function("list.Reverse", 1),
    function("list.Slice", 3),
    function("list.Take", 2),
    function("list.Drop", 2),
    function("list.Sum", 1),
    function("list.Avg", 1),
    function("list.Min", 1),
    function("list.Max", 1),
    function("list.Product", 1),
    function("list.Range", 3),
    check("list.Contains", 2),
    check("list.MinItems", 2),
    check("list.MaxItems", 2),
    check("list.UniqueItems", 1),
    function("list.Sort", 2),
    function("list.SortStable", 2),
    function("list.SortStrings", 1),
    function("list.IsSorted", 2),
    function("list.IsSortedStrings", 1),
    check("struct.MinFields", 2),
    check("struct.MaxFields", 2),
    function("math.Abs", 1),
    function("math.Ceil", 1),
    function("math.Floor", 1),
    function("math.Round", 1),
    function("math.Trunc", 1),
    function("math.Sqrt", 1),
    function("math.Pow", 2),
    check("math.MultipleOf", 2),
    function("regexp.Match", 2),
    function("regexp.Find", 2),
    function("regexp.FindSubmatch", 2),
    function("regexp.FindAll", 3),
    function("regexp.FindAllSubmatch", 3),
    function("regexp.FindNamedSubmatch", 2),
    function("regexp.FindAllNamedSubmatch", 3),
    check("regexp.Valid", 1),
    function("regexp.ReplaceAll", 3),
    function("regexp.ReplaceAllLiteral", 3),
    function("strconv.Atoi", 1),
    function("strconv.ParseInt", 3),
    function("strconv.ParseUint", 3),
    function("strconv.ParseFloat", 2),
    function("strconv.FormatUint", 2),
    function("strconv.FormatFloat", 4),
    function("strconv.ParseBool", 1),
    function("strconv.FormatInt", 2),
    function("strconv.FormatBool", 1),
    function("strconv.Quote", 1),
    function("encoding/json.Marshal", 1),
    function("encoding/json.Unmarshal", 1),
    function("encoding/json.MarshalStream", 1),
    function("encoding/json.Compact", 1),
    function("encoding/json.Indent", 3),
    check("encoding/json.Valid", 1),
    function("encoding/yaml.Marshal", 1),
    function("encoding/yaml.MarshalStream", 1),
    function("encoding/yaml.Unmarshal", 1),
    function("encoding/base64.Encode", 2),
    function("encoding/base64.Decode", 2),
    function("encoding/hex.Encode", 1),
    function("encoding/hex.Decode", 1),
    function("crypto/md5.Sum", 1),
    function("crypto/sha1.Sum", 1),
    function("crypto/sha256.Sum256", 1),
    function("crypto/sha512.Sum512", 1),
    function("path.Join", 1),
    function("path.Clean", 1),
    function("path.Base", 1),
    function("path.Dir", 1),
    function("path.Ext", 1),
    function("path.IsAbs", 1),
    function("net.JoinHostPort", 2),
    function("net.PathEscape", 1),
    function("net.QueryEscape", 1),
    function("time.ParseDuration", 1),
    check("net.InCIDR", 2),
    check("net.IPv6", 1),
    check("net.IPv4", 1),
    check("net.IP", 1),
    check("net.IPCIDR", 1),
    check("net.FQDN", 1),
    check("time.Duration", 1),
    check("time.Time", 1),
];

/// Nanoseconds by name.
const TIMES: [(&str, i64); 6] = [
    ("time.Nanosecond", 1),
    ("time.Microsecond", 1_000),
    ("time.Millisecond", 1_000_000),
    ("time.Second", 1_000_000_000),
    ("time.Minute", 60_000_000_000),
    ("time.Hour", 3_600_000_000_000),
];

const PACKAGES: [&str; 17] = [
    "strings",
    "list",
    "struct",
    "math",
    "regexp",
    "strconv",
    "encoding/json",
    "encoding/yaml",
    "encoding/base64",
    "encoding/hex",
    "crypto/md5",
    "crypto/sha1",
    "crypto/sha256",
    "crypto/sha512",
    "path",
    "net",
    "time",
];

pub(super) fn is_package(path: &str) -> bool {
    PACKAGES.contains(&path)
}

/// Functions that CUE has and this evaluator has not.
pub(super) fn is_known(package: &str, name: &str) -> bool {
    package.is_empty() && matches!(name, "matchN" | "matchIf" | "self")
}

fn qualified(package: &str, name: &str) -> String {
    if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") }
}

/// A function or constant.
pub(super) fn find(package: &str, name: &str) -> Option<Target> {
    let wanted = qualified(package, name);
    if wanted == "list.Ascending" || wanted == "list.Descending" {
        return Some(Target::Value(Value::Text(format!("\u{0}{wanted}").into())));
    }
    if let Some((_, length)) = TIMES.iter().find(|(name, _)| *name == wanted) {
        return Some(Target::Value(Value::Number(Number::from(*length))));
    }
    if wanted == "path.Unix" {
        return Some(Target::Value(Value::Text("unix".into())));
    }
    let found = FUNCTIONS.iter().find(|function| function.name == wanted)?;
    Some(Target::Function(found.name))
}

impl<'a> Evaluator<'a> {
    /// A call as it is written.
    pub fn called(
        &mut self,
        function: &'a Expr,
        arguments: &'a [Expr],
        at: usize,
        env: &Env<'a>,
    ) -> Found<Result> {
        let Target::Function(name) = self.resolve(function, env)? else {
            let what = match &function.kind {
                Kind::Name(name) => format!("{name} is no function"),
                _ => "this is no function".to_owned(),
            };
            return Err(Fault::fatal(at, what));
        };
        if matches!(name, "list.Sort" | "list.SortStable" | "list.IsSorted") && arguments.len() == 2
        {
            let (list, order) = (&arguments[0], &arguments[1]);
            return self.sorted(list, order, name == "list.IsSorted", at, env);
        }
        let mut values = Vec::new();
        for argument in arguments {
            values.push(self.value(argument, env)?);
        }
        self.call(name, Some(values), at)
    }

    /// A function with its arguments; without any, it is named and not called.
    pub fn call(
        &mut self,
        name: &'static str,
        arguments: Option<Vec<Value>>,
        at: usize,
    ) -> Found<Result> {
        self.step(at)?;
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
            return Err(Fault::unsupported(at, name));
        };
        let given = arguments.as_ref().map_or(0, Vec::len);
        if function.check && given + 1 == function.arguments {
            let arguments = arguments.unwrap_or_default();
            if let Some(unknown) = arguments.iter().find(|it| matches!(it, Value::Node(_))) {
                let what = format!("an argument of {name} is {}", self.shown(unknown));
                return Err(self.not_concrete(unknown, at, what));
            }
            let kinds = checked_kinds(name);
            return Ok(Result::Kinds(kinds, vec![Bound::Function(name, arguments)]));
        }
        let Some(mut arguments) = arguments else {
            return Err(Fault::fatal(at, format!("{name} is not called")));
        };
        if name.starts_with("path.") && given == 2 {
            // Functions of paths take the system that they are for.
            match arguments.pop() {
                Some(Value::Text(system)) if &*system == "unix" => {}
                _ => return Err(Fault::unsupported(at, &format!("{name} of another system"))),
            }
        }
        let given = arguments.len();
        if given != function.arguments {
            let what = format!("{name} takes {} arguments, not {given}", function.arguments);
            return Err(Fault::fatal(at, what));
        }
        if function.check {
            let holds = self.fits_function(name, &arguments[0], &arguments[1..], at)?;
            return Ok(Result::Value(Value::Bool(holds)));
        }
        let arguments = Arguments { name, values: arguments, at };
        match name.split_once('.').map(|(package, _)| package) {
            None => self.predeclared(&arguments),
            Some("list") => self.list_function(&arguments),
            Some("strings" | "regexp") => self.text_function(&arguments),
            Some("math" | "strconv") => self.number_function(&arguments),
            Some("path" | "net" | "time") => self.path_function(&arguments),
            _ => self.encoding(&arguments),
        }
    }

    fn predeclared(&mut self, given: &Arguments) -> Found<Result> {
        let at = given.at;
        match given.name {
            "len" => {
                let length = match &given.values[0] {
                    Value::Text(text) => text.len(),
                    Value::Bytes(bytes) => bytes.len(),
                    Value::Node(node) => match self.nodes[*node].content.kinds {
                        kinds::LIST => self.items(&given.values[0], at)?.len(),
                        kinds::STRUCT => self.fields(*node).len(),
                        _ => return Err(given.wrong(self, 0, "a text, struct or list")),
                    },
                    _ => return Err(given.wrong(self, 0, "a text, struct or list")),
                };
                Ok(Result::Value(count(length)))
            }
            "error" => {
                let text = given.text(self, 0)?;
                Err(Fault::fatal(at, &*text))
            }
            "div" | "mod" | "quo" | "rem" => {
                let (left, right) = (given.int(self, 0)?, given.int(self, 1)?);
                numbers::divided(given.name, &left, &right)
                    .map(|made| Result::Value(Value::Number(Number::int(made))))
                    .ok_or_else(|| Fault::fatal(at, "division by zero"))
            }
            name => Err(Fault::unsupported(at, &format!("{name} in an expression"))),
        }
    }

    fn encoding(&mut self, given: &Arguments) -> Found<Result> {
        use base64::Engine as _;
        let engine = base64::engine::general_purpose::STANDARD;
        let at = given.at;
        let made = match given.name {
            "encoding/json.Marshal" => Value::Text(self.as_json(&given.values[0], at)?.into()),
            "encoding/yaml.Marshal" => Value::Text(self.as_yaml(&given.values[0], at)?.into()),
            "encoding/json.Unmarshal" => {
                let text = given.text(self, 0)?;
                return self.read_json(&text, at);
            }

            "encoding/base64.Encode" if matches!(given.values[0], Value::Null) => {
                Value::Text(engine.encode(given.bytes(self, 1)?).into())
            }
            "encoding/base64.Decode" if matches!(given.values[0], Value::Null) => {
                let decoded = engine.decode(given.bytes(self, 1)?);
                let decoded = decoded.map_err(|_| Fault::fatal(at, "this is no base 64"))?;
                Value::Bytes(decoded.into())
            }
            "encoding/hex.Encode" => {
                let bytes = given.bytes(self, 0)?;
                let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
                let digits = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
                let text: String = digits.collect();
                Value::Text(text.into())
            }
            _ => return self.written_function(given),
        };
        Ok(Result::Value(made))
    }

    /// Whether a value is as a function says.
    pub fn fits_function(
        &mut self,
        name: &str,
        value: &Value,
        arguments: &[Value],
        at: usize,
    ) -> Found<bool> {
        let limit = match arguments.first() {
            Some(Value::Number(limit)) => limit.to_index(),
            _ => None,
        };
        let limited = |length: usize, low: bool| match limit {
            Some(limit) if low => Ok(length >= limit),
            Some(limit) => Ok(length <= limit),
            None => Err(Fault::fatal(at, format!("{name} takes a number"))),
        };
        match (name, value) {
            ("strings.MinRunes", Value::Text(text)) => limited(text.chars().count(), true),
            ("strings.MaxRunes", Value::Text(text)) => limited(text.chars().count(), false),
            ("list.MinItems", list) => limited(self.items(list, at)?.len(), true),
            ("list.MaxItems", list) => limited(self.items(list, at)?.len(), false),
            ("struct.MinFields", Value::Node(node)) => limited(self.fields(*node).len(), true),
            ("struct.MaxFields", Value::Node(node)) => limited(self.fields(*node).len(), false),
            ("list.UniqueItems", list) => self.unique(list, at),
            ("list.Contains", list) => self.contains(list, &arguments[0], at),
            ("math.MultipleOf", Value::Number(number)) => match &arguments[0] {
                Value::Number(of) if !of.is_zero() => {
                    Ok(number.divide(of).is_some_and(|quotient| quotient.to_int().is_some()))
                }
                _ => Err(Fault::fatal(at, "math.MultipleOf takes a number that is not zero")),
            },
            ("net.IPv4", Value::Text(text)) => Ok(text.parse::<std::net::Ipv4Addr>().is_ok()),
            ("regexp.Valid", Value::Text(text)) => Ok(self.regex(text, at).is_ok()),
            ("encoding/json.Valid", Value::Text(text)) => Ok(written::is_json(text)),
            ("net.IPv6", Value::Text(text)) => Ok(text.parse::<std::net::Ipv6Addr>().is_ok()),
            ("net.InCIDR", Value::Text(text)) => match &arguments[0] {
                Value::Text(range) => paths::is_within(text, range)
                    .ok_or_else(|| Fault::fatal(at, format!("{range:?} is no range"))),
                _ => Err(Fault::fatal(at, "net.InCIDR takes a range")),
            },
            ("net.IP", Value::Text(text)) => Ok(text.parse::<std::net::IpAddr>().is_ok()),
            ("net.IPCIDR", Value::Text(text)) => Ok(texts::is_range(text)),
            ("net.FQDN", Value::Text(text)) => Ok(texts::is_domain(text)),
            ("time.Duration", Value::Text(text)) => Ok(texts::is_duration(text)),
            ("time.Time", Value::Text(text)) => {
                Ok(chrono::DateTime::parse_from_rfc3339(text).is_ok() && text.contains('T'))
            }
            (_, other) => {
                let what = format!("{name} does not take {}", self.shown(other));
                Err(self.not_concrete(other, at, what))
            }
        }
    }
}

/// What a function is a bound of.
fn checked_kinds(name: &str) -> u8 {
    match name.split_once('.').map(|(package, _)| package) {
        Some("list") => kinds::LIST,
        Some("struct") => kinds::STRUCT,
        Some("math") => kinds::NUMBER,
        _ => kinds::TEXT,
    }
}

/// A number of things.
fn count(length: usize) -> Value {
    Value::Number(Number::from(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// The arguments of a call.
struct Arguments {
    name: &'static str,
    values: Vec<Value>,
    at: usize,
}

impl Arguments {
    fn wrong(&self, evaluator: &Evaluator<'_>, index: usize, wanted: &str) -> Fault {
        let value = &self.values[index];
        let shown = evaluator.shown(value);
        let what = format!("argument {} of {} is {shown}, not {wanted}", index + 1, self.name);
        evaluator.not_concrete(value, self.at, what)
    }

    fn text(&self, evaluator: &Evaluator<'_>, index: usize) -> Found<Rc<str>> {
        match &self.values[index] {
            Value::Text(text) => Ok(Rc::clone(text)),
            _ => Err(self.wrong(evaluator, index, "a text")),
        }
    }

    fn bytes(&self, evaluator: &Evaluator<'_>, index: usize) -> Found<Vec<u8>> {
        match &self.values[index] {
            Value::Text(text) => Ok(text.as_bytes().to_vec()),
            Value::Bytes(bytes) => Ok(bytes.to_vec()),
            _ => Err(self.wrong(evaluator, index, "a text or bytes")),
        }
    }

    fn number(&self, evaluator: &Evaluator<'_>, index: usize) -> Found<Number> {
        match &self.values[index] {
            Value::Number(number) => Ok(number.clone()),
            _ => Err(self.wrong(evaluator, index, "a number")),
        }
    }

    fn int(&self, evaluator: &Evaluator<'_>, index: usize) -> Found<num_bigint::BigInt> {
        let number = self.number(evaluator, index)?;
        let whole = if number.float { None } else { number.to_int() };
        whole.ok_or_else(|| self.wrong(evaluator, index, "a whole number"))
    }

    /// A number that is not below zero.
    fn index(&self, evaluator: &Evaluator<'_>, index: usize) -> Found<usize> {
        let whole = self.int(evaluator, index)?;
        usize::try_from(whole).map_err(|_| self.wrong(evaluator, index, "a number from 0 on"))
    }
}
