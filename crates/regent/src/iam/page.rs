//! Listings in pages.
//!
//! A marker says where the last page ended, not how many entries came before, so what is deleted meanwhile makes
//! no gap. It is bound to its operation and its account: a marker from elsewhere is no marker.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_store::entity::AccountId;
use regent_wire::Fault;

/// Entries of a page when nobody says how many.
const DEFAULT_ITEMS: usize = 100;
/// What a marker begins with, so that the next form of it can differ.
const FORM: &str = "1";

/// What a caller wants of a listing.
#[derive(Debug)]
pub(crate) struct Page {
    account: AccountId,
    operation: &'static str,
    after: Option<String>,
    limit: usize,
}

/// A page of a listing.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    /// Its entries.
    pub(crate) items: Vec<T>,
    /// Where the next page begins; none if this was the last.
    pub(crate) marker: Option<String>,
}

impl<T> Listed<T> {
    /// Whether there is more.
    pub(crate) fn is_truncated(&self) -> bool {
        self.marker.is_some()
    }

    /// The same page of other things.
    pub(crate) fn map<U>(self, each: impl FnMut(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(each).collect(), marker: self.marker }
    }
}

impl Page {
    /// Reads marker and size.
    pub(crate) fn read(
        account: AccountId,
        operation: &'static str,
        marker: Option<&str>,
        max_items: Option<i32>,
    ) -> Result<Self, Fault> {
        let after = match marker {
            None => None,
            Some(marker) => Some(read_marker(account, operation, marker).ok_or_else(invalid_marker)?),
        };
        let limit = max_items.map_or(DEFAULT_ITEMS, |items| usize::try_from(items).unwrap_or(DEFAULT_ITEMS));
        Ok(Self { account, operation, after, limit })
    }

    /// The same page, with no more than so many entries: it may be shorter than what was asked for.
    pub(crate) fn at_most(mut self, limit: usize) -> Self {
        self.limit = self.limit.min(limit);
        self
    }

    /// The place after which this page begins.
    pub(crate) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Where this page begins in list number `list` of several that are walked one after the other, each place
    /// of which begins with its list's number: after this name. None if that list is over.
    pub(crate) fn after_in(&self, list: char) -> Option<&str> {
        let Some(after) = self.after() else { return Some("") };
        let mut rest = after.chars();
        match rest.next() {
            Some(at) if at > list => None,
            Some(at) if at == list => Some(rest.as_str()),
            Some(_) | None => Some(""),
        }
    }

    /// Takes a page from entries that begin after [`after`](Self::after); `place` tells where an entry is.
    pub(crate) fn take<T>(
        &self,
        entries: impl Iterator<Item = T>,
        place: impl Fn(&T) -> String,
    ) -> Listed<T> {
        let mut entries = entries.peekable();
        let items: Vec<T> = entries.by_ref().take(self.limit).collect();
        let marker = match (items.last(), entries.peek()) {
            (Some(last), Some(_)) => Some(self.write_marker(&place(last))),
            _ => None,
        };
        Listed { items, marker }
    }

    /// Takes a page from all entries, in the order of their places.
    pub(crate) fn take_from_all<T>(
        &self,
        entries: impl Iterator<Item = T>,
        place: impl Fn(&T) -> String,
    ) -> Listed<T> {
        let rest =
            entries.skip_while(|entry| self.after.as_ref().is_some_and(|after| place(entry) <= *after));
        self.take(rest, &place)
    }

    fn write_marker(&self, place: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{FORM}\n{}\n{place}", listing(self.account, self.operation)))
    }
}

fn read_marker(account: AccountId, operation: &str, marker: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(marker).ok()?).ok()?;
    let mut parts = text.splitn(3, '\n');
    let (form, of, place) = (parts.next()?, parts.next()?, parts.next()?);
    (form == FORM && of == listing(account, operation)).then(|| place.to_owned())
}

/// What a marker is bound to, in eight characters: a marker may have 320, and most of them are for the place.
fn listing(account: AccountId, operation: &str) -> String {
    let text = format!("{account}\n{operation}");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..6).unwrap_or_default())
}

fn invalid_marker() -> Fault {
    Fault::validation("Invalid Marker.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(marker: Option<&str>, items: i32) -> Page {
        Page::read(AccountId::new(1).unwrap(), "ListUsers", marker, Some(items)).unwrap()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let all: Vec<String> = (0..25).map(|n| format!("user-{n:02}")).collect();
        let mut seen = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let listed = page(marker.as_deref(), 10).take_from_all(all.iter(), |name| (*name).clone());
            seen.extend(listed.items.iter().map(|name| (*name).clone()));
            marker = listed.marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn what_is_deleted_between_two_pages_makes_no_gap() {
        let first = page(None, 2).take_from_all(["a", "b", "c", "d"].iter(), |name| (**name).to_owned());
        let second =
            page(first.marker.as_deref(), 2).take_from_all(["c", "d"].iter(), |name| (**name).to_owned());
        assert_eq!(second.items, [&"c", &"d"]);
        assert!(second.marker.is_none());
    }

    #[test]
    fn a_page_of_several_lists_begins_in_one_of_them() {
        let after = |place: &str| Page {
            account: AccountId::new(1).unwrap(),
            operation: "ListPolicies",
            after: Some(place.to_owned()),
            limit: 1,
        };
        assert_eq!([page(None, 1).after_in('0'), page(None, 1).after_in('1')], [Some(""), Some("")]);
        assert_eq!([after("0ana").after_in('0'), after("0ana").after_in('1')], [Some("ana"), Some("")]);
        assert_eq!([after("1ana").after_in('0'), after("1ana").after_in('1')], [None, Some("ana")]);
    }

    #[test]
    fn a_marker_of_another_listing_is_no_marker() {
        let marker =
            page(None, 1).take_from_all(["a", "b"].iter(), |name| (**name).to_owned()).marker.unwrap();
        let account = AccountId::new(1).unwrap();
        assert!(Page::read(account, "ListUsers", Some(&marker), None).is_ok());
        for (account, operation, marker) in [
            (AccountId::new(2).unwrap(), "ListUsers", marker.as_str()),
            (account, "ListRoles", marker.as_str()),
            (account, "ListUsers", "garbage"),
            (account, "ListUsers", ""),
        ] {
            let fault = Page::read(account, operation, Some(marker), None).unwrap_err();
            assert_eq!(fault.to_string(), "ValidationError: Invalid Marker.");
        }
    }
}
