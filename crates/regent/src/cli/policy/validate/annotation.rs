//! Findings as commands that a GitHub workflow understands: they show up beside the lines of a pull request.

use regent_policy::validate::{Finding, FindingType};

use super::Looked;

/// A line a finding.
pub(super) fn annotations(looked: &Looked) -> Vec<String> {
    let name = property(&looked.file.name);
    let refusal = looked.refusal().zip(looked.validation.refusal()).map(|(text, refusal)| {
        let position = refusal.position();
        let place = format!("line={},col={}", position.line, position.column);
        format!("::error file={name},{place},title=MalformedPolicyDocument::{}", data(&text))
    });
    let findings = looked.validation.findings().iter().map(|finding| annotation(&name, finding));
    refusal.into_iter().chain(findings).collect()
}

fn annotation(name: &str, finding: &Finding) -> String {
    let command = match finding.finding_type() {
        FindingType::Error => "error",
        FindingType::SecurityWarning | FindingType::Warning => "warning",
        FindingType::Suggestion => "notice",
    };
    let place = finding.locations().first().map_or_else(String::new, |location| {
        let (start, end) = (location.start(), location.end());
        // Columns count from 1 here, and a range of them is for one line alone.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column + 1, end.column + 1)
        } else {
            String::new()
        };
        format!(",line={},endLine={}{columns}", start.line, end.line)
    });
    format!("::{command} file={name}{place},title={}::{}", finding.code(), data(finding.details()))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
