//! What suites said: for a person, for a machine, for a build server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context as _;
use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::run::{Expectation, Report, SuiteReport};

/// For a person: rows as they came out, what was not as expected, and what no test decided.
pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    for suite in &report.suites {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(text, "{}", suite.file);
        for (name, expectations) in rows(suite) {
            let unmet: Vec<_> = expectations.iter().filter(|expectation| !expectation.is_met).collect();
            let mark = if unmet.is_empty() { '✓' } else { '✗' };
            let count = expectations.len();
            let _ = match (count, unmet.len()) {
                (1, _) => writeln!(text, "  {mark} {name}"),
                (count, 0) => writeln!(text, "  {mark} {name} ({count} requests)"),
                (count, unmet) => writeln!(text, "  {mark} {name} ({unmet} of {count} requests)"),
            };
            for expectation in unmet {
                text.push_str(&unmet_lines(expectation));
            }
        }
    }
    let (all, unmet) = (report.expectations().count(), report.unmet());
    let _ = writeln!(text, "\n{all} requests decided, {} as expected, {unmet} not", all - unmet);
    let coverage = &report.coverage;
    let (decided, all) = (coverage.decided(), coverage.statements.len());
    let _ = writeln!(text, "{decided} of {all} statements decided a request ({} %)", coverage.percent());
    for statement in coverage.statements.iter().filter(|statement| statement.decided == 0) {
        let sid = statement.sid.as_deref().map(|sid| format!(" {sid}")).unwrap_or_default();
        let (file, line, column, effect) =
            (&statement.file, statement.line, statement.column, statement.effect);
        let _ = writeln!(text, "  no test decided by {file}:{line}:{column} {effect}{sid}");
    }
    text
}

fn unmet_lines(expectation: &Expectation) -> String {
    let Expectation { principal, action, resource, expected, decision, .. } = expectation;
    let mut lines =
        format!("      expected {expected}, got {decision}: {action} on {resource}\n      by {principal}\n");
    if let Some(message) = &expectation.message {
        let _ = writeln!(lines, "      {message}");
    }
    if let Some(place) = &expectation.decided_by {
        let _ = writeln!(lines, "      decided at {place}");
    }
    lines
}

/// The requests of a suite, by the row they come from.
fn rows(suite: &SuiteReport) -> Vec<(&str, Vec<&Expectation>)> {
    let mut order = Vec::new();
    let mut rows: BTreeMap<&str, Vec<&Expectation>> = BTreeMap::new();
    for expectation in &suite.expectations {
        let row = rows.entry(expectation.name.as_str()).or_default();
        if row.is_empty() {
            order.push(expectation.name.as_str());
        }
        row.push(expectation);
    }
    order.into_iter().filter_map(|name| Some((name, rows.remove(name)?))).collect()
}

/// JUnit's form, as build servers read it: a suite a file, a case a request.
pub(super) fn junit(report: &Report) -> anyhow::Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let count = |suites: &[SuiteReport]| {
        let all: Vec<_> = suites.iter().flat_map(|suite| &suite.expectations).collect();
        let unmet = all.iter().filter(|expectation| !expectation.is_met).count();
        (all.len().to_string(), unmet.to_string())
    };
    let (all, unmet) = count(&report.suites);
    let root = writer.create_element("testsuites");
    let root = root.with_attributes([("tests", all.as_str()), ("failures", unmet.as_str())]);
    root.write_inner_content(|writer| {
        for suite in &report.suites {
            let (all, unmet) = count(std::slice::from_ref(suite));
            let attributes =
                [("name", suite.file.as_str()), ("tests", all.as_str()), ("failures", unmet.as_str())];
            let element = writer.create_element("testsuite").with_attributes(attributes);
            element.write_inner_content(|writer| {
                suite.expectations.iter().try_for_each(|expectation| junit_case(writer, suite, expectation))
            })?;
        }
        Ok(())
    })?;
    let text = String::from_utf8(writer.into_inner()).context("a report that is text")?;
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}"))
}

fn junit_case(
    writer: &mut Writer<Vec<u8>>,
    suite: &SuiteReport,
    expectation: &Expectation,
) -> std::io::Result<()> {
    let Expectation { principal, action, resource, expected, decision, .. } = expectation;
    let name = format!("{}: {action} on {resource} by {principal}", expectation.name);
    let case = writer.create_element("testcase");
    let case = case.with_attributes([("name", name.as_str()), ("classname", suite.file.as_str())]);
    if expectation.is_met {
        return case.write_empty().map(drop);
    }
    case.write_inner_content(|writer| {
        let said = format!("expected {expected}, got {decision}");
        let details = [expectation.message.as_deref(), expectation.decided_by.as_deref()];
        let details = details.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let failure = writer.create_element("failure").with_attribute(("message", said.as_str()));
        failure.write_text_content(BytesText::new(&details)).map(drop)
    })
    .map(drop)
}
