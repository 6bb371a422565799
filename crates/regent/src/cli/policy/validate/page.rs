//! Findings for people: each over the place it is about, and a line that counts them.

use annotate_snippets::Level;
use regent_policy::validate::{Finding, FindingType};

use super::Looked;
use crate::policy::excerpt::{Colour, draw};

/// So many places of one finding are drawn.
const MOST_PLACES: usize = 8;

pub(super) fn page(looked: &[Looked], colour: Colour) -> String {
    let mut parts = Vec::new();
    for looked in looked {
        if looked.is_guess {
            let name = &looked.file.name;
            parts.push(format!("{name}: taken for {} (--kind tells)", with_article(looked.kind.name())));
        }
        parts.extend(refusal(looked, colour));
        parts.extend(looked.validation.findings().iter().map(|finding| drawn(looked, finding, colour)));
    }
    parts.push(summary(looked));
    parts.join("\n\n")
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

fn refusal(looked: &Looked, colour: Colour) -> Option<String> {
    let refusal = looked.validation.refusal()?;
    let title = looked.refusal()?;
    let explanation = refusal.to_string();
    // The place follows from the drawing.
    let explanation = explanation.rsplit_once(" (line ").map_or(explanation.as_str(), |(text, _)| text);
    let spans = [(refusal.span(), explanation)];
    let title = Level::ERROR.primary_title(&title);
    Some(draw(&title, &looked.file.name, &looked.file.text, &spans, colour))
}

fn drawn(looked: &Looked, finding: &Finding, colour: Colour) -> String {
    let level = match finding.finding_type() {
        FindingType::Error => Level::ERROR,
        FindingType::SecurityWarning => Level::WARNING.with_name("security warning"),
        FindingType::Warning => Level::WARNING,
        FindingType::Suggestion => Level::HELP.with_name("suggestion"),
    };
    let title = level.primary_title(finding.details()).id(finding.code().as_str());
    let places = finding.locations().iter().take(MOST_PLACES);
    let spans: Vec<_> = places.map(|location| (location.bytes(), "")).collect();
    draw(&title, &looked.file.name, &looked.file.text, &spans, colour)
}

/// `2 policies: 1 error, 3 suggestions`
fn summary(looked: &[Looked]) -> String {
    let counted = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let total =
        |finding_type| looked.iter().map(|looked| looked.validation.count(finding_type)).sum::<usize>();
    let refused = looked.iter().filter(|looked| looked.validation.refusal().is_some()).count();
    let parts: Vec<String> = [
        counted(refused, "refusal", "refusals"),
        counted(total(FindingType::Error), "error", "errors"),
        counted(total(FindingType::SecurityWarning), "security warning", "security warnings"),
        counted(total(FindingType::Warning), "warning", "warnings"),
        counted(total(FindingType::Suggestion), "suggestion", "suggestions"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let policies = counted(looked.len(), "policy", "policies").unwrap_or_default();
    if parts.is_empty() {
        format!("{policies}: no findings")
    } else {
        format!("{policies}: {}", parts.join(", "))
    }
}
