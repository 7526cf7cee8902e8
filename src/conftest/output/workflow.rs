//! What pipelines of GitHub and Azure DevOps read from a log.

use std::fmt::Write as _;

use super::{CheckResult, Outcome, Style, meaning, summary};

/// A text in a command.
fn command(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text among the properties of a command.
fn property(text: &str) -> String {
    command(text).replace(':', "%3A").replace(',', "%2C")
}

fn count(result: &CheckResult) -> usize {
    result.successes
        + result.failures.len()
        + result.warnings.len()
        + result.exceptions.len()
        + result.skipped.len()
}

/// A group a file, a line a result. What a rule places elsewhere is told at both places.
pub(super) fn github(outcome: &Outcome, style: Style) -> String {
    let mut made = String::new();
    for result in &outcome.results {
        if style.hide_passed && count(result) == result.successes {
            continue;
        }
        let (path, namespace) = (command(&result.path), command(&result.namespace));
        let _ = writeln!(
            made,
            "::group::Testing \"{path}\" against {} policies in namespace \"{namespace}\"",
            count(result)
        );
        let groups = [
            ("error", &result.failures),
            ("warning", &result.warnings),
            ("notice", &result.exceptions),
        ];
        for (word, items) in groups {
            for item in items {
                let means = if word == "notice" { String::new() } else { meaning(item, style) };
                let message = command(&format!("{}{means}", item.message));
                let mut line = |file: &str, number: u32, message: &str| {
                    let file = property(file);
                    let _ = writeln!(made, "::{word} file={file},line={number}::{message}");
                };
                match &item.place {
                    None => line(&result.path, 1, &message),
                    Some((file, number)) => {
                        line(file, *number, &message);
                        if *file != result.path {
                            let from = format!("(ORIGINATING FROM {} L{number})", command(file));
                            line(&result.path, 1, &format!("{from} {message}"));
                        }
                    }
                }
            }
        }
        for item in &result.skipped {
            let (file, message) = (property(&result.path), command(&item.message));
            let line = item.place.as_ref().map_or(1, |(_, line)| *line);
            let _ = writeln!(made, "::notice file={file},line={line}::Test was skipped: {message}");
        }
        let _ = writeln!(
            made,
            "::notice file={},line=1::Number of successful checks: {}\n::endgroup::",
            property(&result.path),
            result.successes
        );
    }
    let _ = writeln!(made, "{}", summary(outcome));
    made
}

/// A group a file, a line a result.
pub(super) fn azure_devops(outcome: &Outcome) -> String {
    let one_line = |text: &str| text.replace(['\r', '\n'], " ");
    let mut made = String::new();
    for result in &outcome.results {
        let path = one_line(&result.path);
        let _ = writeln!(
            made,
            "##[section]Testing '{path}' against {} policies in namespace '{}'\n##[group]See conftest results",
            count(result),
            result.namespace
        );
        let groups = [
            ("error", &result.failures),
            ("warning", &result.warnings),
            ("warning", &result.exceptions),
        ];
        for (kind, items) in groups {
            for item in items {
                let message = one_line(&item.message);
                let _ =
                    writeln!(made, "##vso[task.logissue type={kind}] file={path} --> {message}");
            }
        }
        for item in &result.skipped {
            let _ = writeln!(made, "skipped file={path} {}", one_line(&item.message));
        }
        if result.successes > 0 {
            let _ = writeln!(made, "success file={path} {}", result.successes);
        }
        made.push_str("##[endgroup]\n");
    }
    let _ = writeln!(made, "{}", summary(outcome));
    made
}
