//! A statement in its file, with what it wanted and what it got.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, Title};
use regent_policy::explain::{
    Answer, Because, ConditionTrace, Denied, Lack, NearMiss, Source, WrittenCondition,
};
use regent_policy::{Effect, PolicyKind, Span, Statement, StatementRef, Values};

use super::{Drawing, wrapped};
use crate::policy::excerpt::{self, Colour};

/// So many values of a list are shown, and so many characters of each.
const VALUES: usize = 3;
const CHARACTERS: usize = 48;
/// What stands before a line of a file, besides its number.
const GUTTER: usize = 4;
/// What stands before a note below a file.
const NOTE: usize = 16;

impl Drawing<'_> {
    /// The statement that settled it.
    pub(super) fn decider(&self, kind: PolicyKind, at: StatementRef) -> String {
        let Some((source, statement)) = self.written(kind, at) else { return String::new() };
        let (verb, title) = match statement.effect() {
            Effect::Allow => ("allows", Level::NOTE.primary_title("allowed by this statement")),
            Effect::Deny => ("denies", Level::ERROR.primary_title("denied by this statement")),
        };
        let mut labels = vec![(statement.effect_element().span(), verb.to_owned())];
        let trace = self.explanation.statement(kind, at);
        for condition in trace.into_iter().flat_map(|trace| &trace.conditions) {
            if let Some(written) = self.explanation.written_condition(source, at, condition.index) {
                labels.push((written.key.span(), format!("holds: {}", comparison(&written, condition))));
            }
        }
        self.snippet(title, source, &labels)
    }

    /// A statement that came close.
    pub(super) fn miss(&self, number: usize, miss: &NearMiss) -> String {
        let Some((source, statement)) = self.written(miss.kind, miss.at) else { return String::new() };
        let labels: Vec<(Span, String)> =
            miss.lacks.iter().filter_map(|lack| self.lack(*lack, miss, source, &statement)).collect();
        let title = match number {
            0 => format!("this {} came closest", miss.kind.name()),
            _ => "and then this one".to_owned(),
        };
        self.snippet(Level::NOTE.primary_title(title), source, &labels)
    }

    /// What would have spared the request, for a sentence.
    pub(super) fn spared(&self, denied: &Denied) -> Option<String> {
        let (source, _) = self.written(denied.kind, denied.at)?;
        let conditions = denied.spared_by.iter().filter_map(|index| {
            let written = self.explanation.written_condition(source, denied.at, *index)?;
            Some(format!("`{}` on `{}` did not hold", written.operator.value(), written.key.value()))
        });
        let conditions: Vec<String> = conditions.collect();
        (!conditions.is_empty()).then(|| conditions.join(", or "))
    }

    fn written(&self, kind: PolicyKind, at: StatementRef) -> Option<(Source<'_>, Statement<'_>)> {
        let source = self.sources.source(kind, at.level, at.program)?;
        Some((source, source.document.statement(at.statement as usize)?))
    }

    /// The place of something that lacks, and what to say there.
    fn lack(
        &self,
        lack: Lack,
        miss: &NearMiss,
        source: Source<'_>,
        statement: &Statement<'_>,
    ) -> Option<(Span, String)> {
        let whole = statement.span();
        match lack {
            Lack::Effect => {
                let effect = statement.effect_element();
                Some((effect.span(), format!("wanted `Allow`, got `{}`", effect.value())))
            }
            Lack::Principal => {
                let span = statement.principals().map_or(whole, |principals| principals.span());
                Some((span, format!("not about {}", shown(self.request.caller.display_name()))))
            }
            Lack::Action { closest, is_similar } => {
                let actions = statement.actions()?;
                let element = closest.and_then(|index| actions.elements().nth(index as usize));
                let span = element.map_or(actions.span(), |element| element.span());
                let question = if is_similar { "; a typing error?" } else { "" };
                Some((span, format!("not {}{question}", shown(self.request.action.name()))))
            }
            Lack::Resource { closest } => {
                let values = self.explanation.written_resources(source, miss.at);
                let got = shown(self.request.resource.text());
                let Some(value) = closest.and_then(|index| values.get(index as usize)) else {
                    let span = statement.resources().map_or(whole, |resources| resources.span());
                    return Some((span, format!("not {got}")));
                };
                let label = match (value.unresolved.first(), &value.resolved) {
                    (Some(variable), _) => format!("`${{{variable}}}` has no value, so this matches nothing"),
                    (None, Some(resolved)) => format!("wanted {}, got {got}", shown(resolved)),
                    (None, None) => format!("got {got}"),
                };
                Some((value.element.span(), label))
            }
            Lack::Condition(index) => {
                let trace = self.explanation.statement(miss.kind, miss.at)?;
                let condition = trace.conditions.iter().find(|condition| condition.index == index)?;
                let written = self.explanation.written_condition(source, miss.at, index)?;
                Some((written.key.span(), comparison(&written, condition)))
            }
        }
    }

    /// A piece of the file with labels. One that does not fit beside what it is about goes below.
    fn snippet(&self, title: Title<'_>, source: Source<'_>, labels: &[(Span, String)]) -> String {
        let text = source.document.text();
        let mut below = Vec::new();
        let mut annotations = Vec::new();
        for (number, (span, label)) in labels.iter().enumerate() {
            let kind = if number == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(excerpt::range(*span, text));
            if label.chars().count() + self.column_after(source, *span) <= self.style.columns {
                annotations.push(annotation.label(label.as_str()));
            } else {
                annotations.push(annotation);
                let about = shown(span.of(text).trim_matches('"'));
                let note = wrapped(&format!("{about} {label}"), "", self.style.columns.saturating_sub(NOTE));
                below.push(note);
            }
        }
        let snippet = Snippet::source(text).path(source.name).fold(true).annotations(annotations);
        let group = title.element(snippet).elements(below.into_iter().map(|note| Level::NOTE.message(note)));
        let renderer = match self.style.colour {
            Colour::On => Renderer::styled(),
            Colour::Off => Renderer::plain(),
        };
        renderer.term_width(self.style.columns).render(&[group])
    }

    /// Where a label begins that stands beside a piece of the file, margin included.
    fn column_after(&self, source: Source<'_>, span: Span) -> usize {
        let end = source.document.position(span.end);
        let digits = end.line.to_string().len();
        let column = usize::try_from(end.column).unwrap_or(self.style.columns);
        column + digits + GUTTER
    }
}

/// What a condition wanted and what it got: «wanted `a` or `b`, got `c`».
fn comparison(written: &WrittenCondition<'_>, trace: &ConditionTrace<'_>) -> String {
    let got = match trace.got {
        None => "nothing".to_owned(),
        Some(Values::Many([])) => "an empty list".to_owned(),
        Some(values) => listed(values.as_slice().iter().copied(), "and"),
    };
    let mut said = format!("wanted {}, got {got}", wanted(written, trace));
    let unresolved: Vec<&str> =
        written.values.iter().flat_map(|value| value.unresolved.iter().copied()).collect();
    if let Some(variable) = unresolved.first() {
        said.push_str(&["; `${", variable, "}` has no value"].concat());
    } else if trace.answer != Answer::Unfinished && trace.because.is_surprising() {
        said.push_str("; ");
        said.push_str(reason(trace.because));
    }
    said
}

fn wanted(written: &WrittenCondition<'_>, trace: &ConditionTrace<'_>) -> String {
    let values = listed(written.values.iter().map(regent_policy::explain::WrittenValue::meaning), "or");
    let is_absence_wanted = written.values.iter().any(|value| value.meaning().eq_ignore_ascii_case("true"));
    let comparison = trace.operator.comparison;
    let before = match comparison.name() {
        "Null" if is_absence_wanted => return "no such key".to_owned(),
        "Null" => return "the key".to_owned(),
        name if name.ends_with("LessThan") => "less than ",
        name if name.ends_with("LessThanEquals") => "at most ",
        name if name.ends_with("GreaterThan") => "more than ",
        name if name.ends_with("GreaterThanEquals") => "at least ",
        _ if comparison.is_negated() => "anything but ",
        _ => "",
    };
    format!("{before}{values}")
}

/// The rule in few words: a label has little room.
fn reason(because: Because) -> &'static str {
    match because {
        Because::AbsentDiffers => "what is absent differs from everything",
        Because::AbsentIfExists => "`IfExists` is content",
        Because::NoValueFails => "no value, so none fails",
        Because::NoValuePasses => "no value, so none passes",
        Because::NullIsConstant => "`Null` under a qualifier is constant",
        Because::SeveralWithoutQualifier => "several values and no `ForAnyValue`",
        Because::NotOfType => "not of the operator's type",
        Because::Compared | Because::KeyAbsent | Because::Presence => "compared",
    }
}

/// Some values in backticks.
fn listed<'v>(values: impl ExactSizeIterator<Item = &'v str>, word: &str) -> String {
    let count = values.len();
    let mut shown: Vec<String> = values.take(VALUES).map(shown).collect();
    if count > VALUES {
        shown.push(format!("{} more", count - VALUES));
    }
    match shown.split_last() {
        None => "none of an empty list".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
    }
}

/// A value in backticks, not too long and without anything that moves a terminal.
fn shown(value: &str) -> String {
    let clean = value.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter });
    let mut text: String = clean.take(CHARACTERS).collect();
    if value.chars().count() > CHARACTERS {
        text.push('…');
    }
    format!("`{text}`")
}
