//! Tests of the document model as JSON: what is written, what is covered, what the schema refuses.

use std::sync::Arc;

use dreadnought::document::{
    Backend, CallSite, Document, Existence, Map, Mode, ModuleCall, Pointer, Provider, Reference,
    Resource, Scope, SpanTable, Unknown, Value, ValueType, Variable, View, fits, json, schema,
};
use dreadnought::source::{FileId, Place, Problem, ProblemKind, SourceFile, Sources, Span};
use rstest::rstest;
use serde_json::{Value as Json, json};

/// A map from pairs.
pub(crate) fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::object(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

/// A pointer from its text.
pub(crate) fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

/// The first place of a text in a file.
pub(crate) fn place_of(sources: &Sources, path: &str, text: &str) -> Place {
    let file = sources.find(path).unwrap();
    let at = sources.get(file).text.find(text).unwrap();
    Place { file, span: Span::new(at, at + text.len()) }
}

/// A resource without anything but attributes.
pub(crate) fn resource(address: &str, attributes: Value, place: Place) -> Resource {
    let (kind, name) = address.rsplit_once('.').unwrap();
    Resource {
        address: address.into(),
        kind: kind.into(),
        name: name.into(),
        mode: Mode::Managed,
        provider: kind.split('_').next().unwrap().into(),
        attributes,
        parsed: Value::object(Map::new()),
        defaults: Value::object(Map::new()),
        sensitive: Vec::new(),
        references: Vec::new(),
        tags: Map::new(),
        scope: Scope::default(),
        existence: Existence::Known,
        previous_address: None,
        place,
        header: place,
        spans: Arc::default(),
        called_from: Arc::new([]),
    }
}

/// A document with nothing in it.
pub(crate) fn empty(format: &'static str, root: &str) -> Document {
    Document {
        format,
        root: root.into(),
        resources: Vec::new(),
        variables: Vec::new(),
        outputs: Vec::new(),
        providers: Vec::new(),
        modules: Vec::new(),
        backend: None,
        absent: Vec::new(),
        called: Vec::new(),
        manifests: None,
        assumptions: Vec::new(),
        is_cut: false,
        problems: Vec::new(),
    }
}

fn variable(name: &str, value: Value, sensitive: bool, place: Place) -> Variable {
    Variable { name: name.into(), value, sensitive, place, spans: Arc::default() }
}

/// A document that has something of everything.
fn full() -> (Document, Sources) {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("main.tf", "# état\nresource \"aws_db\" \"a\" {\n}\n"));
    let place = Place { file, span: Span::new(8, 31) };
    let mut database = resource(
        "aws_db_instance.a",
        object([
            ("engine", Value::string("postgres")),
            ("password", Value::string("hunter2hunter2")),
            ("vpc_id", Value::unknown("computed by aws_vpc.main")),
            ("policy", Value::unknown("computed by aws_s3_bucket.b")),
            ("ports", Value::array(vec![Value::Int(1), Value::unknown("variable 'p'")])),
            ("login", Value::array(vec![object([("token", Value::string("t0ken-t0ken"))])])),
        ]),
        place,
    );
    database.parsed = object([(
        "policy",
        object([("Effect", Value::string("Allow")), ("Resource", Value::unknown("bucket"))]),
    )]);
    database.defaults = object([("port", Value::Int(5432))]);
    database.sensitive = vec![pointer("/login/0/token"), pointer("/password")];
    database.references = vec![Reference {
        from: pointer("/vpc_id"),
        to: "aws_vpc.main".into(),
        attribute: pointer("/id"),
    }];
    database.tags = Map::from_iter([("env".into(), Value::string("prod"))]);
    database.scope.module = vec!["net[\"eu\"]".into()];
    database.existence = Existence::Unknown;
    database.called_from = Arc::new([CallSite { module: "module.net[\"eu\"]".into(), place }]);
    let mut declared = resource("var.password", object([]), place);
    declared.mode = Mode::Declaration;
    let mut document = empty("terraform", "envs/prod");
    document.resources = vec![database, declared];
    document.variables = vec![
        variable("password", Value::string("hunter2hunter2"), true, place),
        variable("public", Value::unknown("variable 'public' has no default"), false, place),
    ];
    document.outputs = vec![variable("port", Value::Int(5432), false, place)];
    document.providers = vec![Provider {
        name: "aws".into(),
        alias: Some("eu".into()),
        attributes: object([("region", Value::string("eu-west-1"))]),
        sensitive: Vec::new(),
        place,
    }];
    document.modules = vec![ModuleCall {
        address: "module.net".into(),
        source: "../net".into(),
        version: None,
        revision: None,
        pinned: true,
        resolved: false,
        inputs: object([("cidr", Value::string("10.0.0.0/8"))]),
        sensitive: Vec::new(),
        references: Vec::new(),
        place,
        spans: Arc::default(),
    }];
    document.backend = Some(Backend {
        kind: "s3".into(),
        attributes: object([("bucket", Value::string("state"))]),
        sensitive: Vec::new(),
        place,
        spans: Arc::new(SpanTable::default()),
    });
    document.problems =
        vec![Problem::new(ProblemKind::ModuleUnresolved, "module is not installed").at(place)];
    (document, sources)
}

fn full_json() -> Json {
    let (document, sources) = full();
    json::document(&document, &sources).to_json()
}

#[test]
fn a_full_document_and_an_empty_one_are_valid() {
    let (document, sources) = full();
    let path = Problem::new(ProblemKind::Unreadable, "permission denied").path("secret.tf");
    let bare = Problem::new(ProblemKind::Note, "nothing");
    let set =
        json::documents(&[document, empty("kubernetes", ".")], &sources, &[path, bare]).to_json();
    assert_eq!(schema::check(&View::from(&set)), Vec::<String>::new());
    for document in set["documents"].as_array().unwrap() {
        assert_eq!(schema::check(&View::from(document)), Vec::<String>::new());
    }
    assert_eq!(set["problems"][0]["location"], json!({"file": "secret.tf"}));
    assert_eq!(set["problems"][1]["location"], Json::Null);
}

#[test]
fn a_resource_is_written_as_the_contract_says() {
    assert_eq!(
        full_json()["resources"],
        json!([{
            "address": "aws_db_instance.a", "type": "aws_db_instance", "name": "a",
            "mode": "managed", "provider": "aws", "existence": "unknown",
            "attributes": {"engine": "postgres", "login": [{"token": "(sensitive)"}],
                           "password": "(sensitive)", "ports": [1, null]},
            "parsed": {"policy": {"Effect": "Allow"}},
            "defaults": {"port": 5432},
            "unknown": {"/policy": "computed by aws_s3_bucket.b", "/policy/Resource": "bucket",
                        "/ports/1": "variable 'p'", "/vpc_id": "computed by aws_vpc.main"},
            "sensitive": ["/login/0/token", "/password"],
            "references": [{"from": "/vpc_id", "to": "aws_vpc.main", "attribute": "/id"}],
            "tags": {"env": "prod"},
            "scope": {"module": ["net[\"eu\"]"], "region": null, "environment": null, "namespace": null},
            "source": {"file": "main.tf", "start": {"line": 2, "column": 1},
                       "end": {"line": 2, "column": 24}},
            "called_from": [{"module": "module.net[\"eu\"]", "file": "main.tf", "line": 2}],
        }])
    );
}

#[test]
fn a_variable_says_why_it_is_unknown_and_covers_what_is_sensitive() {
    let json = full_json();
    assert_eq!(json["variables"]["password"]["value"], "(sensitive)");
    assert_eq!(json["variables"]["public"]["value"], Json::Null);
    assert_eq!(
        json["variables"]["public"]["unknown"],
        json!({"": "variable 'public' has no default"})
    );
}

#[rstest]
#[case::whole("", json!({"engine": "(sensitive)", "login": "(sensitive)"}))]
#[case::list("/login", json!({"engine": "e", "login": "(sensitive)"}))]
#[case::inside_a_list("/login/1/token", json!({"engine": "e", "login": [null, {"token": "(sensitive)"}]}))]
#[case::nowhere("/nowhere", json!({"engine": "e", "login": [null, {"token": "t"}]}))]
fn sensitive_values_are_covered(#[case] hidden: &str, #[case] expected: Json) {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("a.tf", "x"));
    let attributes = object([
        ("engine", Value::string("e")),
        ("login", Value::array(vec![Value::unknown("u"), object([("token", Value::string("t"))])])),
    ]);
    let mut document = empty("terraform", ".");
    document.resources =
        vec![resource("aws_x.a", attributes, Place { file, span: Span::new(0, 1) })];
    document.resources[0].sensitive = vec![pointer(hidden)];
    let json = json::document(&document, &sources).to_json();
    assert_eq!(json["resources"][0]["attributes"], expected);
    assert_eq!(schema::check(&View::from(&json)), Vec::<String>::new());
}

#[test]
fn what_is_parsed_from_a_sensitive_text_is_covered() {
    let (mut document, sources) = full();
    document.resources[0].sensitive = vec![pointer("/policy")];
    let json = json::document(&document, &sources).to_json();
    assert_eq!(json["resources"][0]["parsed"], json!({"policy": "(sensitive)"}));
}

/// Sets what a pointer addresses (adding the last key where it is new), or removes it.
fn mutate(json: &mut Json, at: &str, value: Option<Json>) {
    let (parent, key) = at.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match (json.pointer_mut(parent).unwrap(), value) {
        (Json::Object(map), Some(value)) => drop(map.insert(key, value)),
        (Json::Object(map), None) => drop(map.shift_remove(&key).unwrap()),
        (Json::Array(items), Some(value)) => items[key.parse::<usize>().unwrap()] = value,
        (other, _) => panic!("{at} is in {other}"),
    }
}

#[rstest]
#[case::no_version("/version", None)]
#[case::other_version("/version", Some(json!(2)))]
#[case::format_that_does_not_exist("/format", Some(json!("word")))]
#[case::no_root("/root", None)]
#[case::empty_root("/root", Some(json!("")))]
#[case::unknown_field("/extra", Some(json!(1)))]
#[case::resources_as_a_map("/resources", Some(json!({})))]
#[case::resource_without_address("/resources/0/address", None)]
#[case::resource_with_empty_address("/resources/0/address", Some(json!("")))]
#[case::resource_with_unknown_field("/resources/0/kind", Some(json!("aws_db_instance")))]
#[case::declaration_among_resources("/resources/0/mode", Some(json!("declaration")))]
#[case::known_existence_written_out("/resources/0/existence", Some(json!("known")))]
#[case::attributes_as_a_list("/resources/0/attributes", Some(json!([])))]
#[case::no_attributes("/resources/0/attributes", None)]
#[case::empty_defaults_written_out("/resources/0/defaults", Some(json!({})))]
#[case::empty_parsed_written_out("/resources/0/parsed", Some(json!({})))]
#[case::unknown_without_a_reason("/resources/0/unknown/~1ports~11", Some(json!("")))]
#[case::unknown_by_a_name_instead_of_a_pointer("/resources/0/unknown/ports", Some(json!("why")))]
#[case::sensitive_as_a_flag("/resources/0/sensitive", Some(json!(true)))]
#[case::sensitive_by_a_name("/resources/0/sensitive/0", Some(json!("password")))]
#[case::reference_without_target("/resources/0/references/0/to", None)]
#[case::reference_with_unknown_field("/resources/0/references/0/kind", Some(json!("x")))]
#[case::reference_from_a_bad_pointer("/resources/0/references/0/from", Some(json!("/~2")))]
#[case::tags_as_a_list("/resources/0/tags", Some(json!([])))]
#[case::scope_without_module("/resources/0/scope/module", None)]
#[case::scope_with_a_number("/resources/0/scope/region", Some(json!(1)))]
#[case::source_without_end("/resources/0/source/end", None)]
#[case::line_zero("/resources/0/source/start/line", Some(json!(0)))]
#[case::column_as_text("/resources/0/source/start/column", Some(json!("1")))]
#[case::call_without_line("/resources/0/called_from/0/line", None)]
#[case::variables_as_a_list("/variables", Some(json!([])))]
#[case::variable_without_value("/variables/public/value", None)]
#[case::variable_with_unknown_field("/variables/public/type", Some(json!("bool")))]
#[case::sensitive_variable_as_text("/variables/public/sensitive", Some(json!("yes")))]
#[case::output_without_unknown("/outputs/port/unknown", None)]
#[case::provider_without_name("/providers/0/name", None)]
#[case::provider_alias_missing("/providers/0/alias", None)]
#[case::module_pinned_as_text("/modules/0/pinned", Some(json!("true")))]
#[case::module_without_source("/modules/0/source", None)]
#[case::backend_without_type("/backend/type", None)]
#[case::backend_as_text("/backend", Some(json!("s3")))]
#[case::problem_of_no_known_kind("/problems/0/kind", Some(json!("oops")))]
#[case::problem_that_is_fatal("/problems/0/severity", Some(json!("fatal")))]
#[case::problem_without_a_message("/problems/0/message", Some(json!("")))]
#[case::problem_with_half_a_range("/problems/0/location/end", None)]
fn a_mutated_document_is_rejected(#[case] at: &str, #[case] value: Option<Json>) {
    let mut json = full_json();
    assert_eq!(schema::check(&View::from(&json)), Vec::<String>::new());
    mutate(&mut json, at, value);
    assert_ne!(schema::check(&View::from(&json)), Vec::<String>::new(), "{at}");
    let set = json!({"version": 1, "documents": [json], "problems": []});
    assert_ne!(schema::check(&View::from(&set)), Vec::<String>::new(), "{at} in a set");
}

fn nameless(unknown: Unknown) -> Value {
    Value::Unknown(Arc::new(unknown))
}

/// What depends on a document's data, each wrong once: the schema refuses it, so it is never known to fit.
#[rstest]
#[case::format(|it: &mut Document| it.format = "word")]
#[case::root(|it: &mut Document| it.root = "".into())]
#[case::address(|it: &mut Document| it.resources[0].address = "".into())]
#[case::kind(|it: &mut Document| it.resources[0].kind = "".into())]
#[case::data(|it: &mut Document| it.resources[0].kind = "data.".into())]
#[case::moved(|it: &mut Document| it.resources[0].previous_address = Some("".into()))]
#[case::reason(|it: &mut Document| it.resources[0].attributes = object([("a", Value::unknown(""))]))]
#[case::reason_in_a_list(|it: &mut Document| {
    it.resources[0].attributes = object([("a", Value::array(vec![Value::unknown("")]))]);
})]
#[case::reason_in_a_text(|it: &mut Document| {
    it.resources[0].parsed = object([("a", object([("b", Value::unknown(""))]))]);
})]
#[case::text_by_no_pointer(|it: &mut Document| {
    it.resources[0].parsed = object([("a~b", object([("c", Value::unknown("why"))]))]);
})]
#[case::defaults(|it: &mut Document| it.resources[0].defaults = object([("a", Value::unknown("why"))]))]
#[case::sensitive(|it: &mut Document| it.resources[0].sensitive = vec![pointer("/a~2")])]
#[case::sensitive_end(|it: &mut Document| it.resources[0].sensitive = vec![pointer("/a~")])]
#[case::sensitive_twice(|it: &mut Document| it.resources[0].sensitive = vec![pointer("/a"); 2])]
#[case::referred(|it: &mut Document| it.resources[0].references[0].to = "".into())]
#[case::refers(|it: &mut Document| it.resources[0].references[0].from = pointer("/~2"))]
#[case::refers_to(|it: &mut Document| it.resources[0].references[0].attribute = pointer("/~~0"))]
#[case::no_values(|it: &mut Document| {
    let one_of = Some(Arc::from([]));
    let unknown = Unknown { one_of, kind: Some(ValueType::String), ..Unknown::because("why") };
    it.variables[1].value = nameless(unknown);
})]
#[case::lists_as_values(|it: &mut Document| {
    let one_of = Some(Arc::from([Value::array(Vec::new())]));
    let unknown = Unknown { one_of, kind: Some(ValueType::Array), ..Unknown::because("why") };
    it.variables[1].value = nameless(unknown);
})]
#[case::hidden_values(|it: &mut Document| {
    let one_of = Some(Arc::from([Value::Int(1)]));
    it.variables[0].value = nameless(Unknown { one_of, ..Unknown::because("why") });
})]
#[case::variable(|it: &mut Document| it.variables[1].value = Value::unknown(""))]
#[case::output(|it: &mut Document| it.outputs[0].value = Value::unknown(""))]
#[case::provider(|it: &mut Document| it.providers[0].name = "".into())]
#[case::of_provider(|it: &mut Document| it.providers[0].attributes = object([("a", Value::unknown(""))]))]
#[case::call(|it: &mut Document| it.modules[0].address = "".into())]
#[case::of_call(|it: &mut Document| it.modules[0].inputs = object([("a", Value::unknown(""))]))]
#[case::backend(|it: &mut Document| it.backend.as_mut().unwrap().kind = "".into())]
#[case::problem(|it: &mut Document| it.problems[0].message = String::new())]
fn what_is_known_to_fit_fits(#[case] spoil: fn(&mut Document)) {
    let (mut document, sources) = full();
    let check = |document: &Document| schema::check(&json::document(document, &sources));
    assert!(fits(&document, &document.resources, &sources));
    assert_eq!(check(&document), Vec::<String>::new());
    spoil(&mut document);
    assert_ne!(check(&document), Vec::<String>::new());
    assert!(!fits(&document, &document.resources, &sources));
}

#[test]
fn escaped_pointers_are_known_to_fit() {
    let (mut document, sources) = full();
    document.resources[0].sensitive = vec![pointer(""), pointer("/a~0b/~1c")];
    assert_eq!(schema::check(&json::document(&document, &sources)), Vec::<String>::new());
    assert!(fits(&document, &document.resources, &sources));
}

#[test]
fn a_file_without_a_path_does_not_fit() {
    let (mut document, mut sources) = full();
    let file = sources.add(SourceFile::new("", "x"));
    document.providers[0].place = Place { file, span: Span::new(0, 1) };
    assert_ne!(schema::check(&json::document(&document, &sources)), Vec::<String>::new());
    assert!(!fits(&document, &document.resources, &sources));
}

#[rstest]
#[case::nothing(json!(null))]
#[case::a_list(json!([]))]
#[case::an_empty_object(json!({}))]
#[case::a_set_without_problems(json!({"version": 1, "documents": []}))]
#[case::a_set_with_more(json!({"version": 1, "documents": [], "problems": [], "at": 0}))]
fn what_is_no_document_is_rejected(#[case] json: Json) {
    assert_ne!(schema::check(&View::from(&json)), Vec::<String>::new());
}

#[test]
fn a_violation_says_where_and_shows_no_value() {
    let mut json = full_json();
    mutate(&mut json, "/resources/0/name", Some(json!({"secret": "hunter2"})));
    let violations = schema::check(&View::from(&json));
    assert_eq!(violations, ["/resources/0/name: value is not of type \"string\""]);
}

#[test]
fn a_schema_that_refers_to_the_network_does_not_compile() {
    assert!(schema::compile(r#"{"$ref": "https://example.com/schema.json"}"#).is_err());
    assert!(schema::compile("{").is_err());
}

#[test]
fn file_ids_do_not_show() {
    let text = full_json().to_string();
    assert!(!text.contains(&format!("{:?}", FileId(0))));
}
