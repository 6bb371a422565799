//! Reading members and checking them against the model, in AWS's own words.
//!
//! A [`Checker`] goes through a request with the shape that is being read. It notes every violation and the
//! place where it happened; [`Checker::finish`] turns the notes into the one answer a caller gets:
//!
//! ```text
//! 2 validation errors detected: Value at 'tags.1.member.value' failed to satisfy constraint: Member must
//! have length less than or equal to 256; Value at 'tags.1.member.key' failed to satisfy constraint: …
//! ```
//!
//! Services differ in two points, which [`Style`] holds: IAM does not repeat the refused value and does not
//! list an enum's values, STS does both. The order of the parts is that of the calls; the generated code
//! makes them in the order in which AWS's Java map would have them (ADR 0003).
//!
//! A value of the wrong kind, such as a word where a number belongs, is no violation. It wins over all of
//! them and answers `MalformedInput`, as AWS never comes to checking what it could not read.

mod element;
mod path;
mod text;

use self::path::Path;
use self::text::{Requirement, Requirements};
use crate::fault::Fault;
use crate::limit;
use crate::node::{Malformed, Node};
use crate::pattern::Pattern;
use crate::sensitive::Sensitive;
use crate::shape::{Enumeration, Member, Secrecy, Shape};
use crate::timestamp::Timestamp;

/// How a service words a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether the refused value is repeated.
    pub value: ValueStyle,
    /// Whether an enum's values are listed.
    pub enumeration: EnumStyle,
}

/// Whether the refused value is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueStyle {
    /// `Value 'a b' at 'roleSessionName'`, and `Value null at` for what is missing.
    Echoed,
    /// `Value at 'userName'`, whatever it was.
    Hidden,
}

/// Whether an enum's values are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumStyle {
    /// `Member must satisfy enum value set: [Active, Inactive]`.
    Listed,
    /// `Member must satisfy enum value set`.
    Bare,
}

/// More parts than this are counted and not written: an answer must not grow without bound.
// CHOICE: AWS's own bound is unknown.
const MOST_PARTS: usize = 100;

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// What a caller sent: everything the model says holds.
    Request,
    /// What another server sent: how long its names are is its own business.
    Answer,
}

/// What a reading has found wrong so far.
#[derive(Debug)]
pub struct Checker {
    style: Style,
    side: Side,
    path: Path,
    count: usize,
    parts: Vec<String>,
    /// The first refusal in words of its own.
    worded: Option<String>,
    malformed: Option<String>,
    /// What the first element of the list or map at hand failed.
    failed_element: Option<Requirements>,
}

impl Checker {
    /// Begins a reading.
    pub const fn new(style: Style) -> Self {
        Self::on(Side::Request, style)
    }

    /// Begins to read what another server answered. Only what is missing, of another kind or an unknown value of an
    /// enum is noted: servers that are like AWS have keys, names and tokens of other lengths and other letters. No
    /// value is repeated.
    pub const fn of_answer() -> Self {
        Self::on(Side::Answer, Style { value: ValueStyle::Hidden, enumeration: EnumStyle::Bare })
    }

    const fn on(side: Side, style: Style) -> Self {
        Self {
            style,
            side,
            path: Path::new(),
            count: 0,
            parts: Vec::new(),
            worded: None,
            malformed: None,
            failed_element: None,
        }
    }

    /// The value, if nothing was wrong with it, or else the answer.
    pub fn finish<T>(self, value: T) -> Result<T, Fault> {
        if let Some(malformed) = self.malformed {
            return Err(Fault::malformed_input(malformed));
        }
        if self.count == 0 {
            return self.worded.map_or(Ok(value), |worded| Err(Fault::validation(worded)));
        }
        let plural = if self.count == 1 { "" } else { "s" };
        let parts = self.parts.join("; ");
        Err(Fault::validation(format!("{} validation error{plural} detected: {parts}", self.count)))
    }

    /// What must be there. A default stands in for what is not.
    pub fn required<T: Default>(&mut self, member: &'static Member, value: Option<T>) -> T {
        value.unwrap_or_else(|| {
            self.violation(member, None, &Requirement::NotNull);
            T::default()
        })
    }

    /// A text.
    pub fn text(
        &mut self,
        node: Node<'_>,
        member: &'static Member,
        limit: &'static limit::Text,
    ) -> Option<String> {
        let value = self.converted(member, node.member(member)?.text())?;
        self.check_text(member, value, limit);
        Some(value.to_owned())
    }

    /// A text that is a secret.
    pub fn secret(
        &mut self,
        node: Node<'_>,
        member: &'static Member,
        limit: &'static limit::Text,
    ) -> Option<Sensitive<String>> {
        self.text(node, member, limit).map(Sensitive::new)
    }

    /// One of an enum's names.
    pub fn choice<E: Enumeration>(&mut self, node: Node<'_>, member: &'static Member) -> Option<E> {
        let name = self.converted(member, node.member(member)?.text())?;
        let value = E::from_name(name);
        if value.is_none() {
            self.violation(member, Some(name), &Requirement::Enum(E::NAMES));
        }
        Some(value.unwrap_or_default())
    }

    /// A whole number. One that the type cannot hold is malformed, not out of range.
    pub fn integer<N: TryFrom<i64>>(
        &mut self,
        node: Node<'_>,
        member: &'static Member,
        limit: &'static limit::Number,
    ) -> Option<N> {
        let value = self.converted(member, node.member(member)?.integer())?;
        let narrow = N::try_from(value).map_err(|_| Malformed::INTEGER);
        let narrow = self.converted(member, narrow)?;
        for requirement in limit.violated(value) {
            self.violation(member, Some(&value.to_string()), &requirement);
        }
        Some(narrow)
    }

    /// A number with a fraction.
    pub fn float(&mut self, node: Node<'_>, member: &'static Member) -> Option<f64> {
        self.converted(member, node.member(member)?.float())
    }

    /// A truth value.
    pub fn boolean(&mut self, node: Node<'_>, member: &'static Member) -> Option<bool> {
        self.converted(member, node.member(member)?.boolean())
    }

    /// A point in time.
    pub fn timestamp(&mut self, node: Node<'_>, member: &'static Member) -> Option<Timestamp> {
        self.converted(member, node.member(member)?.timestamp(member))
    }

    /// Bytes.
    pub fn blob(
        &mut self,
        node: Node<'_>,
        member: &'static Member,
        limit: &'static limit::Blob,
    ) -> Option<Vec<u8>> {
        let value = self.converted(member, node.member(member)?.blob())?;
        for requirement in limit.violated(value.len()) {
            self.violation(member, None, &requirement);
        }
        Some(value)
    }

    /// Bytes that are a secret.
    pub fn secret_blob(
        &mut self,
        node: Node<'_>,
        member: &'static Member,
        limit: &'static limit::Blob,
    ) -> Option<Sensitive<Vec<u8>>> {
        self.blob(node, member, limit).map(Sensitive::new)
    }

    /// Anything that JSON can say.
    pub fn document(&mut self, node: Node<'_>, member: &'static Member) -> Option<serde_json::Value> {
        self.converted(member, node.member(member)?.document())
    }

    /// A structure.
    pub fn structure<S: Shape>(&mut self, node: Node<'_>, member: &'static Member) -> Option<S> {
        let inside = self.converted(member, node.member(member)?.structure())?;
        self.path.push_member(member);
        let value = S::read(inside, self);
        self.path.pop();
        Some(value)
    }

    /// A union of which `seen` members are present: exactly one must be.
    // CHOICE: the wording is ours, AWS's was not seen.
    pub fn union(&mut self, seen: usize) {
        if seen != 1 {
            self.malformed.get_or_insert_with(|| {
                format!("Union{} must have exactly one member set, found {seen}", self.path.place())
            });
        }
    }

    /// Checks a text against its limits.
    fn check_text(&mut self, member: &'static Member, value: &str, limit: &'static limit::Text) {
        if self.side == Side::Answer {
            return;
        }
        for requirement in limit.violated(value) {
            if let Requirement::Pattern(Pattern { words: Some(words), .. }) = requirement {
                let path = &self.path;
                self.worded.get_or_insert_with(|| words.replace("{member}", &path.with(member)));
            } else {
                self.violation(member, Some(value), &requirement);
            }
        }
    }

    /// The value, or a note that it is of another kind.
    fn converted<T>(&mut self, member: &'static Member, value: Result<T, Malformed>) -> Option<T> {
        value.map_err(|malformed| self.note_malformed(member, malformed)).ok()
    }

    fn note_malformed(&mut self, member: &'static Member, malformed: Malformed) {
        if self.malformed.is_none() {
            self.malformed = Some(malformed.message(&self.path.with(member)));
        }
    }

    /// Notes a violation at a member of the structure at hand. `None` is what is missing or has no text.
    fn violation(&mut self, member: &'static Member, value: Option<&str>, requirement: &Requirement) {
        if self.side == Side::Answer && requirement.is_bound() {
            return;
        }
        self.count += 1;
        if self.parts.len() >= MOST_PARTS {
            return;
        }
        let value = match (self.style.value, member.secrecy, value) {
            (ValueStyle::Hidden, _, _) | (_, Secrecy::Secret, _) => String::new(),
            (ValueStyle::Echoed, _, None) if matches!(requirement, Requirement::NotNull) => {
                " null".to_owned()
            }
            // CHOICE: AWS shows whatever Java's `toString` makes of a list of structures.
            (ValueStyle::Echoed, _, None) => String::new(),
            (ValueStyle::Echoed, _, Some(value)) => format!(" '{value}'"),
        };
        let path = self.path.with(member);
        let requirement = requirement.in_style(self.style.enumeration);
        self.parts.push(format!("Value{value} at '{path}' failed to satisfy constraint: {requirement}"));
    }
}
