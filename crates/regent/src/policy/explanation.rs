//! An explanation, drawn for a person: the answer, what each kind of policy says, the place that settled it or came
//! closest, and the edit that would change it.

use std::fmt::Write as _;

use regent_policy::explain::{Advice, Denied, Edit, Explanation, KindTrace, NearMiss, Sources, Standing};
use regent_policy::{Denial, GrantKind, PolicyKind, Reason, Request, StatementRef, Verdict};

use crate::policy::excerpt::Colour;

mod diff;
mod statement;

/// The narrowest and the widest drawing.
const COLUMNS: std::ops::RangeInclusive<usize> = 40..=160;
/// How wide a drawing is for a terminal that does not say.
const USUAL_COLUMNS: usize = 100;

/// How a drawing looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) colour: Colour,
    /// How many characters a line may have.
    pub(crate) columns: usize,
}

/// What a piece of text is, which settles its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Good,
    Bad,
    Quiet,
}

impl Style {
    /// What standard output likes.
    #[expect(clippy::disallowed_methods, reason = "a setting of the terminal, and none of ours")]
    pub(crate) fn of_stdout() -> Self {
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let columns = columns.unwrap_or(USUAL_COLUMNS).clamp(*COLUMNS.start(), *COLUMNS.end());
        Self { colour: Colour::of_stdout(), columns }
    }

    fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "1;32",
            Tone::Bad => "1;31",
            Tone::Quiet => "2",
        };
        match self.colour {
            Colour::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Colour::Off => text.to_owned(),
        }
    }
}

/// Draws an explanation.
pub(crate) fn render(
    explanation: &Explanation<'_>,
    sources: &dyn Sources,
    request: &Request<'_>,
    style: Style,
) -> String {
    let drawing = Drawing { explanation, sources, request, style };
    let parts = [drawing.headline(), drawing.kinds(), drawing.statements(), drawing.advice()];
    let parts: Vec<&str> = parts.iter().map(|part| part.trim_end()).filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

struct Drawing<'a> {
    explanation: &'a Explanation<'a>,
    sources: &'a dyn Sources,
    request: &'a Request<'a>,
    style: Style,
}

impl Drawing<'_> {
    fn headline(&self) -> String {
        let decision = self.explanation.decision();
        if !decision.is_allowed() {
            let denial = Denial::new(decision, self.request).to_string();
            let word = self.style.paint(Tone::Bad, "DENIED");
            return format!("{word}\n{}", wrapped(&denial, "", self.style.columns));
        }
        let because = match decision.reason() {
            Reason::Policy(PolicyKind::Identity) => "an identity-based policy allows it".to_owned(),
            Reason::Policy(kind) => format!("a {} allows it", kind.name()),
            Reason::RootUser => "a root user needs no policy in its own account".to_owned(),
            Reason::NoPermissionNeeded => "the action needs no permission".to_owned(),
            Reason::RootMayNotAssumeRoles => String::new(),
        };
        let said = format!(
            "{} may perform {} on {}: {because}",
            self.request.caller.display_name(),
            self.request.action.name(),
            self.request.resource.text(),
        );
        format!("{}\n{}", self.style.paint(Tone::Good, "ALLOWED"), wrapped(&said, "", self.style.columns))
    }

    /// A line a kind. A resource has a trust policy or another one, so only one of the two is told.
    fn kinds(&self) -> String {
        let is_there = |kind: PolicyKind| {
            let mut kinds = self.explanation.kinds().iter();
            kinds.any(|trace| trace.kind == kind && trace.standing != Standing::Absent)
        };
        let hidden =
            if is_there(PolicyKind::RoleTrust) { PolicyKind::Resource } else { PolicyKind::RoleTrust };
        let mut lines = String::new();
        for trace in self.explanation.kinds().iter().filter(|trace| trace.kind != hidden) {
            let (mark, tone) = self.mark(trace);
            let said = format!("{:<24}{}", trace.kind.name(), self.standing(trace));
            let said = if tone == Tone::Quiet { self.style.paint(tone, &said) } else { said };
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "  {} {said}", self.style.paint(tone, mark));
        }
        lines
    }

    fn mark(&self, trace: &KindTrace<'_>) -> (&'static str, Tone) {
        let decision = self.explanation.decision();
        // One side of an account is enough.
        let is_resources = matches!(trace.kind, PolicyKind::Resource | PolicyKind::RoleTrust);
        let is_silence_bad = if is_resources { self.settled_it(trace.kind) } else { !decision.is_allowed() };
        match trace.standing {
            Standing::Allows(_) | Standing::NoObjection => ("✓", Tone::Good),
            Standing::Silent { .. } if is_silence_bad => ("✗", Tone::Bad),
            Standing::Absent if self.settled_it(trace.kind) => ("✗", Tone::Bad),
            Standing::Absent | Standing::OutOfReach | Standing::Silent { .. } => ("–", Tone::Quiet),
            Standing::Denies(_) | Standing::Unusable { .. } => ("✗", Tone::Bad),
        }
    }

    fn settled_it(&self, kind: PolicyKind) -> bool {
        let decision = self.explanation.decision();
        !decision.is_allowed() && decision.reason() == Reason::Policy(kind)
    }

    fn standing(&self, trace: &KindTrace<'_>) -> String {
        let is_control = matches!(trace.kind, PolicyKind::ServiceControl | PolicyKind::ResourceControl);
        match trace.standing {
            Standing::Absent => "none".to_owned(),
            Standing::OutOfReach => "does not reach this caller".to_owned(),
            Standing::NoObjection => "does not deny".to_owned(),
            Standing::Silent { level } if is_control => {
                format!("silent on level {level}, counted from the root")
            }
            Standing::Silent { .. } => "silent".to_owned(),
            Standing::Unusable { level, program } => {
                let source = self.sources.source(trace.kind, level, program);
                format!("denies: {} cannot be used", source.map_or("one of them", |source| source.name))
            }
            Standing::Denies(at) => format!("denies at {}", self.place(trace.kind, at)),
            Standing::Allows(at) => {
                let grant = self.explanation.statement(trace.kind, at).and_then(|found| found.grant);
                let delegates = grant == Some(GrantKind::Account)
                    && matches!(trace.kind, PolicyKind::Resource | PolicyKind::RoleTrust);
                let verb = if delegates { "leaves it to the account, at" } else { "allows at" };
                format!("{verb} {}", self.place(trace.kind, at))
            }
        }
    }

    /// The name of a policy, a line and a column.
    fn place(&self, kind: PolicyKind, at: StatementRef) -> String {
        let Some(source) = self.sources.source(kind, at.level, at.program) else {
            return format!("policy {} statement {}", at.program, at.statement);
        };
        let statement = source.document.statement(at.statement as usize);
        let start = statement.map_or(0, |statement| statement.span().start);
        let position = source.document.position(start);
        format!("{}:{}:{}", source.name, position.line, position.column)
    }

    /// The statement that settled it, or those that came closest.
    fn statements(&self) -> String {
        let drawn = match self.explanation.decision().verdict() {
            Verdict::Allowed => {
                self.explanation.deciding_statement().map(|(kind, trace)| vec![self.decider(kind, trace.at)])
            }
            Verdict::ExplicitlyDenied => {
                let denials = self.explanation.denials();
                Some(denials.iter().map(|denied: &Denied| self.decider(denied.kind, denied.at)).collect())
            }
            Verdict::ImplicitlyDenied => {
                let misses = self.explanation.near_misses(self.sources);
                let numbered = misses.iter().enumerate();
                Some(numbered.map(|(number, miss): (usize, &NearMiss)| self.miss(number, miss)).collect())
            }
        };
        drawn.unwrap_or_default().into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    fn advice(&self) -> String {
        match self.explanation.advice(self.sources) {
            Advice::Unneeded => String::new(),
            Advice::Denied(denials) => self.denied(&denials),
            Advice::Stuck(obstacle) => {
                wrapped(&format!("No edit is suggested: {obstacle}."), "", self.style.columns)
            }
            Advice::Edit(edits) => self.edits(&edits),
        }
    }

    fn denied(&self, denials: &[Denied]) -> String {
        let one = if denials.len() == 1 { "this statement denies" } else { "one of these statements denies" };
        let mut said = format!("As long as {one}, no Allow helps.");
        for denied in denials {
            let place = self.place(denied.kind, denied.at);
            match self.spared(denied) {
                Some(spared) => {
                    let _ = write!(said, " The one at {place} would not apply if {spared}.");
                }
                None => {
                    let _ = write!(said, " The one at {place} has no conditions.");
                }
            }
        }
        wrapped(&said, "", self.style.columns)
    }

    fn edits(&self, edits: &[Edit]) -> String {
        let mut drawn = match edits.len() {
            1 => "To allow it:\n".to_owned(),
            _ => "To allow it, all of these:\n".to_owned(),
        };
        for edit in edits {
            let source = edit.program.and_then(|program| self.sources.source(edit.kind, edit.level, program));
            let kind = edit.kind.name();
            let place = match source {
                Some(source) => {
                    let position = source.document.position(edit.span.start);
                    format!("{kind} {}:{}", source.name, position.line)
                }
                None => format!("a new {kind}"),
            };
            let text = source.map_or("", |source| source.document.text());
            let _ = writeln!(
                drawn,
                "{}",
                wrapped(&format!("{}, in {place}", edit.what), "  ", self.style.columns)
            );
            drawn.push_str(&diff::drawn(text, &edit.apply(text).unwrap_or_default(), self.style));
        }
        let resource = match self.request.resource.text() {
            "*" => "every resource",
            resource => resource,
        };
        let granted = format!(
            "This allows {} on {resource} and nothing else. It has been tried.",
            self.request.action.name()
        );
        drawn + &wrapped(&granted, "", self.style.columns)
    }
}

/// Breaks a text into lines between its words. A word that is longer than a line stays whole: it may be an ARN that
/// somebody wants to copy.
fn wrapped(text: &str, indent: &str, columns: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > columns {
            lines.push('\n');
            column = 0;
        }
        let gap = if column == 0 { indent } else { " " };
        lines.push_str(gap);
        lines.push_str(word);
        column += gap.len() + width;
    }
    lines
}

#[cfg(test)]
mod tests;
