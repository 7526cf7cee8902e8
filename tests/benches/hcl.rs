//! Parsing HCL beside hcl-edit: a made-up tree of Terraform files, or the folder in `DREADNOUGHT_TREES` if it is set.
//! `cargo bench --bench hcl`. The bar is five times the speed of hcl-edit. With `DREADNOUGHT_MEMORY` set, what trees take
//! in memory is told instead: afterwards memory is in pieces, and every parser slow.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark reads files and reports, and its macro makes functions"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dreadnought::source::FileId;
use dreadnought::syntax::hcl as ours;

/// The command's: both sides of a comparison allocate alike.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many resources the made-up tree has.
const RESOURCES: usize = 20_000;
/// How many of them are in one file.
const RESOURCES_PER_FILE: usize = 40;

/// Files as people write them: literals, references, conditionals, for-expressions, nested and dynamic blocks, a policy.
fn made_up() -> Vec<String> {
    let mut files = vec![String::new(); RESOURCES / RESOURCES_PER_FILE];
    for number in 0..RESOURCES {
        let text = &mut files[number / RESOURCES_PER_FILE];
        let _ = write!(
            text,
            r#"# Storage number {number}.
resource "aws_s3_bucket" "store_{number}" {{
  count         = var.enabled && length(var.names) > {number} ? 1 : 0
  bucket        = "${{local.prefix}}-store-{number}-${{var.environment}}"
  force_destroy = false

  tags = merge(var.tags, {{
    Name  = "store-{number}"
    Owner = try(var.owners["team-{number}"], "nobody") // the default
  }})

  lifecycle {{
    ignore_changes = [tags["updated"], bucket]
  }}

  dynamic "rule" {{
    for_each = {{ for key, rule in var.rules : key => rule if rule.enabled }}
    content {{
      id     = rule.key
      prefix = trimsuffix(rule.value.prefix, "/")
      days   = rule.value.days + {number} * 2
    }}
  }}
}}

resource "aws_s3_bucket_policy" "store_{number}" {{
  bucket = aws_s3_bucket.store_{number}[0].id
  policy = <<-EOT
    {{
      "Version": "2012-10-17",
      "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${{aws_s3_bucket.store_{number}[0].arn}}/*"}}]
    }}
  EOT
}}

"#
        );
    }
    files
}

fn collect(folder: &Path, texts: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            collect(&path, texts);
        } else if path.extension().is_some_and(|ending| ending == "tf")
            && let Ok(text) = std::fs::read_to_string(&path)
            // Both do the same work, to the end of each file.
            && hcl::edit::parser::parse_body(&text).is_ok()
        {
            texts.push(text);
        }
    }
}

/// Bytes in memory, where the system tells.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// What all trees at once take, as a multiple of their source.
fn memory<T>(texts: &[String], parse: impl Fn(&str) -> T) -> String {
    let bytes: usize = texts.iter().map(String::len).sum();
    let before = resident();
    let trees: Vec<T> = texts.iter().map(|text| parse(text)).collect();
    let after = resident();
    drop(black_box(trees));
    match before.zip(after) {
        Some((before, after)) => {
            let hundredths = after.saturating_sub(before) * 100 / bytes.max(1);
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        }
        None => "unknown".to_owned(),
    }
}

fn parse(criterion: &mut Criterion) {
    let folder = std::env::var_os("DREADNOUGHT_TREES");
    let texts = folder.as_ref().map_or_else(made_up, |folder| {
        let mut texts = Vec::new();
        collect(Path::new(folder), &mut texts);
        texts
    });
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} files, {bytes} bytes", texts.len());
    if std::env::var_os("DREADNOUGHT_MEMORY").is_some() {
        let own = memory(&texts, |text| ours::parse(FileId(0), text));
        let other = memory(&texts, hcl::edit::parser::parse_body);
        println!("bytes of tree for a byte of source: {own} (hcl-edit: {other})");
        return;
    }
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("ours", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                drop(black_box(ours::parse(FileId(0), text)));
            }
        });
    });
    group.bench_function("hcl-edit", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                drop(black_box(hcl::edit::parser::parse_body(text)));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
