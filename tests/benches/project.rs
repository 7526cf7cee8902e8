//! Normalising and scanning trees that grow in one way each. `cargo bench --bench project`. The folder in `DREADNOUGHT_TREES`,
//! if it is set, is normalised too, beside what hcl-edit takes only to parse its files.
#![expect(
    clippy::disallowed_methods,
    missing_docs,
    reason = "a benchmark reads its environment, and its macro makes functions"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use dreadnought::evaluate::{Options as EvaluateOptions, evaluate};
use dreadnought::pack::PackSet;
use dreadnought::project::{Options, Project};
use dreadnought::source::{DiskFileSystem, FileSystem, MemoryFileSystem};
use rayon::prelude::*;

/// The command's: both sides of a comparison allocate alike.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As large as the command's.
const STACK_BYTES: usize = 64 << 20;

/// A resource with nested blocks, references and a policy.
const SERVICE: &str = r#"
variable "name" {}
variable "ranges" { default = ["10.0.0.0/8"] }
resource "aws_security_group" "this" {
  name = var.name
  dynamic "ingress" {
    for_each = var.ranges
    content {
      from_port   = 443
      to_port     = 443
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}
resource "aws_s3_bucket" "this" {
  bucket = "${var.name}-data"
  tags   = { Name = var.name, Environment = terraform.workspace }
}
resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["s3:GetObject"], Resource = "${aws_s3_bucket.this.arn}/*" }]
  })
}
output "bucket" { value = aws_s3_bucket.this }
"#;

fn files(files: &[(String, String)]) -> MemoryFileSystem {
    let borrowed: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    MemoryFileSystem::from(borrowed.as_slice())
}

/// One resource block with so many hundreds of instances (`range` gives at most 1,024 numbers).
fn instances(hundreds: usize) -> MemoryFileSystem {
    let text = format!(
        "resource \"aws_sqs_queue\" \"this\" {{\n  \
         for_each = toset(flatten([for i in range({hundreds}) : [for j in range(100) : \"queue-${{i}}-${{j}}\"]]))\n  \
         name = each.key\n  tags = {{ Name = each.key, Owner = \"team\" }}\n}}\n"
    );
    files(&[("main.tf".to_owned(), text)])
}

/// One module that is called so many times.
fn calls(count: usize) -> MemoryFileSystem {
    let mut text = String::new();
    for at in 0..count {
        let _ = writeln!(
            text,
            "module \"service_{at}\" {{\n  source = \"./service\"\n  name = \"service-{at}\"\n}}"
        );
    }
    files(&[("main.tf".to_owned(), text), ("service/main.tf".to_owned(), SERVICE.to_owned())])
}

/// So many root modules.
fn roots(count: usize) -> MemoryFileSystem {
    let root = |at: usize| {
        let text = SERVICE.replace(
            "variable \"name\" {}",
            &format!("variable \"name\" {{ default = \"s{at}\" }}"),
        );
        (format!("root-{at}/main.tf"), text)
    };
    files(&(0..count).map(root).collect::<Vec<_>>())
}

fn load(files: &dyn FileSystem) -> Project {
    Project::load(files, &Options { paths: vec![String::new()], ..Options::default() })
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_BYTES)
        .build()
        .expect("a pool of threads")
}

/// Time that loading takes so many times. What is loaded is freed outside of it, for the command ends without freeing anything, and by
/// the pool: blocks that a thread frees for another are collected by that one, within its next measurement.
fn loading(pool: &rayon::ThreadPool, times: u64, tree: &MemoryFileSystem) -> Duration {
    let once = |_| {
        let start = Instant::now();
        let project = black_box(load(tree));
        let taken = start.elapsed();
        drop(project);
        taken
    };
    pool.install(|| (0..times).map(once).sum())
}

fn normalising(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("normalise");
    group.sample_size(10);
    let one = pool(1);
    for count in [1_000_usize, 10_000, 100_000] {
        let tree = instances(count / 100);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("instances", count), &tree, |bench, tree| {
            bench.iter(|| one.install(|| drop(black_box(load(tree)))));
        });
    }
    for count in [10_usize, 100] {
        let tree = calls(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("calls", count), &tree, |bench, tree| {
            bench.iter(|| one.install(|| drop(black_box(load(tree)))));
        });
    }
    let tree = roots(200);
    group.throughput(Throughput::Elements(200));
    for threads in [1_usize, 2] {
        group.bench_with_input(
            BenchmarkId::new("roots, threads", threads),
            &tree,
            |bench, tree| {
                let pool = pool(threads);
                bench.iter_custom(|times| loading(&pool, times, tree));
            },
        );
    }
    if let Some(folder) = std::env::var_os("DREADNOUGHT_TREES") {
        let disk = DiskFileSystem::new(folder).expect("DREADNOUGHT_TREES is a folder");
        group.bench_function("real tree from disk", |bench| {
            bench.iter(|| one.install(|| drop(black_box(load(&disk)))));
        });
        real_tree(&mut group, &in_memory(&disk));
    }
    group.finish();
}

/// Both sides read from memory: what is compared is work, not the disk.
fn real_tree(group: &mut BenchmarkGroup<'_, WallTime>, all: &[(String, String)]) {
    let is_terraform = |(path, _): &&(String, String)| path.strip_suffix(".tf").is_some();
    let terraform: Vec<(String, String)> = all.iter().filter(is_terraform).cloned().collect();
    let texts: Vec<&str> = terraform.iter().map(|(_, text)| text.as_str()).collect();
    group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    for threads in [1, 2] {
        let pool = pool(threads);
        let suffix = if threads == 1 { "" } else { ", two threads" };
        let mut normalise = |name: &str, tree: &MemoryFileSystem| {
            group.bench_function(format!("{name}{suffix}"), |bench| {
                bench.iter_custom(|times| loading(&pool, times, tree));
            });
        };
        normalise("real tree", &files(all));
        // hcl-edit reads none of the data files, and what they make exist is not there without them.
        normalise("real tree without data files", &files(&terraform));
        group.bench_function(format!("real tree, hcl-edit only parses{suffix}"), |bench| {
            bench.iter(|| pool.install(|| texts.par_iter().for_each(|text| parse_only(text))));
        });
    }
}

/// The files of a tree that are text.
fn in_memory(tree: &dyn FileSystem) -> Vec<(String, String)> {
    let (paths, _) = tree.walk("");
    let read = |path: String| Some((String::from_utf8(tree.read(&path).ok()?).ok()?, path));
    paths.into_iter().filter_map(read).map(|(text, path)| (path, text)).collect()
}

fn parse_only(text: &str) {
    let _ = black_box(hcl::edit::parser::parse_body(text));
}

/// With all built-in packs, as `dreadnought scan` does it, without writing the report.
fn scan(files: &dyn FileSystem) {
    let mut project = load(files);
    let (packs, _) = PackSet::load(&mut project.sources, true, &[]);
    black_box(evaluate(&project.documents, &packs, &EvaluateOptions::default()));
}

fn scanning(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(10);
    let two = pool(2);
    for (name, tree) in [
        ("small", calls(1)),
        ("instances 1000", instances(10)),
        ("calls 100", calls(100)),
        ("roots 200", roots(200)),
    ] {
        group.bench_function(name, |bench| bench.iter(|| two.install(|| scan(&tree))));
    }
    group.finish();
}

criterion_group!(benches, normalising, scanning);
criterion_main!(benches);
