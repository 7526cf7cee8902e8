//! Which files are found, and what the file system refuses.

use std::fs;
use std::path::Path;

use dreadnought::discover::{Candidate, CandidateKind, Discovery, discover, read};
use dreadnought::source::{
    DiskFileSystem, EntryKind, FileSystem, MemoryFileSystem, ProblemKind, Sources, join, normalize,
};
use rstest::rstest;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, DiskFileSystem) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    let system = DiskFileSystem::new(folder.path()).unwrap();
    (folder, system)
}

fn paths(found: &Discovery) -> Vec<&str> {
    found.files.iter().map(|file| file.path.as_str()).collect()
}

fn named(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

#[rstest]
#[case("main.tf", Some(CandidateKind::TerraformHcl))]
#[case("a/main.tofu", Some(CandidateKind::TerraformHcl))]
#[case("main.tf.json", Some(CandidateKind::TerraformJson))]
#[case("main.tofu.json", Some(CandidateKind::TerraformJson))]
#[case("prod.tfvars", Some(CandidateKind::TerraformVariables))]
#[case("prod.auto.tfvars.json", Some(CandidateKind::TerraformVariables))]
#[case("a.yaml", Some(CandidateKind::Yaml))]
#[case(".github/workflows/a.yml", Some(CandidateKind::Yaml))]
#[case("package.json", Some(CandidateKind::Json))]
#[case("chart/templates/_helpers.tpl", Some(CandidateKind::Template))]
#[case("chart/templates/sub/x.tpl", Some(CandidateKind::Template))]
#[case("files/user_data.tpl", None)]
#[case("templates.tpl", None)]
#[case(".main.tf", None)]
#[case("main.tf.bak", None)]
#[case("tf", None)]
#[case("README.md", None)]
fn kinds_follow_from_names(#[case] path: &str, #[case] kind: Option<CandidateKind>) {
    assert_eq!(CandidateKind::of(path), kind);
}

#[rstest]
#[case("a//b/./c/", Some("a/b/c"))]
#[case("a/../b", Some("b"))]
#[case("", Some(""))]
#[case(".", Some(""))]
#[case("a/..", Some(""))]
#[case("..", None)]
#[case("a/../../b", None)]
#[case("/etc/passwd", None)]
#[case("a\0b", None)]
fn paths_stay_inside(#[case] path: &str, #[case] expected: Option<&str>) {
    assert_eq!(normalize(path).as_deref(), expected);
}

#[rstest]
#[case("envs/prod", "../../modules/net", Some("modules/net"))]
#[case("", "./x.tf", Some("x.tf"))]
#[case("envs", "../../x", None)]
#[case("envs", "/x", None)]
fn joined_paths_stay_inside(
    #[case] base: &str,
    #[case] relative: &str,
    #[case] expected: Option<&str>,
) {
    assert_eq!(join(base, relative).as_deref(), expected);
}

#[test]
fn ignore_rules_hold_inside_of_folders() {
    let (_folder, system) = tree(&[
        (".gitignore", "build/\n*.gen.tf\n/top.tf\n"),
        (".git/info/exclude", "secret.tf\n"),
        (".git/x.yaml", ""),
        (".terraform/modules/m.tf", ""),
        ("node_modules/p/package.json", ""),
        (".github/workflows/ci.yml", ""),
        ("a/main.tf", ""),
        ("a/top.tf", ""),
        ("a/b.gen.tf", ""),
        ("a/secret.tf", ""),
        ("a/.gitignore", "!c.gen.tf\n"),
        ("a/c.gen.tf", ""),
        ("build/x.tf", ""),
        ("top.tf", ""),
        ("notes.md", ""),
    ]);
    let found = discover(&system, &named(&["."]));
    let expected = [".github/workflows/ci.yml", "a/c.gen.tf", "a/main.tf", "a/top.tf"];
    assert_eq!(paths(&found), expected);
    assert_eq!(found.problems, []);
}

#[test]
fn ignore_rules_of_folders_above_hold_for_a_named_folder() {
    let (_folder, system) = tree(&[
        (".gitignore", "*.gen.tf\nbuild/\n"),
        ("a/main.tf", ""),
        ("a/b/x.gen.tf", ""),
        ("a/build/x.tf", ""),
        ("build/x.tf", ""),
    ]);
    assert_eq!(paths(&discover(&system, &named(&["a"]))), ["a/main.tf"]);
    // A folder that is named itself is read, whatever is ignored.
    assert_eq!(paths(&discover(&system, &named(&["build"]))), ["build/x.tf"]);
}

#[test]
fn the_nearest_ignore_rule_holds_at_any_depth_and_for_a_named_folder() {
    let (_folder, system) = tree(&[
        (".gitignore", "*.gen.tf\n"),
        ("a/.gitignore", "!*.gen.tf\nb/c\n"),
        ("a/b/x.gen.tf", ""),
        ("a/b/c/x.tf", ""),
        ("a/b/d/.git/info/exclude", "y.tf\n"),
        ("a/b/d/.gitignore", "x.*\n"),
        ("a/b/d/x.gen.tf", ""),
        ("a/b/d/y.tf", ""),
        ("a/b/d/z.gen.tf", ""),
        ("b/x.gen.tf", ""),
    ]);
    let expected = ["a/b/d/z.gen.tf", "a/b/x.gen.tf"];
    for folder in ["", "a", "a/b"] {
        assert_eq!(paths(&discover(&system, &named(&[folder]))), expected, "{folder}");
    }
}

#[test]
fn folders_are_walked_at_any_depth() {
    let depth = 600;
    let deep = format!("{}main.tf", "a/".repeat(depth));
    let (_folder, system) = tree(&[(&deep, ""), ("a/main.tf", "")]);
    let found = discover(&system, &named(&[""]));
    assert_eq!(paths(&found), [&*deep, "a/main.tf"]);
    assert_eq!(system.read(&deep).unwrap(), b"");
    assert!(system.read(&"a/".repeat(1 << 20)).is_err());
}

#[test]
fn named_files_are_read_even_when_ignored() {
    let (_folder, system) = tree(&[(".gitignore", "*\n"), ("a/main.tf", ""), ("b.tf", "")]);
    let found = discover(&system, &named(&["a/main.tf", "./a/../a/main.tf"]));
    let main = Candidate { path: "a/main.tf".into(), kind: CandidateKind::TerraformHcl };
    assert_eq!(found, Discovery { files: vec![main], problems: vec![] });
    assert_eq!(paths(&discover(&system, &named(&[""]))), Vec::<&str>::new());
}

#[rstest]
#[case("missing.tf", ProblemKind::NotFound)]
#[case("../outside", ProblemKind::NotFound)]
#[case("/etc", ProblemKind::NotFound)]
#[case("notes.md", ProblemKind::Note)]
fn what_is_not_there_is_named(#[case] path: &str, #[case] kind: ProblemKind) {
    let system = MemoryFileSystem::from(&[("notes.md", "")]);
    let found = discover(&system, &named(&[path]));
    assert_eq!(found.files, []);
    assert_eq!(found.problems.len(), 1);
    assert_eq!(found.problems[0].kind, kind);
    assert!(found.problems[0].message.contains(path), "{}", found.problems[0].message);
}

#[test]
fn memory_and_disk_agree() {
    let files = [("a/b/c.tf", "x"), ("a/d.yaml", "yy"), ("e.json", ""), (".git/x.tf", "")];
    let (_folder, disk) = tree(&files);
    let memory = MemoryFileSystem::from(&files);
    for folder in ["", "a", "a/b", "./a/", "missing", "e.json"] {
        assert_eq!(disk.kind(folder), memory.kind(folder), "{folder}");
        assert_eq!(disk.list(folder).ok(), memory.list(folder).ok(), "{folder}");
    }
    assert_eq!(disk.walk(""), memory.walk(""));
    assert_eq!(disk.read("a/d.yaml").unwrap(), memory.read("a/d.yaml").unwrap());
    assert_eq!(disk.size("a/d.yaml").unwrap(), memory.size("a/d.yaml").unwrap());
    assert_eq!(memory.list("a").unwrap()[0].kind, EntryKind::Folder);
}

#[test]
fn bytes_that_are_not_utf8_are_refused_with_their_place() {
    let mut system = MemoryFileSystem::default();
    system.files.insert("a.tf".into(), b"a = \"\xff\"".to_vec());
    let problem = read(&system, "a.tf").unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotUtf8);
    assert_eq!(problem.message, "`a.tf` is not UTF-8: byte 5 belongs to no character");
    assert_eq!(problem.path.as_deref(), Some("a.tf"));
}

#[test]
fn a_large_file_is_refused_before_it_is_read() {
    let (folder, system) = tree(&[]);
    let file = fs::File::create(folder.path().join("big.yaml")).unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    let problem = read(&system, "big.yaml").unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Limit);
    assert_eq!(
        problem.message,
        "`big.yaml` has 104857600 bytes, more than the 16777216 that are read"
    );
}

#[test]
fn the_first_text_of_a_path_holds() {
    let system = MemoryFileSystem::from(&[("a.tf", "x = 1")]);
    let mut sources = Sources::default();
    let id = sources.add(read(&system, "a.tf").unwrap());
    let later = MemoryFileSystem::from(&[("a.tf", "x = 2")]);
    assert_eq!(sources.add(read(&later, "a.tf").unwrap()), id);
    assert_eq!(&*sources.get(id).text, "x = 1");
    let missing = read(&system, "b.tf").unwrap_err();
    assert_eq!(missing.kind, ProblemKind::NotFound);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    fn problems(found: &Discovery) -> Vec<(ProblemKind, &str)> {
        found
            .problems
            .iter()
            .map(|problem| (problem.kind, problem.path.as_deref().unwrap_or_default()))
            .collect()
    }

    #[test]
    fn symlinks_out_of_the_tree_are_absent() {
        let (outside, _) = tree(&[("secret.tf", "x"), ("more/a.tf", "")]);
        let (folder, system) = tree(&[("main.tf", "")]);
        symlink(outside.path().join("secret.tf"), folder.path().join("link.tf")).unwrap();
        symlink(outside.path(), folder.path().join("out")).unwrap();
        symlink("../../../../../../../../etc", folder.path().join("etc")).unwrap();
        let found = discover(&system, &named(&[""]));
        assert_eq!(paths(&found), ["main.tf"]);
        let skipped = ProblemKind::SymlinkSkipped;
        assert_eq!(problems(&found), [(skipped, "etc"), (skipped, "link.tf"), (skipped, "out")]);
        for path in ["link.tf", "out", "out/secret.tf", "etc/passwd"] {
            assert_eq!(system.kind(path), None, "{path}");
            assert!(system.read(path).is_err(), "{path}");
            assert!(system.size(path).is_err(), "{path}");
        }
        assert!(system.list("out").is_err());
        assert_eq!(system.list("").unwrap().len(), 1);
    }

    #[test]
    fn symlinks_in_a_circle_are_skipped_with_other_words() {
        let (folder, system) = tree(&[("a/main.tf", ""), ("b/main.tf", "")]);
        symlink("..", folder.path().join("a/up")).unwrap();
        symlink("self", folder.path().join("self")).unwrap();
        symlink("../b", folder.path().join("a/b")).unwrap();
        symlink("../a", folder.path().join("b/a")).unwrap();
        let found = discover(&system, &named(&[""]));
        assert_eq!(paths(&found), ["a/main.tf", "b/main.tf"]);
        let skipped = ProblemKind::SymlinkSkipped;
        assert_eq!(problems(&found), [(skipped, "a/up"), (skipped, "self")]);
        assert!(found.problems.iter().all(|problem| problem.message.contains("circle")));
        // From one side the circle over two links is one.
        let found = discover(&system, &named(&["a"]));
        assert_eq!(paths(&found), ["a/b/main.tf", "a/main.tf"]);
        assert_eq!(problems(&found), [(skipped, "a/b/a"), (skipped, "a/up")]);
    }

    #[test]
    fn symlinks_inside_are_followed_once() {
        let (folder, system) =
            tree(&[("env/main.tf", ""), ("shared/common.tf", "c"), ("shared/m/x.tf", "")]);
        symlink("../shared/common.tf", folder.path().join("env/common.tf")).unwrap();
        symlink("../shared/m", folder.path().join("env/m")).unwrap();
        symlink("m", folder.path().join("env/n")).unwrap();
        let all = discover(&system, &named(&[""]));
        assert_eq!(paths(&all), ["env/main.tf", "shared/common.tf", "shared/m/x.tf"]);
        let env = discover(&system, &named(&["env"]));
        assert_eq!(paths(&env), ["env/common.tf", "env/m/x.tf", "env/main.tf"]);
        assert_eq!(env.problems, []);
        assert_eq!(system.read("env/common.tf").unwrap(), b"c");
        assert_eq!(system.kind("env/m"), Some(EntryKind::Folder));
        // A symlink that is named is followed.
        assert_eq!(paths(&discover(&system, &named(&["env/m"]))), ["env/m/x.tf"]);
    }

    #[test]
    fn ignore_files_elsewhere_do_not_count() {
        let (outside, _) = tree(&[("rules", "main.tf\n")]);
        let (folder, system) = tree(&[("main.tf", ""), ("a/main.tf", "")]);
        symlink(outside.path().join("rules"), folder.path().join(".gitignore")).unwrap();
        let found = discover(&system, &named(&[""]));
        assert_eq!(paths(&found), ["a/main.tf", "main.tf"]);
    }

    #[test]
    fn folders_over_symlinks_lead_to_their_files() {
        let (folder, system) = tree(&[("real/a/b/main.tf", "x"), ("main.tf", "")]);
        symlink("real/a", folder.path().join("way")).unwrap();
        assert_eq!(system.read("way/b/main.tf").unwrap(), b"x");
        assert_eq!(system.list("way/b").unwrap()[0].path, "way/b/main.tf");
        assert_eq!(system.kind("main.tf/b"), None);
        assert!(system.read("way/c/main.tf").is_err());
    }

    #[test]
    fn paths_that_are_not_utf8_are_named() {
        let (folder, system) = tree(&[("main.tf", "")]);
        let odd = folder.path().join(OsStr::from_bytes(b"\xff.tf"));
        if fs::write(odd, "").is_err() {
            return; // This file system has no such names.
        }
        let found = discover(&system, &named(&[""]));
        assert_eq!(paths(&found), ["main.tf"]);
        assert_eq!(problems(&found), [(ProblemKind::Unreadable, "\u{fffd}.tf")]);
    }

    #[test]
    fn what_is_no_regular_file_is_absent() {
        let (folder, system) = tree(&[]);
        let socket = std::os::unix::net::UnixListener::bind(folder.path().join("s.tf")).unwrap();
        assert_eq!(system.kind("s.tf"), None);
        assert!(system.read("s.tf").is_err());
        assert_eq!(paths(&discover(&system, &named(&[""]))), Vec::<&str>::new());
        drop(socket);
    }
}
