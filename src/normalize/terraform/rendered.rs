//! Data sources that make texts of the configuration and of files beside it: files, templates, user data for cloud-init.
//!
//! Source: documentation of the providers local 2, template 2 and cloudinit 2, and the multipart form of RFC 2046.

use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use super::functions::{self, Host as _};
use super::host::ModuleHost;
use super::instance::Instance;
use super::module::ResourceDeclaration;
use super::scope::{Repetition, Scope};
use super::value::{Entries, Kind, Marks, Value};

/// What is read of a file, and by which function of the language.
const OF_A_FILE: [(&str, &str); 9] = [
    ("id", "filesha1"),
    ("content", "file"),
    ("content_base64", "filebase64"),
    ("content_base64sha256", "filebase64sha256"),
    ("content_base64sha512", "filebase64sha512"),
    ("content_md5", "filemd5"),
    ("content_sha1", "filesha1"),
    ("content_sha256", "filesha256"),
    ("content_sha512", "filesha512"),
];

/// Add what such a data source gives beside what is written.
pub fn complete(
    instance: &Rc<Instance<'_>>,
    resource: &ResourceDeclaration,
    entries: &mut Entries,
) {
    let block = &resource.declaration.block;
    let scope = Scope::of(instance, resource.declaration.file, &Repetition::Single);
    let host = ModuleHost { instance, scope: &scope, span: block.header };
    match &*resource.kind {
        "local_file" => file(&host, entries, &Marks::none()),
        "local_sensitive_file" => file(&host, entries, &Marks::sensitive()),
        "template_file" => template(&host, entries),
        "cloudinit_config" | "template_cloudinit_config" => cloud_init(&host, resource, entries),
        _ => {}
    }
}

/// What a computed attribute keeps of the marks of what it is made of: a secret is not shown, though Terraform would.
fn kept(entries: &Entries) -> Marks {
    let all = entries.values().fold(Marks::none(), |all, value| all.union(&value.deep_marks()));
    let hidden = if all.is_hidden() { Marks::guarded() } else { Marks::none() };
    all.without_sensitive().union(&hidden)
}

fn file(host: &ModuleHost<'_, '_, '_>, entries: &mut Entries, secret: &Marks) {
    let Some(path) = entries.get("filename").cloned() else { return };
    let Kind::String(name) = &path.kind else { return };
    let marks = kept(entries);
    if host.read_file(name) == Err(functions::FileError::Missing) {
        host.missing(name);
        return;
    }
    for (attribute, function) in OF_A_FILE {
        let Ok(value) = functions::call(function, std::slice::from_ref(&path), host) else {
            continue;
        };
        let secret = if attribute.starts_with("content") && !attribute.contains("sha") {
            secret.clone()
        } else {
            Marks::none()
        };
        entries.insert(attribute.into(), value.with_marks(&marks).with_marks(&secret));
    }
}

/// The provider has an older language of templates; what both read alike is rendered.
fn template(host: &ModuleHost<'_, '_, '_>, entries: &mut Entries) {
    let Some(Kind::String(text)) = entries.get("template").map(|value| &value.kind) else { return };
    let vars = entries.get("vars").cloned().unwrap_or_else(|| Value::object(Entries::new()));
    let Kind::Mapping(map) = &vars.kind else { return };
    if !is_plain(text, map.entries.keys()) {
        return;
    }
    let Ok(rendered) = host.render("template", text, &vars) else { return };
    let marks = kept(entries);
    if let Ok(id) = functions::call("sha256", std::slice::from_ref(&rendered), host) {
        entries.insert("id".into(), id.with_marks(&marks));
    }
    entries.insert("rendered".into(), rendered.with_marks(&marks));
}

/// Whether a template has no interpolation but of the variables themselves, and no directive.
fn is_plain<'a>(text: &str, names: impl Iterator<Item = &'a Arc<str>>) -> bool {
    let names: Vec<&str> = names.map(|name| &**name).collect();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            rest = &rest[at + 2..];
            continue;
        }
        let Some((inner, after)) = rest[at + 2..].split_once('}') else { return false };
        if !names.contains(&inner.trim()) {
            return false;
        }
        rest = after;
    }
    !text.contains("%{")
}

/// A part of user data.
struct Part {
    content: Arc<str>,
    headers: Vec<(&'static str, String)>,
}

fn cloud_init(
    host: &ModuleHost<'_, '_, '_>,
    resource: &ResourceDeclaration,
    entries: &mut Entries,
) {
    let flag = |name: &str| match entries.get(name).map(|value| &value.kind) {
        None | Some(Kind::Null(_)) => Some(true),
        Some(Kind::Bool(bool)) => Some(*bool),
        Some(_) => None,
    };
    let boundary = match entries.get("boundary").map(|value| &value.kind) {
        None | Some(Kind::Null(_)) => Arc::from("MIMEBOUNDARY"),
        Some(Kind::String(text)) => Arc::clone(text),
        Some(_) => return,
    };
    let needs_type = &*resource.kind == "template_cloudinit_config";
    let (Some(parts), Some(zipped), Some(encoded)) =
        (parts(entries, needs_type), flag("gzip"), flag("base64_encode"))
    else {
        return;
    };
    let text = multipart(&parts, &boundary);
    let rendered = match (zipped, encoded) {
        (false, false) => Some(Value::string(text)),
        (false, true) => functions::call("base64encode", &[Value::string(text)], host).ok(),
        (true, true) => functions::gzipped(&text).map(Value::string),
        // The provider refuses this.
        (true, false) => None,
    };
    if let Some(rendered) = rendered {
        let marks = kept(entries);
        entries.insert("rendered".into(), rendered.with_marks(&marks));
    }
}

/// All parts, if everything in them is known.
fn parts(entries: &Entries, needs_type: bool) -> Option<Vec<Part>> {
    let Kind::Sequence(_, blocks) = &entries.get("part")?.kind else { return None };
    let part = |block: &Value| {
        let Kind::Mapping(map) = &block.kind else { return None };
        let text = |name: &str| match map.entries.get(name).map(|value| &value.kind) {
            None | Some(Kind::Null(_)) => Some(None),
            Some(Kind::String(text)) => Some(Some(Arc::clone(text))),
            Some(_) => None,
        };
        let mut headers = Vec::new();
        if let Some(name) = text("filename")? {
            headers.push(("Content-Disposition", format!("attachment; filename=\"{name}\"")));
        }
        headers.push(("Content-Transfer-Encoding", "7bit".to_owned()));
        match text("content_type")? {
            Some(kind) => headers.push(("Content-Type", kind.to_string())),
            None if needs_type => return None,
            None => headers.push(("Content-Type", "text/plain".to_owned())),
        }
        headers.push(("Mime-Version", "1.0".to_owned()));
        if let Some(kind) = text("merge_type")? {
            headers.push(("X-Merge-Type", kind.to_string()));
        }
        Some(Part { content: text("content")??, headers })
    };
    blocks.iter().map(part).collect()
}

fn multipart(parts: &[Part], boundary: &str) -> String {
    let mut out = format!(
        "Content-Type: multipart/mixed; boundary=\"{boundary}\"\nMIME-Version: 1.0\r\n\r\n"
    );
    for (at, part) in parts.iter().enumerate() {
        let before = if at > 0 { "\r\n" } else { "" };
        let _ = write!(out, "{before}--{boundary}\r\n");
        for (name, value) in &part.headers {
            let _ = write!(out, "{name}: {value}\r\n");
        }
        let _ = write!(out, "\r\n{}", part.content);
    }
    let _ = write!(out, "\r\n--{boundary}--\r\n");
    out
}
