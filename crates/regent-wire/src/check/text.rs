//! The words of a requirement.

use std::fmt;

use super::EnumStyle;
use crate::limit;
use crate::pattern::Pattern;

/// One thing a model demands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Requirement {
    NotNull,
    LengthAtMost(u32),
    LengthAtLeast(u32),
    ValueAtMost(i64),
    ValueAtLeast(i64),
    Pattern(&'static Pattern),
    Enum(&'static [&'static str]),
    /// Of a list's elements, all of it, whichever part of it failed.
    Items(Requirements),
    /// Of a map's keys.
    Keys(Requirements),
    /// Of a map's values.
    Values(Requirements),
}

impl Requirement {
    /// Whether it bounds a value, rather than asking that there is one or which it is.
    pub(super) const fn is_bound(&self) -> bool {
        match self {
            Self::NotNull | Self::Enum(_) => false,
            Self::LengthAtMost(_)
            | Self::LengthAtLeast(_)
            | Self::ValueAtMost(_)
            | Self::ValueAtLeast(_)
            | Self::Pattern(_) => true,
            Self::Items(of) | Self::Keys(of) | Self::Values(of) => !matches!(of, Requirements::Enum(_)),
        }
    }
}

/// What is demanded of an element: shown as a whole when any element fails any of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Requirements {
    Text(&'static limit::Text),
    Number(&'static limit::Number),
    Enum(&'static [&'static str]),
    Length { least: Option<u32>, most: Option<u32> },
}

impl limit::Text {
    /// What of it the value fails. The pattern comes first.
    // CHOICE: recordings of other services show both orders; those of STS show this one.
    pub(super) fn violated(&self, value: &str) -> impl Iterator<Item = Requirement> {
        let pattern = self.pattern.filter(|pattern| !pattern.matches(value));
        let (most, least) = self.length_violated(value);
        pattern.map(Requirement::Pattern).into_iter().chain(most).chain(least)
    }

    /// Whether the value fails any of it.
    pub(super) fn is_violated(&self, value: &str) -> bool {
        self.violated(value).next().is_some()
    }

    fn length_violated(&self, value: &str) -> (Option<Requirement>, Option<Requirement>) {
        if self.most.is_none() && self.least.is_none() {
            return (None, None);
        }
        let length = value.chars().count();
        length_violated(length, self.least, self.most)
    }
}

impl limit::Number {
    pub(super) fn violated(&self, value: i64) -> impl Iterator<Item = Requirement> {
        let most = self.most.filter(|most| value > *most).map(Requirement::ValueAtMost);
        let least = self.least.filter(|least| value < *least).map(Requirement::ValueAtLeast);
        most.into_iter().chain(least)
    }
}

impl limit::Blob {
    pub(super) fn violated(&self, length: usize) -> impl Iterator<Item = Requirement> {
        let (most, least) = length_violated(length, self.least, self.most);
        most.into_iter().chain(least)
    }
}

/// What of the bounds the length fails, as the recorded texts order them: the upper bound first.
pub(super) fn length_violated(
    length: usize,
    least: Option<u32>,
    most: Option<u32>,
) -> (Option<Requirement>, Option<Requirement>) {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    (
        most.filter(|most| length > *most).map(Requirement::LengthAtMost),
        least.filter(|least| length < *least).map(Requirement::LengthAtLeast),
    )
}

impl Requirement {
    pub(super) fn in_style(&self, style: EnumStyle) -> impl fmt::Display + '_ {
        Worded { requirement: self, style }
    }
}

struct Worded<'a> {
    requirement: &'a Requirement,
    style: EnumStyle,
}

impl fmt::Display for Worded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |requirements| WordedAll { requirements, style: self.style };
        match self.requirement {
            Requirement::NotNull => f.write_str("Member must not be null"),
            Requirement::LengthAtMost(most) => {
                write!(f, "Member must have length less than or equal to {most}")
            }
            Requirement::LengthAtLeast(least) => {
                write!(f, "Member must have length greater than or equal to {least}")
            }
            Requirement::ValueAtMost(most) => {
                write!(f, "Member must have value less than or equal to {most}")
            }
            Requirement::ValueAtLeast(least) => {
                write!(f, "Member must have value greater than or equal to {least}")
            }
            Requirement::Pattern(Pattern { text, .. }) => {
                write!(f, "Member must satisfy regular expression pattern: {text}")
            }
            Requirement::Enum(names) => match self.style {
                EnumStyle::Bare => f.write_str("Member must satisfy enum value set"),
                EnumStyle::Listed => write!(f, "Member must satisfy enum value set: [{}]", names.join(", ")),
            },
            Requirement::Items(all) => write!(f, "Member must satisfy constraint: [{}]", part(*all)),
            Requirement::Keys(all) => write!(f, "Map keys must satisfy constraint: [{}]", part(*all)),
            Requirement::Values(all) => write!(f, "Map value must satisfy constraint: [{}]", part(*all)),
        }
    }
}

struct WordedAll {
    requirements: Requirements,
    style: EnumStyle,
}

impl fmt::Display for WordedAll {
    /// Everything demanded of an element, ending in that it must be there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut write = |requirement: Option<Requirement>| match requirement {
            Some(requirement) => write!(f, "{}, ", requirement.in_style(self.style)),
            None => Ok(()),
        };
        match self.requirements {
            Requirements::Text(limit) => {
                write(limit.most.map(Requirement::LengthAtMost))?;
                write(limit.least.map(Requirement::LengthAtLeast))?;
                write(limit.pattern.map(Requirement::Pattern))?;
            }
            Requirements::Number(limit) => {
                write(limit.most.map(Requirement::ValueAtMost))?;
                write(limit.least.map(Requirement::ValueAtLeast))?;
            }
            Requirements::Length { least, most } => {
                write(most.map(Requirement::LengthAtMost))?;
                write(least.map(Requirement::LengthAtLeast))?;
            }
            Requirements::Enum(names) => write(Some(Requirement::Enum(names)))?,
        }
        write!(f, "{}", Requirement::NotNull.in_style(self.style))
    }
}
