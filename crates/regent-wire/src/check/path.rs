//! Where in the request the reading is.

use std::fmt::Write as _;

use crate::shape::Member;

/// The steps from the input to the structure at hand.
#[derive(Debug)]
pub(super) struct Path(Vec<Step>);

#[derive(Debug)]
enum Step {
    Member(&'static Member),
    /// An element, counted from 1.
    Item(usize),
    /// A map's value.
    Value(String),
}

impl Path {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn push_member(&mut self, member: &'static Member) {
        self.0.push(Step::Member(member));
    }

    pub(super) fn push_item(&mut self, number: usize) {
        self.0.push(Step::Item(number));
    }

    pub(super) fn push_value(&mut self, key: &str) {
        self.0.push(Step::Value(key.to_owned()));
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// The path of a member of the structure at hand, such as `tags.1.member.key`.
    pub(super) fn with(&self, member: &Member) -> String {
        let mut text = self.text();
        if !text.is_empty() {
            text.push('.');
        }
        let (first, rest) = member.lower_camel();
        text.push(first);
        text.push_str(rest);
        text
    }

    /// ` at 'path'`, or nothing at the top.
    pub(super) fn place(&self) -> String {
        let text = self.text();
        if text.is_empty() { text } else { format!(" at '{text}'") }
    }

    /// The steps themselves, such as `tags.1.member`.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            let dot = if text.is_empty() { "" } else { "." };
            _ = match step {
                Step::Member(member) => {
                    let (first, rest) = member.lower_camel();
                    write!(text, "{dot}{first}{rest}")
                }
                Step::Item(number) => write!(text, "{dot}{number}.member"),
                Step::Value(key) => write!(text, "{dot}{key}.member"),
            };
        }
        text
    }
}
