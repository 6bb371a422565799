//! A structure within a form.

use crate::limit;
use crate::node::{Malformed, Node};
use crate::protocol::query::form::{Form, Parameter};
use crate::shape::Member;

/// The parameters whose names begin alike, such as all of `Tags.member.1.`: a structure, list, map or value.
///
/// The form is sorted, so these are a run of it, and finding a member is a binary search in the run. Nothing
/// is copied, and the cost of reading a request grows with its size times a logarithm, whatever its names.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    form: &'a Form,
    /// The parameter whose name ends here.
    value: Option<Parameter>,
    /// The parameters whose names go on here.
    inside: &'a [Parameter],
    /// How many bytes of those names lie behind us.
    skip: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn all(form: &'a Form) -> Self {
        Self { form, value: None, inside: form.parameters(), skip: 0 }
    }

    /// The text, if a parameter has exactly this name.
    pub(crate) fn value(self) -> Option<&'a str> {
        self.value.map(|parameter| self.form.value(parameter))
    }

    /// The member of this name, if any parameter is it or begins with it.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        let name = name.as_bytes();
        let from = self.inside.partition_point(|parameter| is_less(self.rest(parameter), name));
        let mut behind = self.inside.get(from..)?;
        // Everything that begins with the name lies in a row from here on.
        let first = behind.first()?;
        let mut next = self.rest(first).strip_prefix(name)?;
        let mut value = None;
        if next.is_empty() {
            value = Some(*first);
            behind = behind.get(1..)?;
            next = behind.first().and_then(|second| self.rest(second).strip_prefix(name)).unwrap_or_default();
        }
        if next.first().is_some_and(|next| *next < b'.') {
            // `Name-x` sorts before `Name.x`.
            let is_before = |parameter: &Parameter| {
                self.rest(parameter).strip_prefix(name).is_some_and(|rest| rest.first() < Some(&b'.'))
            };
            behind = behind.get(behind.partition_point(is_before)..)?;
            next = behind.first().and_then(|first| self.rest(first).strip_prefix(name)).unwrap_or_default();
        }
        let mut inside: &[Parameter] = &[];
        if next.first() == Some(&b'.') {
            let is_inside = |parameter: &Parameter| {
                self.rest(parameter).strip_prefix(name).is_some_and(|rest| rest.first() == Some(&b'.'))
            };
            inside = behind.get(..behind.partition_point(is_inside))?;
        }
        let found = Self { form: self.form, value, inside, skip: self.skip + name.len() + 1 };
        (value.is_some() || !inside.is_empty()).then_some(found)
    }

    /// The elements of a list, sorted by their numbers. Gaps are tolerated; an empty value is an empty list.
    pub(crate) fn list(self, member: &Member, list: &limit::List) -> Result<Vec<Node<'a>>, Malformed> {
        let elements = if member.flattened { Some(self) } else { self.member(list.item.wire) };
        let Some(elements) = elements.filter(|elements| !elements.inside.is_empty()) else {
            return if self.is_empty_value() { Ok(Vec::new()) } else { Err(Malformed::LIST) };
        };
        Ok(elements
            .numbered()
            .ok_or(Malformed::LIST)?
            .into_iter()
            .map(|(_, fields)| Node::Form(fields))
            .collect())
    }

    /// The entries of a map.
    pub(crate) fn map(
        self,
        member: &Member,
        map: &limit::Map,
    ) -> Result<Vec<(&'a str, Node<'a>)>, Malformed> {
        let entries = if member.flattened { Some(self) } else { self.member("entry") };
        let Some(entries) = entries.filter(|entries| !entries.inside.is_empty()) else {
            return if self.is_empty_value() { Ok(Vec::new()) } else { Err(Malformed::MAP) };
        };
        let mut found = Vec::new();
        for (_, entry) in entries.numbered().ok_or(Malformed::MAP)? {
            let key = entry.member(map.key.wire).and_then(Self::value).ok_or(Malformed::MAP)?;
            let value = entry.member(map.value.wire).ok_or(Malformed::MAP)?;
            found.push((key, Node::Form(value)));
        }
        Ok(found)
    }

    /// What lies inside, by number. `None` if something there is no number: leaving it out would be leaving
    /// out what the caller meant by it.
    fn numbered(self) -> Option<Vec<(u32, Self)>> {
        let mut found: Vec<(u32, Self)> = Vec::new();
        let mut behind = self.inside;
        while let Some(first) = behind.first() {
            let rest = self.rest(first);
            let digits = rest.split(|&byte| byte == b'.').next().unwrap_or_default();
            let number = number(digits)?;
            let is_same = |parameter: &Parameter| {
                self.rest(parameter)
                    .strip_prefix(digits)
                    .is_some_and(|rest| rest.first().is_none_or(|&next| next == b'.'))
            };
            // One pass over them: `1-x` sorts between `1` and `1.x`, so a binary search could be misled.
            let count = behind.iter().take_while(|parameter| is_same(parameter)).count();
            let (same, others) = behind.split_at_checked(count.max(1))?;
            let (value, inside) = match same {
                [only, inside @ ..] if rest.len() == digits.len() => (Some(*only), inside),
                _ => (None, same),
            };
            found.push((number, Self { form: self.form, value, inside, skip: self.skip + digits.len() + 1 }));
            behind = others;
        }
        found.sort_by_key(|(number, _)| *number);
        Some(found)
    }

    fn is_empty_value(self) -> bool {
        self.inside.is_empty() && self.value() == Some("")
    }

    /// What of the name lies before us.
    fn rest(&self, parameter: &Parameter) -> &'a [u8] {
        self.form.rest_of_name(*parameter, self.skip)
    }
}

/// Whether one name sorts before another. Most differ in the first letter already.
fn is_less(a: &[u8], b: &[u8]) -> bool {
    match (a.first(), b.first()) {
        (Some(a), Some(b)) if a != b => a < b,
        _ => a < b,
    }
}

/// A positive number without leading zeros, so that every element has one name.
fn number(digits: &[u8]) -> Option<u32> {
    if digits.first() == Some(&b'0') || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}
