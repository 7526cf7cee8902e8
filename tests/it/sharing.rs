//! What files and roots share, and what becomes of it: copies of a file are parsed once, and nothing of a root outlives its document.

use std::sync::Arc;

use dreadnought::document::json;
use dreadnought::project::{Options, Project};
use dreadnought::source::MemoryFileSystem;
use dreadnought::vocabulary::Vocabulary;
use rstest::rstest;
use serde_json::Value as Json;

fn load(files: &[(String, String)], vocabulary: &Arc<Vocabulary>) -> Project {
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let vocabulary = Arc::clone(vocabulary);
    let options = Options { paths: vec![String::new()], vocabulary, ..Options::default() };
    Project::load(&MemoryFileSystem::from(files.as_slice()), &options)
}

fn shown(project: &Project) -> Json {
    json::documents(&project.documents, &project.sources, &project.problems).to_json()
}

/// A call of a module that holds a queue.
const CALLS: &str = "module \"a\" {\n  source = \"../queue\"\n  name   = \"a\"\n}\n\
                     module \"b\" {\n  source   = \"../queue\"\n  for_each = toset([\"x\", \"y\"])\n  name     = each.key\n}\n";
const QUEUE: &str = "variable \"name\" {}\nresource \"aws_sqs_queue\" \"this\" {\n  name = var.name\n}\noutput \"arn\" {\n  value = aws_sqs_queue.this.arn\n}\n";

#[test]
fn nothing_of_a_root_outlives_its_document() {
    let vocabulary = Arc::default();
    let files = [("root/main.tf", CALLS), ("queue/main.tf", QUEUE)];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let project = load(&files, &vocabulary);
    assert_eq!(project.documents.len(), 1);
    assert_eq!(shown(&project)["documents"][0]["resources"].as_array().unwrap().len(), 3);
    drop(project);
    // Every instance of a resource holds the facts of its type: what is left are those of the vocabulary itself, and these.
    let facts = vocabulary.find("aws_sqs_queue").unwrap();
    assert_eq!(Arc::strong_count(&facts), 2);
}

const DEFAULTS: &str = r#"variable "settings" {
  type    = object({ name = optional(string, path.module), size = optional(number, 3) })
  default = {}
}
variable "size" {
  type    = number
  default = 2
  validation {
    condition     = var.size > 2
    error_message = "The size is too small."
  }
}
locals {
  name = var.settings.name
}
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { Where = path.module }
  }
}
resource "aws_sqs_queue" "this" {
  name = local.name
  tags = { Size = var.size, Missing = var.missing }
}
output "name" {
  value = local.name
}
"#;
const BROKEN: &str =
    "variable \"settings\" {\n  default = {\n}\nresource \"aws_sqs_queue\" \"this\" {}\n";
const ESCAPED: &str = "resource \"aws_sqs_queue\" \"this\" {\n  name = \"x\"\n  _ {\n    delay_seconds = 5\n  }\n}\n\
                       check \"c\" {\n  data \"aws_region\" \"r\" {}\n  assert {\n    condition     = false\n    error_message = \"No.\"\n  }\n}\n\
                       terraform {\n  required_version = \">= 1.0\"\n  backend \"s3\" {\n    bucket = \"state\"\n  }\n}\n";
const OVERRIDE: &str = "resource \"aws_sqs_queue\" \"this\" {\n  name = \"changed\"\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n\
                        terraform {\n  required_version = \">= 1.5\"\n  backend \"local\" {}\n}\nlocals {\n  name = \"other\"\n}\n";

/// Each folder holds a copy of the same file, and some hold more. What comes out is what comes out of files that differ in a comment.
#[rstest]
#[case::defaults(DEFAULTS, None)]
#[case::defaults_overridden(DEFAULTS, Some(OVERRIDE))]
#[case::broken(BROKEN, None)]
#[case::escaped(ESCAPED, None)]
#[case::escaped_overridden(ESCAPED, Some(OVERRIDE))]
fn copies_are_what_they_would_be_by_themselves(
    #[case] text: &str,
    #[case] override_in_some: Option<&str>,
    #[values(3, 200)] folders: usize,
) {
    let tree = |is_copied: bool| {
        let mut files = Vec::new();
        for at in 0..folders {
            let comment = if is_copied { String::new() } else { format!("# {at}\n") };
            files.push((format!("f{at}/common.tf"), format!("{text}{comment}")));
            if let (Some(more), 1) = (override_in_some, at % 2) {
                files.push((format!("f{at}/x_override.tf"), format!("{more}{comment}")));
            }
        }
        // One root reaches several copies.
        let call = |at| format!("module \"m{at}\" {{\n  source = \"../f{at}\"\n}}\n");
        files.push(("root/main.tf".to_owned(), (0..2).map(call).collect()));
        files
    };
    let vocabulary = Arc::default();
    let [copied, differing] = [true, false].map(|it| shown(&load(&tree(it), &vocabulary)));
    assert!(copied["documents"].as_array().unwrap().len() >= folders - 2);
    assert_eq!(copied, differing);
}
