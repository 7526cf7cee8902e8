//! Data sources that make texts: files, templates and user data, as their providers write them.

use dreadnought::document::{Value, json, schema};
use dreadnought::project::{Options, Project};
use dreadnought::source::MemoryFileSystem;
use rstest::rstest;

use crate::terraform::on_large_stack;

const FILES: [(&str, &str); 3] = [
    ("files/a.txt", "hello\nworld"),
    ("files/plain.tpl", "host ${name} $${raw} ${ n }"),
    ("files/policy.json", "{\"Resource\": \"${arn}\"}"),
];

/// The output of an expression beside a data source, or why it is unknown.
fn output(source: &str, expression: &str) -> Result<Value, String> {
    let text = format!(
        "variable \"late\" {{}}\nvariable \"secret\" {{\n  default = \"hush\"\n  sensitive = true\n}}\n{source}\noutput \"it\" {{\n  value = {expression}\n}}\n"
    );
    let mut files: Vec<(&str, &str)> = FILES.to_vec();
    files.push(("main.tf", &text));
    let files = MemoryFileSystem::from(files.as_slice());
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let project = on_large_stack(|| Project::load(&files, &options));
    match project.documents[0].outputs[0].value.clone() {
        Value::Unknown(unknown) => Err(unknown.reason.to_string()),
        value => Ok(value),
    }
}

const CLOUD: &str = "Content-Type: multipart/mixed; boundary=\"MIMEBOUNDARY\"\nMIME-Version: 1.0\r\n\r\n--MIMEBOUNDARY\r\n";

#[rstest]
#[case("local_file", "filename = \"files/a.txt\"", "content", "hello\nworld")]
#[case(
    "local_file",
    "filename = \"${path.module}/files/a.txt\"",
    "content_base64",
    "aGVsbG8Kd29ybGQ="
)]
#[case(
    "local_file",
    "filename = \"files/a.txt\"",
    "id",
    "7db827c10afc1719863502cf95397731b23b8bae"
)]
#[case(
    "local_file",
    "filename = \"files/a.txt\"",
    "content_md5",
    "9195d0beb2a889e1be05ed6bb1954837"
)]
#[case(
    "local_sensitive_file",
    "filename = \"files/a.txt\"",
    "content_sha1",
    "7db827c10afc1719863502cf95397731b23b8bae"
)]
#[case(
    "template_file",
    "template = file(\"files/plain.tpl\")\n  vars = { name = \"web\", n = 3 }",
    "rendered",
    "host web ${raw} 3"
)]
#[case(
    "template_file",
    "template = \"no $${name} at all\"\n  vars = { name = \"x\" }",
    "rendered",
    "no x at all"
)]
#[case(
    "template_file",
    "template = \"plain\"",
    "id",
    "a116c9ed46d6207734a43317d30fd88f52ac8634c37d904bbf4e41d865f90475"
)]
fn texts(
    #[case] kind: &str,
    #[case] arguments: &str,
    #[case] attribute: &str,
    #[case] expected: &str,
) {
    let source = format!("data \"{kind}\" \"it\" {{\n  {arguments}\n}}\n");
    let value = output(&source, &format!("data.{kind}.it.{attribute}")).unwrap();
    assert_eq!(value.as_str(), Some(expected));
}

#[rstest]
#[case::one(
    "part {\n content_type = \"text/x-shellscript\"\n content = \"baz\"\n}",
    "Content-Transfer-Encoding: 7bit\r\nContent-Type: text/x-shellscript\r\nMime-Version: 1.0\r\n\r\nbaz\r\n--MIMEBOUNDARY--\r\n"
)]
#[case::named(
    "part {\n filename = \"a.sh\"\n content = \"baz\"\n}",
    "Content-Disposition: attachment; filename=\"a.sh\"\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/plain\r\nMime-Version: 1.0\r\n\r\nbaz\r\n--MIMEBOUNDARY--\r\n"
)]
#[case::two(
    "part {\n content = \"a\"\n merge_type = \"list()\"\n}\npart {\n content = \"b\\n\"\n}",
    "Content-Transfer-Encoding: 7bit\r\nContent-Type: text/plain\r\nMime-Version: 1.0\r\nX-Merge-Type: list()\r\n\r\na\r\n--MIMEBOUNDARY\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/plain\r\nMime-Version: 1.0\r\n\r\nb\n\r\n--MIMEBOUNDARY--\r\n"
)]
fn user_data(#[case] parts: &str, #[case] expected: &str) {
    let source = |encoded: bool| {
        format!(
            "data \"cloudinit_config\" \"it\" {{\n  gzip = false\n  base64_encode = {encoded}\n  {parts}\n}}\n"
        )
    };
    let expected = format!("{CLOUD}{expected}");
    let plain = output(&source(false), "data.cloudinit_config.it.rendered").unwrap();
    assert_eq!(plain.as_str(), Some(&*expected));
    let encoded = output(&source(true), "base64decode(data.cloudinit_config.it.rendered)").unwrap();
    assert_eq!(encoded.as_str(), Some(&*expected));
}

/// Compressed, which is what the provider does where nothing else is written.
#[test]
fn zipped_user_data() {
    let source = "data \"cloudinit_config\" \"it\" {\n  part {\n    content_type = \"text/x-shellscript\"\n    content = \"heythere\"\n  }\n}\n";
    let zipped = output(source, "data.cloudinit_config.it.rendered").unwrap();
    let expected = "H4sIAAAAAAAA/2TNuwrCQBCF4X5h32FJP0YrIWLhJYVFFEQFy1xGM5DMhtkJJG8vWkjQ8sDP+XaeFVnhMnaYuLZvlLpcNG5pwGrlCt9zlcu4jrJDlm5P1+N+c75H5r3ghhLIc+IWs7k11gBMI2u+35JzeKBAyqWviJ+JWxakk+CDKw4aDxBqbJpQCnVqTUYt/jk1jlqj4K8IYM0rAAD//0u6BO3QAAAA";
    assert_eq!(zipped.as_str(), Some(expected));
}

/// What the configuration does not decide, or what another language of templates says, is not guessed.
#[rstest]
#[case::no_file(
    "data \"local_file\" \"it\" {\n  filename = \"files/none\"\n}",
    "data.local_file.it.content"
)]
#[case::outside(
    "data \"local_file\" \"it\" {\n  filename = \"../../etc/passwd\"\n}",
    "data.local_file.it.content"
)]
#[case::late_file(
    "data \"local_file\" \"it\" {\n  filename = var.late\n}",
    "data.local_file.it.content"
)]
#[case::function(
    "data \"template_file\" \"it\" {\n  template = \"$${upper(name)}\"\n  vars = { name = \"x\" }\n}",
    "data.template_file.it.rendered"
)]
#[case::directive(
    "data \"template_file\" \"it\" {\n  template = \"%%{ if x }\"\n}",
    "data.template_file.it.rendered"
)]
#[case::no_such_variable(
    "data \"template_file\" \"it\" {\n  template = \"$${x}\"\n}",
    "data.template_file.it.rendered"
)]
#[case::late_variable(
    "data \"template_file\" \"it\" {\n  template = \"$${x}\"\n  vars = { x = var.late }\n}",
    "data.template_file.it.rendered"
)]
#[case::late_part(
    "data \"cloudinit_config\" \"it\" {\n  gzip = false\n  part {\n    content = var.late\n  }\n}",
    "data.cloudinit_config.it.rendered"
)]
#[case::late_gzip(
    "data \"cloudinit_config\" \"it\" {\n  gzip = var.late\n  part {\n    content = \"x\"\n  }\n}",
    "data.cloudinit_config.it.rendered"
)]
#[case::no_region(
    "data \"aws_elb_service_account\" \"it\" {}",
    "data.aws_elb_service_account.it.id"
)]
#[case::late_region(
    "data \"aws_elb_service_account\" \"it\" {\n  region = var.late\n}",
    "data.aws_elb_service_account.it.id"
)]
#[case::no_such_region(
    "data \"aws_elb_service_account\" \"it\" {\n  region = \"eu-nowhere-1\"\n}",
    "data.aws_elb_service_account.it.id"
)]
#[case::not_constant(
    "data \"aws_canonical_user_id\" \"it\" {}",
    "data.aws_canonical_user_id.it.id"
)]
fn not_decided(#[case] source: &str, #[case] expression: &str) {
    assert!(output(source, expression).is_err());
}

/// A policy in a template with a variable that apply knows keeps its structure.
#[test]
fn a_partly_known_template_is_looked_into() {
    let text = "resource \"aws_s3_bucket\" \"b\" {}\ndata \"template_file\" \"it\" {\n  template = file(\"files/policy.json\")\n  vars = { arn = aws_s3_bucket.b.arn }\n}\nresource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = \"b\"\n  policy = data.template_file.it.rendered\n}\n";
    let mut files: Vec<(&str, &str)> = FILES.to_vec();
    files.push(("main.tf", text));
    let files = MemoryFileSystem::from(files.as_slice());
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let project = on_large_stack(|| Project::load(&files, &options));
    let resources = &project.documents[0].resources;
    let policy = resources.iter().find(|it| &*it.address == "aws_s3_bucket_policy.p").unwrap();
    let parsed = policy.parsed.get("policy").unwrap().get("Resource").unwrap();
    assert_eq!(parsed.as_str(), Some("${aws_s3_bucket.b.arn}"));
    assert!(policy.references.iter().any(|reference| &*reference.to == "aws_s3_bucket.b"));
}

/// Whole numbers are written digit by digit, whatever their length; what a 64-bit number holds stays short.
#[rstest]
#[case("123456789012345678901234567890", "123456789012345678901234567890")]
#[case("-12345678901234567891", "-12345678901234567891")]
#[case(
    "99999999999999999999999999999999999999999 * 3",
    "299999999999999999999999999999999999999997"
)]
#[case("9223372036854775807", "9223372036854775807")]
#[case("9223372036854775808", "9.223372036854776e+18")]
#[case("100000000000000000000", "1e+20")]
#[case("0.5", "0.5")]
fn numbers(#[case] expression: &str, #[case] expected: &str) {
    let text = format!("resource \"terraform_data\" \"it\" {{\n  input = {expression}\n}}\n");
    let files = MemoryFileSystem::from(&[("main.tf", &*text)]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let project = on_large_stack(|| Project::load(&files, &options));
    let document = json::document(&project.documents[0], &project.sources);
    assert_eq!(schema::check(&document), Vec::<String>::new());
    let written = serde_json::to_string(&document).unwrap();
    assert!(written.contains(&format!("\"input\":{expected}")), "{written}");
}

/// What a secret goes into is hidden.
#[test]
fn secrets_stay_hidden() {
    let text = "variable \"secret\" {\n  default = \"hush\"\n  sensitive = true\n}\ndata \"cloudinit_config\" \"it\" {\n  gzip = false\n  base64_encode = false\n  part {\n    content = var.secret\n  }\n}\nresource \"aws_instance\" \"web\" {\n  user_data = data.cloudinit_config.it.rendered\n}\n";
    let files = MemoryFileSystem::from(&[("main.tf", text)]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let project = on_large_stack(|| Project::load(&files, &options));
    let resources = &project.documents[0].resources;
    let web = resources.iter().find(|it| &*it.address == "aws_instance.web").unwrap();
    assert!(web.sensitive.iter().any(|pointer| pointer.as_str() == "/user_data"));
}

/// Of an object with a key that is known in part, its entries are known where nothing in it is secret.
#[rstest]
#[case::known("\"plain\"", Some("plain"))]
#[case::secret("var.secret", None)]
#[case::secret_key("\"plain\", (var.secret) = 1", None)]
#[case::secret_in_a_key("\"plain\", \"${var.late}${var.secret}\" = 1", None)]
fn keys_that_are_known_in_part(#[case] beside: &str, #[case] expected: Option<&str>) {
    let text = format!(
        "variable \"late\" {{}}\nvariable \"secret\" {{\n  default = \"hush\"\n  sensitive = true\n}}\nresource \"aws_iam_role\" \"r\" {{\n  assume_role_policy = jsonencode({{ a = {{ \"${{var.late}}:sub\" = \"who\", b = {beside} }} }})\n}}\n"
    );
    let files = MemoryFileSystem::from([("main.tf", &*text)].as_slice());
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let project = on_large_stack(|| Project::load(&files, &options));
    let role = &project.documents[0].resources[0];
    let object = role.parsed.get("assume_role_policy").and_then(|policy| policy.get("a"));
    let entry = object.and_then(|object| object.get("b")).and_then(Value::as_str);
    assert_eq!(entry, expected);
    let subject = object.and_then(|object| object.get("\u{f8fe}:sub")).and_then(Value::as_str);
    assert_eq!(subject, expected.map(|_| "who"));
    let document = json::document(&project.documents[0], &project.sources);
    assert!(!serde_json::to_string(&document).unwrap().contains("hush"));
}
