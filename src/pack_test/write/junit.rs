//! Results as `JUnit` XML: a suite a pack, a case a test.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Summary;
use crate::pack_test::{PackRun, State, TestResult};
use crate::source::xml_escaped as escape;

/// Write it.
pub(super) fn write(summary: &Summary<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let total: usize = summary.packs.iter().map(|pack| pack.results.len()).sum();
    let refused = summary.refusals.len() + usize::from(summary.is_below());
    writeln!(
        out,
        "<testsuites tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        total + refused,
        summary.count(State::Failed),
        summary.count(State::Error) + refused,
        summary.count(State::Skipped)
    )?;
    for pack in summary.packs {
        suite(pack, out)?;
    }
    if refused > 0 {
        writeln!(
            out,
            "  <testsuite name=\"run\" tests=\"{refused}\" failures=\"0\" errors=\"{refused}\">"
        )?;
        let below = summary.is_below().then(|| "coverage is below the threshold".to_owned());
        for refusal in summary.refusals.iter().chain(&below) {
            let text = escape(refusal);
            writeln!(out, "    <testcase classname=\"run\" name=\"{text}\">")?;
            writeln!(out, "      <error message=\"{text}\"/>")?;
            writeln!(out, "    </testcase>")?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(pack: &PackRun, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        escape(&pack.name),
        pack.results.len(),
        pack.count(State::Failed),
        pack.count(State::Error),
        pack.count(State::Skipped)
    )?;
    if let Some(digest) = &pack.digest {
        let property = format!("<property name=\"digest\" value=\"{}\"/>", escape(digest));
        writeln!(out, "    <properties>{property}</properties>")?;
    }
    for result in &pack.results {
        case(pack, result, out)?;
    }
    writeln!(out, "  </testsuite>")
}

fn case(pack: &PackRun, result: &TestResult, out: &mut dyn Write) -> io::Result<()> {
    let class = format!("{}.{}", pack.name, result.group);
    let mut attributes =
        format!("classname=\"{}\" name=\"{}\"", escape(&class), escape(&result.name));
    if !result.path.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(attributes, " file=\"{}\"", escape(&result.path));
    }
    if let Some(line) = result.line {
        let _ = write!(attributes, " line=\"{line}\"");
    }
    if result.state == State::Passed && result.printed.is_empty() {
        return writeln!(out, "    <testcase {attributes}/>");
    }
    writeln!(out, "    <testcase {attributes}>")?;
    let tag = if result.state == State::Error { "error" } else { "failure" };
    match result.state {
        State::Passed => {}
        State::Skipped => writeln!(out, "      <skipped/>")?,
        State::Failed | State::Error => {
            for failure in &result.failures {
                let mut body = String::new();
                for (depth, text, value) in &failure.values {
                    let _ = writeln!(body, "{:indent$}{text} = {value}", "", indent = 2 * depth);
                }
                for line in &failure.diff {
                    let _ = writeln!(body, "{line}");
                }
                let message = escape(&failure.to_string());
                writeln!(out, "      <{tag} message=\"{message}\">{}</{tag}>", escape(&body))?;
            }
        }
    }
    if !result.printed.is_empty() {
        let text = escape(&result.printed.join("\n"));
        writeln!(out, "      <system-out>{text}</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}
