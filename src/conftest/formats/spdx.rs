//! SPDX documents of tags and values as JSON, in the names of SPDX 2.3. Reviews and snippets are read over, as conftest's parser does.

use serde_json::{Map, Value as Json, json};

/// What a value is.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    /// One more of a list.
    List,
    /// `SPDXRef-…`
    Id,
    /// `true` or `false`
    Bool,
    /// One more of a list: `SHA1: …`
    Checksum,
    /// `Person: …`, `Organization: …`, and `NOASSERTION`
    Actor,
    /// `… (excludes: …)`
    Code,
    /// One more of a list: category, type, locator.
    External,
    /// One more of a list: id, address, checksum.
    Document,
    /// Nothing.
    Skipped,
}

use Shape::{Actor, Bool, Checksum, Code, Document, External, Id, List, Skipped, Text};

/// Tag, name in JSON, and what it is.
type Tags = &'static [(&'static str, &'static str, Shape)];

const DOCUMENT: Tags = &[
    ("SPDXVersion", "spdxVersion", Text),
    ("DataLicense", "dataLicense", Text),
    ("SPDXID", "SPDXID", Id),
    ("DocumentName", "name", Text),
    ("DocumentNamespace", "documentNamespace", Text),
    ("ExternalDocumentRef", "externalDocumentRefs", Document),
    ("DocumentComment", "comment", Text),
];
const CREATION: Tags = &[
    ("LicenseListVersion", "licenseListVersion", Text),
    ("Creator", "creators", List),
    ("Created", "created", Text),
    ("CreatorComment", "comment", Text),
];
const PACKAGE: Tags = &[
    ("PackageName", "name", Text),
    ("SPDXID", "SPDXID", Id),
    ("PackageVersion", "versionInfo", Text),
    ("PackageFileName", "packageFileName", Text),
    ("PackageSupplier", "supplier", Actor),
    ("PackageOriginator", "originator", Actor),
    ("PackageDownloadLocation", "downloadLocation", Text),
    ("FilesAnalyzed", "filesAnalyzed", Bool),
    ("PackageVerificationCode", "packageVerificationCode", Code),
    ("PackageChecksum", "checksums", Checksum),
    ("PackageHomePage", "homepage", Text),
    ("PackageSourceInfo", "sourceInfo", Text),
    ("PackageLicenseConcluded", "licenseConcluded", Text),
    ("PackageLicenseInfoFromFiles", "licenseInfoFromFiles", List),
    ("PackageLicenseDeclared", "licenseDeclared", Text),
    ("PackageLicenseComments", "licenseComments", Text),
    ("PackageCopyrightText", "copyrightText", Text),
    ("PackageSummary", "summary", Text),
    ("PackageDescription", "description", Text),
    ("PackageComment", "comment", Text),
    ("PrimaryPackagePurpose", "primaryPackagePurpose", Text),
    ("ReleaseDate", "releaseDate", Text),
    ("BuiltDate", "builtDate", Text),
    ("ValidUntilDate", "validUntilDate", Text),
    ("PackageAttributionText", "attributionTexts", List),
    ("ExternalRef", "externalRefs", External),
];
const FILE: Tags = &[
    ("FileName", "fileName", Text),
    ("SPDXID", "SPDXID", Id),
    ("FileType", "fileTypes", List),
    ("FileChecksum", "checksums", Checksum),
    ("LicenseConcluded", "licenseConcluded", Text),
    ("LicenseInfoInFile", "licenseInfoInFiles", List),
    ("LicenseComments", "licenseComments", Text),
    ("FileCopyrightText", "copyrightText", Text),
    ("FileComment", "comment", Text),
    ("FileNotice", "noticeText", Text),
    ("FileContributor", "fileContributors", List),
    ("FileDependency", "fileDependencies", List),
    ("FileAttributionText", "attributionTexts", List),
];
const LICENSE: Tags = &[
    ("LicenseID", "licenseId", Text),
    ("ExtractedText", "extractedText", Text),
    ("LicenseName", "name", Text),
    ("LicenseCrossReference", "seeAlsos", List),
    ("LicenseComment", "comment", Text),
];
const SNIPPET: Tags = &[
    ("SnippetSPDXID", "", Skipped),
    ("SnippetFromFileSPDXID", "", Skipped),
    ("SnippetByteRange", "", Skipped),
    ("SnippetLineRange", "", Skipped),
    ("SnippetLicenseConcluded", "", Skipped),
    ("LicenseInfoInSnippet", "", Skipped),
    ("SnippetLicenseComments", "", Skipped),
    ("SnippetCopyrightText", "", Skipped),
    ("SnippetComment", "", Skipped),
    ("SnippetName", "", Skipped),
    ("SnippetAttributionText", "", Skipped),
];
const REVIEW: Tags =
    &[("Reviewer", "", Skipped), ("ReviewDate", "", Skipped), ("ReviewComment", "", Skipped)];

/// Sections, by the tag that begins them.
const SECTIONS: &[(&str, Section)] = &[
    ("PackageName", Section::Package),
    ("FileName", Section::File),
    ("LicenseID", Section::License),
    ("SnippetSPDXID", Section::Snippet),
    ("Reviewer", Section::Review),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Document,
    Creation,
    Package,
    File,
    License,
    Snippet,
    Review,
}

impl Section {
    fn tags(self) -> Tags {
        match self {
            Self::Document => DOCUMENT,
            Self::Creation => CREATION,
            Self::Package => PACKAGE,
            Self::File => FILE,
            Self::License => LICENSE,
            Self::Snippet => SNIPPET,
            Self::Review => REVIEW,
        }
    }

    /// What is there where no tag says it.
    fn empty(self) -> Json {
        match self {
            Self::Document => json!({"spdxVersion": "", "dataLicense": "", "SPDXID": "SPDXRef-",
                "name": "", "documentNamespace": "", "creationInfo": null}),
            Self::Creation => json!({"creators": null, "created": ""}),
            Self::Package => {
                json!({"name": "", "SPDXID": "", "downloadLocation": "", "filesAnalyzed": true})
            }
            Self::File => {
                json!({"fileName": "", "SPDXID": "", "checksums": null, "copyrightText": ""})
            }
            Self::License => json!({"licenseId": "", "extractedText": ""}),
            Self::Snippet | Self::Review => json!({}),
        }
    }
}

/// A document.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut reader = Reader {
        document: Section::Document.empty(),
        section: Section::Document,
        package: None,
        file: None,
    };
    let pairs = pairs(text)?;
    if pairs.is_empty() {
        return Err("the document has no tags".to_owned());
    }
    for (number, tag, value) in pairs {
        reader.pair(tag, &value).map_err(|what| format!("line {number}: {what}"))?;
    }
    reader.close_file()?;
    reader.close_package()?;
    // Older documents are brought to this version, where a package need not have a code.
    let version = reader.document["spdxVersion"].as_str().unwrap_or_default();
    match version {
        "SPDX-2.3" => {}
        "SPDX-2.1" | "SPDX-2.2" => {
            let packages = reader.document.get_mut("packages").and_then(Json::as_array_mut);
            for package in packages.into_iter().flatten().filter_map(Json::as_object_mut) {
                let none = || json!({"packageVerificationCodeValue": ""});
                package.entry("packageVerificationCode").or_insert_with(none);
            }
        }
        other => return Err(format!("the version `{other}` of SPDX is not read")),
    }
    reader.document["spdxVersion"] = "SPDX-2.3".into();
    Ok(reader.document)
}

/// Tags with their values and lines; `<text>` goes on up to `</text>`.
fn pairs(text: &str) -> Result<Vec<(usize, &str, String)>, String> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim_start();
        let number = number + 1;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (tag, value) =
            line.split_once(':').ok_or_else(|| format!("line {number}: a tag has no `:`"))?;
        let value = if let Some((_, begun)) = value.split_once("<text>") {
            let more = lines.by_ref().map(|(_, line)| line);
            block(begun, more).ok_or_else(|| format!("line {number}: `<text>` does not end"))?
        } else {
            value.trim().to_owned()
        };
        found.push((number, tag.trim(), value));
    }
    Ok(found)
}

/// What stands up to `</text>`, on the line that begins it and on those after it.
fn block<'t>(begun: &str, more: impl Iterator<Item = &'t str>) -> Option<String> {
    if let Some((whole, _)) = begun.split_once("</text>") {
        return Some(whole.to_owned());
    }
    let mut made = format!("{begun}\n");
    for line in more {
        if let Some((end, _)) = line.split_once("</text>") {
            return Some(made + end);
        }
        made.push_str(line);
        made.push('\n');
    }
    None
}

struct Reader {
    document: Json,
    section: Section,
    package: Option<Json>,
    file: Option<Json>,
}

impl Reader {
    fn pair(&mut self, tag: &str, value: &str) -> Result<(), String> {
        if self.relation(tag, value)? {
            return Ok(());
        }
        if self.section == Section::Document && !DOCUMENT.iter().any(|(known, ..)| *known == tag) {
            self.section = Section::Creation;
            self.document["creationInfo"] = Section::Creation.empty();
        }
        if let Some((_, section)) = SECTIONS.iter().find(|(begin, _)| *begin == tag) {
            self.begin(*section)?;
        }
        let mut section = self.section;
        if tag == "DocumentComment" {
            section = Section::Document;
        }
        let Some((_, key, shape)) = section.tags().iter().find(|(known, ..)| *known == tag) else {
            return Err(format!("there is no tag {tag}, or not at this place"));
        };
        let holder = match section {
            Section::Document | Section::Snippet | Section::Review => Some(&mut self.document),
            Section::Creation => self.document.get_mut("creationInfo"),
            Section::Package => self.package.as_mut(),
            Section::File => self.file.as_mut(),
            Section::License => last(&mut self.document, "hasExtractedLicensingInfos"),
        };
        // The comment of a reference to outside stands beside it.
        match holder.and_then(Json::as_object_mut) {
            Some(holder) => set(holder, key, *shape, value),
            None => Err(format!("tag {tag} stands in no section")),
        }
    }

    fn begin(&mut self, section: Section) -> Result<(), String> {
        match section {
            Section::Package => {
                self.close_file()?;
                self.close_package()?;
                self.package = Some(section.empty());
            }
            Section::File => {
                self.close_file()?;
                self.file = Some(section.empty());
            }
            Section::License => {
                push(&mut self.document, "hasExtractedLicensingInfos", section.empty());
            }
            _ => {}
        }
        self.section = section;
        Ok(())
    }

    /// Files belong to the package before them.
    fn close_file(&mut self) -> Result<(), String> {
        let Some(file) = self.file.take() else { return Ok(()) };
        if file["SPDXID"] == "" {
            return Err(format!("file {} has no SPDXID", file["fileName"]));
        }
        push(self.package.as_mut().unwrap_or(&mut self.document), "files", file);
        Ok(())
    }

    fn close_package(&mut self) -> Result<(), String> {
        let Some(package) = self.package.take() else { return Ok(()) };
        if package["SPDXID"] == "" {
            return Err(format!("package {} has no SPDXID", package["name"]));
        }
        push(&mut self.document, "packages", package);
        Ok(())
    }

    /// Relationships and annotations stand anywhere; whether it is one.
    fn relation(&mut self, tag: &str, value: &str) -> Result<bool, String> {
        let (list, key) = match tag {
            "Relationship" => {
                let words: Vec<&str> = value.split_whitespace().collect();
                let [from, kind, to] = words.as_slice() else {
                    return Err("a relationship has three words".to_owned());
                };
                if !matches!(*to, "NONE" | "NOASSERTION") {
                    element(to)?;
                }
                let made = json!({"spdxElementId": element(from)?, "relatedSpdxElement": to, "relationshipType": kind});
                push(&mut self.document, "relationships", made);
                return Ok(true);
            }
            "Annotator" => {
                let made = json!({"annotator": actor(value)?, "annotationDate": "", "annotationType": "", "comment": ""});
                push(&mut self.document, "annotations", made);
                return Ok(true);
            }
            "RelationshipComment" => ("relationships", "comment"),
            "AnnotationDate" => ("annotations", "annotationDate"),
            "AnnotationType" => ("annotations", "annotationType"),
            "AnnotationComment" => ("annotations", "comment"),
            "SPDXREF" => return Ok(true),
            "ExternalRefComment" => {
                let package = self.package.as_mut().ok_or("no package stands before it")?;
                let reference =
                    last(package, "externalRefs").ok_or("no ExternalRef stands before it")?;
                reference["comment"] = value.into();
                return Ok(true);
            }
            _ => return Ok(false),
        };
        let holder = last(&mut self.document, list);
        holder.ok_or_else(|| format!("tag {tag} stands before what it is about"))?[key] =
            value.into();
        Ok(true)
    }
}

fn push(holder: &mut Json, key: &str, value: Json) {
    match holder.get_mut(key) {
        Some(Json::Array(list)) => list.push(value),
        _ => holder[key] = json!([value]),
    }
}

fn last<'j>(holder: &'j mut Json, key: &str) -> Option<&'j mut Json> {
    holder.get_mut(key)?.as_array_mut()?.last_mut()
}

fn element(id: &str) -> Result<&str, String> {
    let own = match id.strip_prefix("DocumentRef-") {
        Some(rest) => rest.split_once(':').map(|(_, own)| own).unwrap_or_default(),
        None => id,
    };
    match own.strip_prefix("SPDXRef-") {
        Some(name) if !name.is_empty() && !name.contains(':') => Ok(id),
        _ => Err(format!("`{id}` is no id: it begins with SPDXRef-")),
    }
}

fn split(value: &str) -> Result<(&str, &str), String> {
    let parts = value.split_once(':').ok_or_else(|| format!("`{value}` has no `:`"))?;
    Ok((parts.0.trim(), parts.1.trim()))
}

fn actor(value: &str) -> Result<String, String> {
    let (kind, name) = split(value)?;
    if !matches!(kind, "Person" | "Organization" | "Tool") {
        return Err(format!("`{kind}` is no person, organization or tool"));
    }
    Ok(format!("{kind}: {name}"))
}

fn set(holder: &mut Map<String, Json>, key: &str, shape: Shape, value: &str) -> Result<(), String> {
    let mut add = |value: Json| match holder.get_mut(key) {
        Some(Json::Array(list)) => list.push(value),
        _ => drop(holder.insert(key.to_owned(), json!([value]))),
    };
    let words: Vec<&str> = value.split_whitespace().collect();
    let made: Json = match shape {
        List if key == "creators" => {
            add(actor(value)?.into());
            return Ok(());
        }
        List => {
            add(value.into());
            return Ok(());
        }
        Checksum => {
            let (algorithm, value) = split(value)?;
            add(json!({"algorithm": algorithm, "checksumValue": value}));
            return Ok(());
        }
        External => {
            let [category, kind, locator] = words.as_slice() else {
                return Err("a reference to outside has three words".to_owned());
            };
            let category = category.replace('_', "-");
            add(
                json!({"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}),
            );
            return Ok(());
        }
        Document => {
            let [id, address, checksum @ ..] = words.as_slice() else {
                return Err(
                    "a reference to a document has an id, an address and a checksum".to_owned()
                );
            };
            let (algorithm, value) =
                split(&checksum.concat()).map(|(a, b)| (a.to_owned(), b.to_owned()))?;
            add(json!({"externalDocumentId": id, "spdxDocument": address,
                "checksum": {"algorithm": algorithm, "checksumValue": value}}));
            return Ok(());
        }
        Text => value.into(),
        Id => element(value)?.into(),
        Bool if matches!(value, "true" | "false") => (value == "true").into(),
        Bool | Skipped => return Ok(()),
        Actor if value == "NOASSERTION" => value.into(),
        Actor => actor(value)?.into(),
        Code => match value.split_once("(excludes:") {
            None => json!({"packageVerificationCodeValue": value}),
            Some((code, rest)) => {
                let file = rest.split(')').next().unwrap_or_default().trim();
                json!({"packageVerificationCodeValue": code.trim(), "packageVerificationCodeExcludedFiles": [file]})
            }
        },
    };
    // Empty texts are as if they were not said, but for those that are always there.
    if made != "" || holder.contains_key(key) {
        holder.insert(key.to_owned(), made);
    }
    Ok(())
}
