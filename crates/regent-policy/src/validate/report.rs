//! Gathering findings, with the way to each place.

use super::finding::{Finding, Location, PathElement};
use super::issue::IssueCode;
use super::place::Places;
use crate::json::{Shape, Tape};
use crate::span::{Span, offset};

/// So many findings are kept. Whoever has more begins with these.
const MOST_FINDINGS: usize = 4_096;
/// So many places are kept of one finding.
const MOST_LOCATIONS: usize = 64;

/// What a finding points at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    /// The value at a node.
    Value(u32),
    /// The name of a member, by its node.
    Key(u32),
    /// Some bytes of the string at a node, of the text it reads.
    Part(u32, Span),
}

/// The findings so far.
pub(super) struct Report<'t> {
    tape: &'t Tape,
    places: Places<'t>,
    /// For each node its container, and how it is found there.
    parents: Vec<(u32, Step)>,
    findings: Vec<Finding>,
}

#[derive(Clone, Copy)]
enum Step {
    Root,
    Item(u32),
    /// A member's value, with its name's node.
    Member(u32),
}

impl<'t> Report<'t> {
    pub(super) fn new(source: &'t str, tape: &'t Tape) -> Self {
        let mut parents = vec![(0, Step::Root); tape.nodes.len()];
        for (index, node) in tape.nodes.iter().enumerate() {
            let index = offset(index);
            let mut adopt = |child: u32, step| {
                if let Some(slot) = parents.get_mut(child as usize) {
                    *slot = (index, step);
                }
            };
            match node.shape {
                Shape::Array => {
                    for (at, item) in (0..).zip(tape.items(index)) {
                        adopt(item, Step::Item(at));
                    }
                }
                Shape::Object => {
                    for (_, value) in tape.members(index) {
                        // A name stands right before its value.
                        adopt(value, Step::Member(value - 1));
                    }
                }
                Shape::Name | Shape::String | Shape::Number | Shape::Bool | Shape::Null => {}
            }
        }
        Self { tape, places: Places::new(source), parents, findings: Vec::new() }
    }

    /// Adds a finding about one place.
    pub(super) fn add(&mut self, code: IssueCode, spot: Spot, details: impl Into<String>) {
        self.add_all(code, &[spot], details);
    }

    /// Adds one finding about several places.
    pub(super) fn add_all(&mut self, code: IssueCode, spots: &[Spot], details: impl Into<String>) {
        if self.findings.len() < MOST_FINDINGS {
            let mut locations: Vec<_> =
                spots.iter().take(MOST_LOCATIONS).map(|spot| self.location(*spot)).collect();
            locations.sort_by_key(|location| location.bytes.start);
            self.findings.push(Finding { code, details: details.into(), locations });
        }
    }

    /// The findings by place; at one place the gravest first.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| {
            let span = finding.span();
            (span.start, finding.finding_type(), span.end, finding.code)
        });
        self.findings.dedup();
        self.findings
    }

    fn location(&self, spot: Spot) -> Location {
        let (node, last) = match spot {
            Spot::Value(node) => (node, None),
            Spot::Key(name) => (name + 1, None),
            Spot::Part(node, part) => (node, Some(part)),
        };
        let mut path = self.path(node);
        let mut bytes = self.span(node);
        match (spot, last) {
            (Spot::Key(name), _) => {
                path.pop();
                path.push(PathElement::Key(self.str(name).to_owned()));
                bytes = self.span(name);
            }
            (_, Some(part)) => {
                let text = self.str(node);
                let characters = |span: Span| span.of(text).chars().count();
                let start = characters(Span { start: 0, end: part.start });
                path.push(PathElement::Substring { start, length: characters(part) });
                // A string with escapes does not stand in the source as it reads: there, all of it is shown.
                let content = self.tape.node(node).map(|node| node.text).unwrap_or_default();
                if content.end <= bytes.end {
                    bytes = Span { start: content.start + part.start, end: content.start + part.end };
                }
            }
            (Spot::Value(_) | Spot::Part(..), None) => {}
        }
        let (start, end) = self.places.of(bytes);
        Location { path, start, end, bytes }
    }

    /// The way from the document to a node.
    fn path(&self, node: u32) -> Vec<PathElement> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some((parent, step)) = self.parents.get(at as usize).copied() {
            match step {
                Step::Root => break,
                Step::Item(index) => path.push(PathElement::Index(index as usize)),
                Step::Member(name) => path.push(PathElement::Value(self.str(name).to_owned())),
            }
            at = parent;
        }
        path.reverse();
        path
    }

    fn span(&self, node: u32) -> Span {
        self.tape.node(node).map(|node| node.span).unwrap_or_default()
    }

    fn str(&self, node: u32) -> &'t str {
        self.tape.node(node).map_or("", |node| self.tape.str(node))
    }
}
