//! Matching text with `*` and `?`, in bounded time and without a stack.
//!
//! A pattern is a row of segments between stars. The first is anchored at the front, the last at the end, and
//! each one between takes the leftmost place where it fits: going further right never helps the segments that
//! follow. So nothing is ever tried twice, and the work is at most text × segment for each segment.
//!
//! That product is what a hostile policy aims at (`*aaaaaab*` against a text of many `a`), so segments are
//! searched for at 32 places at once, and all work is counted on a [`Meter`].

use crate::scope::Meter;
use crate::span::is_continuation;

/// So many places are tried at once: two or one vector registers, as the processor has them.
const LANES: usize = 32;
/// So many characters of a segment are compared between two looks at what is left.
const COLUMNS: usize = 4;
/// What looking at a row of places costs beside the columns, in units of the [`Meter`].
const CALL: usize = 4;

/// Does the pattern cover the text from end to end?
pub(crate) fn covers(pattern: &[u8], text: &[u8], meter: &mut Meter) -> bool {
    let Some((head, mut rest)) = split_at_star(pattern) else {
        return strip(pattern, text, meter).is_some_and(<[u8]>::is_empty);
    };
    let Some(mut text) = strip(head, text, meter) else { return false };
    while let Some((segment, more)) = split_at_star(rest) {
        let Some(after) = find(segment, text, meter) else { return false };
        (text, rest) = (after, more);
    }
    ends_with(text, rest, meter)
}

fn split_at_star(pattern: &[u8]) -> Option<(&[u8], &[u8])> {
    let star = pattern.iter().position(|byte| *byte == b'*')?;
    let (segment, rest) = pattern.split_at_checked(star)?;
    Some((segment, rest.get(1..)?))
}

/// Takes a segment off the front of a text.
fn strip<'t>(segment: &[u8], text: &'t [u8], meter: &mut Meter) -> Option<&'t [u8]> {
    if !segment.contains(&b'?') {
        return text.strip_prefix(segment);
    }
    if !meter.spend(2 * segment.len()) {
        return None;
    }
    let mut rest = text;
    for wanted in segment {
        let width =
            if *wanted == b'?' { character_width(rest)? } else { usize::from(rest.first()? == wanted) };
        if width == 0 {
            return None;
        }
        rest = rest.get(width..)?;
    }
    Some(rest)
}

/// How many bytes the first character of a text takes.
fn character_width(text: &[u8]) -> Option<usize> {
    let (_, rest) = text.split_first()?;
    Some(1 + rest.iter().take_while(|byte| is_continuation(**byte)).count())
}

fn ends_with(text: &[u8], segment: &[u8], meter: &mut Meter) -> bool {
    if !segment.contains(&b'?') {
        return text.ends_with(segment);
    }
    meter.spend(segment.len());
    let characters = segment.iter().filter(|byte| !is_continuation(**byte)).count();
    let starts = text.iter().enumerate().rev().filter(|(_, byte)| !is_continuation(**byte));
    let from = starts.map(|(at, _)| at).nth(characters.saturating_sub(1));
    let tail = from.and_then(|from| text.get(from..));
    tail.and_then(|tail| strip(segment, tail, meter)).is_some_and(<[u8]>::is_empty)
}

/// Finds the leftmost place where a segment fits, and returns what follows it.
///
/// Without a `?`, bytes can be compared wherever they stand: UTF-8 never lets one character begin inside
/// another.
pub(crate) fn find<'t>(segment: &[u8], text: &'t [u8], meter: &mut Meter) -> Option<&'t [u8]> {
    if segment.is_empty() {
        return Some(text);
    }
    meter.spend(8);
    let has_holes = segment.contains(&b'?');
    if has_holes && !text.is_ascii() {
        return find_by_character(segment, text, meter);
    }
    let last = text.len().checked_sub(segment.len())?;
    let mut place = 0;
    while place + LANES <= last + 1 {
        if let Some(lane) = first_lane(segment, text.get(place..)?, has_holes, meter) {
            return text.get(place + lane + segment.len()..);
        }
        if meter.is_spent() {
            return None;
        }
        place += LANES;
    }
    if let Some(back) = (last + 1).checked_sub(LANES) {
        // The places that are left fill no row of lanes: the row is moved back over places that were tried.
        let lane = first_lane(segment, text.get(back..)?, has_holes, meter)?;
        return text.get(back + lane + segment.len()..);
    }
    while place <= last {
        let rest = text.get(place..)?;
        let (window, after) = rest.split_at_checked(segment.len())?;
        if !meter.spend(if has_holes { 1 + segment.len() / 2 } else { 2 + segment.len() / 16 }) {
            return None;
        }
        let fits = window == segment
            || has_holes
                && window.iter().zip(segment).all(|(found, wanted)| found == wanted || *wanted == b'?');
        if fits {
            return Some(after);
        }
        place += 1;
    }
    None
}

/// The first of the next [`LANES`] places where the segment fits.
///
/// A column of the segment is compared at all places at once, and the places that do not fit drop out. After every
/// few columns it is asked whether any place is left; usually none is.
fn first_lane(segment: &[u8], text: &[u8], has_holes: bool, meter: &mut Meter) -> Option<usize> {
    let fit = |found: &u8, wanted: &u8| if found == wanted { u8::MAX } else { 0 };
    let mut fits = [u8::MAX; LANES];
    let mut column = 0;
    for wanted in segment.chunks(COLUMNS) {
        match wanted {
            [first, second, third, fourth] if !has_holes => {
                let row = text.get(column..).and_then(<[u8]>::first_chunk::<{ LANES + COLUMNS - 1 }>)?;
                let [_, row_1 @ ..] = row;
                let [_, row_2 @ ..] = row_1;
                let [_, row_3 @ ..] = row_2;
                let found = row.iter().zip(row_1).zip(row_2.iter().zip(row_3));
                for (fits, ((one, two), (three, four))) in fits.iter_mut().zip(found) {
                    *fits &= fit(one, first) & fit(two, second) & fit(three, third) & fit(four, fourth);
                }
            }
            _ => {
                for (column, wanted) in (column..).zip(wanted).filter(|(_, wanted)| **wanted != b'?') {
                    let window = text.get(column..).and_then(<[u8]>::first_chunk::<LANES>)?;
                    for (fits, found) in fits.iter_mut().zip(window) {
                        *fits &= fit(found, wanted);
                    }
                }
            }
        }
        column += wanted.len();
        // Said so, the comparison stays in registers.
        if fits.iter().fold(0, |any, fits| any | fits) == 0 {
            meter.spend(CALL + column);
            return None;
        }
    }
    meter.spend(CALL + column);
    fits.iter().position(|fits| *fits != 0)
}

/// The slow way, for `?` in a text beyond ASCII, where characters differ in width.
fn find_by_character<'t>(segment: &[u8], text: &'t [u8], meter: &mut Meter) -> Option<&'t [u8]> {
    let mut rest = text;
    loop {
        if let Some(after) = strip(segment, rest, meter) {
            return Some(after);
        }
        if !meter.spend(1) {
            return None;
        }
        rest = rest.get(character_width(rest)?..)?;
    }
}

/// As [`covers`], for the first five fields of an ARN in one piece: a star at the end of a field crosses
/// colons, every other star and every `?` stays in its field.
pub(crate) fn covers_crossing(pattern: &[u8], text: &[u8], meter: &mut Meter) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to resume: the last star that crosses, and the last one after it that does not.
    let (mut crossing, mut confined) = (None, None);
    loop {
        if !meter.spend(2) {
            return false;
        }
        let found = text.get(t).copied();
        match pattern.get(p).copied() {
            Some(b'*') => {
                p += 1;
                match pattern.get(p) {
                    None | Some(b':') => (crossing, confined) = (Some((p, t)), None),
                    Some(_) => confined = Some((p, t)),
                }
                continue;
            }
            None if found.is_none() => return true,
            Some(b'?') if found.is_some_and(|byte| byte != b':') => {
                p += 1;
                t += text.get(t..).and_then(character_width).unwrap_or(1);
                continue;
            }
            wanted if wanted.is_some() && wanted == found => {
                p += 1;
                t += 1;
                continue;
            }
            _ => {}
        }
        let resumed = match (confined, crossing) {
            (Some((after, from)), _) if text.get(from).is_some_and(|byte| *byte != b':') => {
                confined = Some((after, from + 1));
                confined
            }
            (_, Some((after, from))) if from < text.len() => {
                (crossing, confined) = (Some((after, from + 1)), None);
                crossing
            }
            _ => return false,
        };
        if let Some(place) = resumed {
            (p, t) = place;
        }
    }
}

#[cfg(test)]
#[path = "glob/tests.rs"]
mod tests;
