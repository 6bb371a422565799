//! Comparing patterns with patterns.

use super::subject::Steps;

/// Does one pattern cover everything that another does?
///
/// A no can be wrong where the other pattern says in several stars what one would say; a yes never is.
pub(super) fn covers(general: &[u8], special: &[u8], steps: &Steps) -> bool {
    let literal = general.iter().position(|byte| matches!(byte, b'*' | b'?')).unwrap_or(general.len());
    if !steps.take(1) || general.get(..literal) != special.get(..literal) {
        return false;
    }
    if !special.is_ascii() {
        return general == special;
    }
    let (mut at, mut text_at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(found) = special.get(text_at) {
        if !steps.take(1) {
            return false;
        }
        match general.get(at) {
            Some(b'*') => {
                at += 1;
                retry = Some((at, text_at));
            }
            // A star of the special pattern may stand for no character, or for many.
            Some(wanted) if wanted == found || (*wanted == b'?' && *found != b'*') => {
                at += 1;
                text_at += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    (at, text_at) = (after_star, from + 1);
                    retry = Some((after_star, from + 1));
                }
                None => return false,
            },
        }
    }
    general.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

/// Is there a text that fits both patterns?
///
/// When the work runs out the answer is yes: whoever asks reports a no.
pub(super) fn intersect(one: &[u8], other: &[u8], steps: &Steps) -> bool {
    let is_wild = |byte: &u8| matches!(byte, b'*' | b'?');
    for (wanted, found) in one.iter().zip(other) {
        if is_wild(wanted) || is_wild(found) {
            break;
        }
        if wanted != found {
            return false;
        }
    }
    if !steps.take(one.len() * other.len()) {
        return true;
    }
    // For a beginning of `one`: with which beginnings of `other` does it have a text in common?
    let mut row: Vec<bool> = core::iter::once(true)
        .chain(other.iter().scan(true, |all_stars, byte| {
            *all_stars &= *byte == b'*';
            Some(*all_stars)
        }))
        .collect();
    for wanted in one {
        let first = row.first().copied().unwrap_or(false) && *wanted == b'*';
        let mut next = Vec::with_capacity(row.len());
        next.push(first);
        let mut left = first;
        for (found, [diagonal, above]) in other.iter().zip(row.array_windows()) {
            let fits = match (*wanted, *found) {
                (b'*', b'*') => *diagonal || *above || left,
                (b'*', _) => *above || left,
                (_, b'*') => left || *above,
                (b'?', _) | (_, b'?') => *diagonal,
                (wanted, found) => *diagonal && wanted == found,
            };
            next.push(fits);
            left = fits;
        }
        row = next;
    }
    row.last().copied().unwrap_or(false)
}

/// Does it hold a wildcard?
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}
