//! Policy documents of AWS: statements, what they allow or deny, on what, to whom, under which conditions.
//!
//! Source: AWS IAM User Guide, "JSON policy element reference".

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::Place;
use crate::source::fits;
use crate::vocabulary::is_service_account;

/// A document, or what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Its statements.
    pub statements: Vec<Statement>,
    /// Whether it holds something that is not known.
    pub open: bool,
}

/// A statement.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct Statement {
    /// Whether it allows; else it denies.
    pub allow: bool,
    /// Who may, in policies of resources and roles.
    pub principals: Vec<Principal>,
    /// Actions in small letters, `*` and `?` for anything.
    pub actions: Vec<Arc<str>>,
    /// The actions as they are written.
    pub written: Vec<Arc<str>>,
    /// Whether all actions but these are meant.
    pub all_but: bool,
    /// On what; shared, because a policy may be that of many principals.
    pub resources: Arc<[Target]>,
    /// Whether some of its resources are all there are.
    pub everything: bool,
    /// Whether all resources but these are meant.
    pub all_resources_but: bool,
    /// Whether some of its resources are a part of one only: objects under a path, one method.
    pub partly: bool,
    /// Whether some of them end with a pattern, which means what is in a thing, too.
    pub of_parts: bool,
    /// Conditions, which all have to hold.
    pub conditions: Vec<Condition>,
    /// Where the document is written.
    pub place: Place,
}

/// A condition: operator, key in small letters, values.
#[derive(Clone, Debug)]
pub struct Condition {
    /// `StringLike` …
    pub operator: Arc<str>,
    /// In small letters.
    pub key: Arc<str>,
    /// Texts that it compares with; `None` where one is not known.
    pub values: Vec<Option<Arc<str>>>,
    /// The same of principals, where it asks who they are.
    pub named: Vec<Target>,
}

/// Whom a statement names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// Everybody.
    Anyone,
    /// A resource of the document.
    Resource(usize),
    /// An account, by its number; with what follows it (`root`, `role/deploy`).
    Account(Arc<str>, Arc<str>),
    /// The account that the configuration is applied in; with what follows it.
    Own(Arc<str>),
    /// A service of the provider.
    Service(Arc<str>),
    /// An identity provider, by its address.
    Federated(Arc<str>),
    /// Not known, or of no meaning here.
    Unknown,
}

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Everything.
    All,
    /// A resource of the document.
    Resource(usize),
    /// All whose name fits; `partly` where a part of it is not known.
    Pattern {
        /// An ARN with `*`.
        text: Arc<str>,
        /// Whether a part of it is not known.
        partly: bool,
    },
}

impl Statement {
    /// Whether it speaks of an action (in small letters) for certain.
    pub fn covers(&self, action: &str) -> bool {
        let named = self.actions.iter().any(|pattern| like(pattern, action));
        named != self.all_but
    }

    /// Whether it denies an action (in small letters) on everything, for certain.
    pub fn denies_all(&self, action: &str) -> bool {
        !self.allow
            && self.conditions.is_empty()
            && self.covers(action)
            && self.resources.contains(&Target::All)
            && !self.all_resources_but
    }

    /// An action as it is written.
    pub fn shown<'s>(&'s self, action: &'s str) -> &'s str {
        let at = self.actions.iter().position(|each| **each == *action);
        at.and_then(|at| self.written.get(at)).map_or(action, |written| &**written)
    }

    /// Whether a policy of the provider's for whatever does a job says it, which names nothing.
    pub fn is_for_a_service(&self) -> bool {
        !self.everything && self.resources.contains(&Target::All)
    }

    /// Whether some of its resources are all there are, or all but a few.
    pub fn on_everything(&self) -> bool {
        self.all_resources_but || self.everything
    }
}

/// Whether a target is a whole group of things: everything, or everything of a type.
pub fn is_everything(target: &Target) -> bool {
    match target {
        Target::All => true,
        Target::Resource(_) => false,
        Target::Pattern { text, partly } => {
            !partly && name_part(text).is_some_and(|(_, name)| name.starts_with('*'))
        }
    }
}

/// The last part of an ARN: `role/deploy`, `acme-data/in/*`.
pub fn last_part(arn: &str) -> Option<&str> {
    arn.splitn(6, ':').nth(5)
}

/// The name of a principal behind its path, as ARNs have it: `team/deploy`.
pub fn with_path(attributes: &Value) -> Option<String> {
    let name = look::text(attributes, "name")?;
    let path = look::text(attributes, "path").unwrap_or("/");
    Some(format!("{}{name}", path.trim_start_matches('/')))
}

/// Services whose ARNs begin with the name, whatever follows it: the objects of a bucket, the stages of an API. Source: Service Authorization
/// Reference.
const WITHOUT_TYPE: [&str; 5] = ["codecommit", "execute-api", "s3", "sns", "sqs"];

/// The type and the name of what an ARN names: `role`, `deploy`.
pub fn name_part(arn: &str) -> Option<(&str, &str)> {
    let rest = last_part(arn)?;
    // What else S3 has than buckets stands in a region, and has a type.
    let is_bucket = || arn.split(':').nth(3).is_some_and(str::is_empty);
    let by_name =
        |service: &str| WITHOUT_TYPE.contains(&service) && (service != "s3" || is_bucket());
    if service(arn).is_some_and(by_name) {
        return Some(("", rest));
    }
    Some(rest.split_once(['/', ':']).unwrap_or(("", rest)))
}

/// The service of an ARN.
pub fn service(arn: &str) -> Option<&str> {
    arn.split(':').nth(2)
}

/// Whether a pattern with `*` and `?` fits a text.
pub fn like(pattern: &str, text: &str) -> bool {
    if pattern.contains('?') {
        return with_single(pattern.as_bytes(), text.as_bytes());
    }
    fits(pattern, text)
}

fn with_single(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t, mut star, mut mark) = (0, 0, None, 0);
    while t < text.len() {
        if p < pattern.len() && (pattern[p] == b'?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if p < pattern.len() && pattern[p] == b'*' {
            star = Some(p);
            mark = t;
            p += 1;
        } else if let Some(at) = star {
            p = at + 1;
            mark += 1;
            t = mark;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// The document at an attribute (`policy`, `inline_policy/0/policy`) of a resource. Nothing where nothing is written.
pub fn read(scene: &Scene<'_>, at: usize, path: &str) -> Document {
    let resource = scene.index.resource(at);
    let pointer = Pointer::parse(&format!("/{path}")).unwrap_or_default();
    let place = resource.place_of(&pointer);
    match resource.parsed.get(path) {
        Some(parsed @ Value::Object(_)) => of_value(scene, at, parsed, place),
        _ => Document {
            statements: Vec::new(),
            open: resource
                .attributes
                .at(&pointer)
                .is_some_and(|value| !matches!(value, Value::Null) && value.as_str() != Some("")),
        },
    }
}

/// A document from its parsed text.
pub fn of_value(scene: &Scene<'_>, at: usize, parsed: &Value, place: Place) -> Document {
    let mut document = Document::default();
    let statements = match parsed.get("Statement") {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        Some(_) => {
            document.open = true;
            Vec::new()
        }
        None => Vec::new(),
    };
    for value in statements {
        if value.as_object().is_none() {
            document.open = true;
            continue;
        }
        let (statement, open) = statement(scene, at, value, place);
        document.open |= open;
        document.statements.extend(statement);
    }
    document
}

fn statement(
    scene: &Scene<'_>,
    at: usize,
    value: &Value,
    place: Place,
) -> (Option<Statement>, bool) {
    let allow = match value.get("Effect").and_then(Value::as_str) {
        Some(word) if word.eq_ignore_ascii_case("allow") => true,
        Some(word) if word.eq_ignore_ascii_case("deny") => false,
        // An effect that is not known may be either.
        _ => return (None, true),
    };
    let mut open = false;
    let all_but = value.get("NotAction").is_some();
    let actions = list(value.get("Action").or_else(|| value.get("NotAction")));
    let mut written: Vec<Arc<str>> = Vec::new();
    for action in &actions {
        match action.as_str() {
            Some(text) if !text.contains("${") => written.push(text.into()),
            _ => open = true,
        }
    }
    if open && all_but {
        return (None, true);
    }
    let all_resources_but = value.get("NotResource").is_some();
    let about = value.get("Resource").or_else(|| value.get("NotResource"));
    let only = OnceCell::new();
    let resources: Arc<[Target]> = match about {
        None => Arc::new([Target::All]),
        about => list(about).into_iter().map(|item| target(scene, at, item, &only)).collect(),
    };
    let statement = Statement {
        allow,
        principals: principals(scene, at, value),
        actions: written.iter().map(|action| action.to_ascii_lowercase().into()).collect(),
        written,
        all_but,
        everything: resources.iter().any(is_everything),
        partly: list(about).into_iter().filter_map(Value::as_str).any(is_part),
        of_parts: about.is_none()
            || list(about).into_iter().filter_map(Value::as_str).any(|it| it.ends_with('*')),
        resources,
        all_resources_but,
        conditions: conditions(scene, at, value.get("Condition")),
        place,
    };
    (Some(statement), open)
}

/// Whether an ARN names something below a resource: not all of it (`/*`).
fn is_part(arn: &str) -> bool {
    // References in it may hold anything.
    let rest = arn.rsplit_once('}').map_or(arn, |(_, rest)| rest);
    rest.split('/').skip(1).any(|part| !part.is_empty() && part != "*")
}

/// Items of what may be one or a list.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

/// Data sources that say which account, region or partition this is.
fn is_surroundings(scene: &Scene<'_>, at: usize) -> bool {
    matches!(
        &*scene.index.resource(at).kind,
        "data.aws_caller_identity"
            | "data.aws_region"
            | "data.aws_partition"
            | "data.aws_canonical_user_id"
            | "data.aws_organizations_organization"
            | "data.aws_availability_zones"
    )
}

/// `only` keeps the answer of [`only_reference`], which is the same for every item.
fn target(scene: &Scene<'_>, at: usize, value: &Value, only: &OnceCell<Option<usize>>) -> Target {
    let unknown = || Target::Pattern { text: "*".into(), partly: true };
    let Some(text) = value.as_str() else {
        // The only resource that the document refers to is the one that is meant.
        let only = *only.get_or_init(|| only_reference(scene, at));
        return only.map_or_else(unknown, Target::Resource);
    };
    if text == "*" {
        return Target::All;
    }
    if !text.contains("${") {
        return Target::Pattern { text: text.into(), partly: false };
    }
    let holed = look::holed(scene, text);
    let mut certain = true;
    for filler in &holed.fillers {
        match filler {
            Some(filler) if is_surroundings(scene, *filler) => {}
            Some(filler) if !is_name_of_policy(scene, *filler) => {
                return Target::Resource(*filler);
            }
            _ => certain = false,
        }
    }
    Target::Pattern { text: holed.text.into(), partly: !certain }
}

fn is_name_of_policy(scene: &Scene<'_>, at: usize) -> bool {
    scene.index.resource(at).type_name() == "aws_iam_policy_document"
}

fn only_reference(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let found: BTreeSet<usize> = scene
        .index
        .outgoing(at)
        .iter()
        .filter(|edge| edge.at.as_str().contains("policy"))
        .map(|edge| edge.to)
        .filter(|to| !is_surroundings(scene, *to) && !is_name_of_policy(scene, *to))
        .collect();
    match found.iter().collect::<Vec<_>>().as_slice() {
        [one] => Some(**one),
        _ => None,
    }
}

/// The key of who asks.
pub const PRINCIPAL: &str = "aws:principalarn";

fn conditions(scene: &Scene<'_>, at: usize, value: Option<&Value>) -> Vec<Condition> {
    let unknown =
        || Condition { operator: "".into(), key: "".into(), values: vec![None], named: Vec::new() };
    let Some(Value::Object(operators)) = value else {
        let written = value.filter(|value| !matches!(value, Value::Null));
        return written.map(|_| unknown()).into_iter().collect();
    };
    let mut found = Vec::new();
    for (operator, keys) in operators.as_ref() {
        let Some(keys) = keys.as_object() else {
            found.push(unknown());
            continue;
        };
        for (key, values) in keys {
            let text = |value: &Value| match value {
                Value::String(text) if !text.contains("${") => Some(Arc::clone(text)),
                Value::Bool(is) => Some(is.to_string().into()),
                _ => None,
            };
            let all = list(Some(values));
            let key: Arc<str> = key.to_ascii_lowercase().into();
            // Of a value that is not known as a whole, nothing says who is meant.
            let only = OnceCell::from(None);
            let asked = all.iter().filter(|_| &*key == PRINCIPAL);
            found.push(Condition {
                operator: Arc::clone(operator),
                values: all.iter().copied().map(text).collect(),
                named: asked.map(|value| target(scene, at, value, &only)).collect(),
                key,
            });
        }
    }
    found
}

fn principals(scene: &Scene<'_>, at: usize, value: &Value) -> Vec<Principal> {
    let mut found = Vec::new();
    match value.get("Principal") {
        Some(Value::String(text)) if &**text == "*" => found.push(Principal::Anyone),
        Some(Value::Object(kinds)) => {
            for (kind, values) in kinds.as_ref() {
                for item in list(Some(values)) {
                    found.push(principal(scene, at, kind, item));
                }
            }
        }
        Some(_) => found.push(Principal::Unknown),
        None => {
            if value.get("NotPrincipal").is_some() {
                found.push(Principal::Unknown);
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn principal(scene: &Scene<'_>, at: usize, kind: &str, value: &Value) -> Principal {
    let Some(text) = value.as_str() else {
        return only_reference(scene, at).map_or(Principal::Unknown, Principal::Resource);
    };
    match kind {
        "Service" => return Principal::Service(text.into()),
        "AWS" | "Federated" => {}
        _ => return Principal::Unknown,
    }
    if text == "*" {
        return Principal::Anyone;
    }
    let holed = look::holed(scene, text);
    let resource =
        holed.fillers.iter().flatten().copied().find(|filler| !is_surroundings(scene, *filler));
    if let Some(resource) = resource {
        return Principal::Resource(resource);
    }
    if kind == "Federated" {
        let host = text.rsplit_once("oidc-provider/").map_or(text, |(_, host)| host);
        return Principal::Federated(host.into());
    }
    let rest = last_part(text).unwrap_or("root");
    if !holed.fillers.is_empty() {
        let own = holed.fillers.iter().all(Option::is_some);
        return if own { Principal::Own(rest.into()) } else { Principal::Unknown };
    }
    let account = text.split(':').nth(4).unwrap_or(text);
    if is_service_account(account) {
        return Principal::Service(account.into());
    }
    if account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Principal::Account(account.into(), rest.into());
    }
    Principal::Unknown
}
