//! Pieces of files with something to say about them, drawn for a person.

use std::fmt;
use std::io::IsTerminal as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use regent_policy::Span;

/// How wide a drawing may be.
const COLUMNS: usize = 100;

/// Is a stream told in colour?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    On,
    Off,
}

impl Colour {
    /// What standard output likes.
    pub(crate) fn of_stdout() -> Self {
        Self::of(std::io::stdout().is_terminal())
    }

    /// What standard error likes.
    pub(crate) fn of_stderr() -> Self {
        Self::of(std::io::stderr().is_terminal())
    }

    /// Colour is for terminals whose owner has not said otherwise: <https://no-color.org>.
    #[expect(clippy::disallowed_methods, reason = "a setting of the terminal, and none of ours")]
    fn of(is_terminal: bool) -> Self {
        let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if is_terminal && !is_refused { Self::On } else { Self::Off }
    }

    pub(crate) fn renderer(self) -> Renderer {
        let renderer = match self {
            Self::On => Renderer::styled(),
            Self::Off => Renderer::plain(),
        };
        renderer.term_width(COLUMNS)
    }
}

/// An error with the place that it is about.
#[derive(Debug)]
pub(crate) struct Excerpt(String);

impl Excerpt {
    /// Draws an error about a piece of a file.
    pub(crate) fn error(name: &str, text: &str, span: Span, title: &str) -> Self {
        Self(draw(&Level::ERROR.primary_title(title), name, text, &[(span, "")], Colour::of_stderr()))
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Excerpt {}

/// Draws a title over pieces of a file, the first of them the one it is about.
pub(crate) fn draw(
    title: &annotate_snippets::Title<'_>,
    name: &str,
    text: &str,
    spans: &[(Span, &str)],
    colour: Colour,
) -> String {
    let annotations = spans.iter().enumerate().map(|(number, (span, label))| {
        let kind = if number == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(range(*span, text));
        if label.is_empty() { annotation } else { annotation.label(*label) }
    });
    let snippet = Snippet::source(text).path(name).fold(true).annotations(annotations);
    colour.renderer().render(&[title.clone().element(snippet)])
}

/// The bytes that a span marks: at least one character, so that there is something to underline.
pub(crate) fn range(span: Span, text: &str) -> Range<usize> {
    let last = text.len();
    let start = text.floor_char_boundary((span.start as usize).min(last));
    let end = text.floor_char_boundary((span.end as usize).min(last));
    let after = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    start..end.max(start + after)
}
