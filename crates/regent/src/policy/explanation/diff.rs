//! The lines that an edit changes.

use std::fmt::Write as _;

use super::{Style, Tone};

/// What stands before a line.
const MARGIN: usize = 6;
/// So much of what is around a change is shown, if the line is too long to show it all.
const LEAD: usize = 20;
/// So many lines are taken for one that is too long.
const MOST_PIECES: usize = 8;

/// Draws the lines that differ, the old ones and then the new ones.
pub(super) fn drawn(old: &str, new: &str, style: Style) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let pairs = |backwards: bool| {
        let (old, new) = (old.clone(), new.clone());
        let equal = |(one, other): &(&str, &str)| one == other;
        if backwards {
            old.into_iter().rev().zip(new.into_iter().rev()).take_while(equal).count()
        } else {
            old.into_iter().zip(new).take_while(equal).count()
        }
    };
    let before = pairs(false);
    let after = pairs(true).min(old.len().min(new.len()) - before.min(old.len().min(new.len())));
    let middle = |lines: &[&str]| -> Vec<String> {
        let count = lines.len().saturating_sub(before + after);
        lines.iter().skip(before).take(count).map(|line| (*line).to_owned()).collect()
    };
    let (gone, come) = (middle(&old), middle(&new));
    let columns = style.columns.saturating_sub(MARGIN);
    let mut lines = String::new();
    for (sign, tone, changed, others) in [('-', Tone::Bad, &gone, &come), ('+', Tone::Good, &come, &gone)] {
        for (number, line) in changed.iter().enumerate() {
            let other = others.get(number).map_or("", String::as_str);
            for (count, piece) in pieces(line, other, columns).into_iter().enumerate() {
                let sign = if count == 0 { sign } else { ' ' };
                // Writing to a string cannot fail.
                let _ = writeln!(lines, "    {}", style.paint(tone, format!("{sign} {piece}").trim_end()));
            }
        }
    }
    lines
}

/// A line, or if it is too long, the part of it that differs from the other line, in as many lines as that takes.
fn pieces(line: &str, other: &str, columns: usize) -> Vec<String> {
    let letters: Vec<char> = line.chars().collect();
    if letters.len() <= columns {
        return vec![line.to_owned()];
    }
    let equal = |(one, other): &(char, &char)| one == *other;
    let start = other.chars().zip(&letters).take_while(equal).count();
    let end = other.chars().rev().zip(letters.iter().rev()).take_while(equal).count();
    let start = start.saturating_sub(LEAD);
    let end = letters.len().saturating_sub(end.saturating_sub(LEAD)).max(start);
    let mut part: String = letters.iter().skip(start).take(end - start).collect();
    if start > 0 {
        part.insert(0, '…');
    }
    if end < letters.len() {
        part.push('…');
    }
    let part: Vec<char> = part.chars().collect();
    let mut pieces: Vec<String> = part.chunks(columns.max(1)).map(|piece| piece.iter().collect()).collect();
    if pieces.len() > MOST_PIECES {
        pieces.truncate(MOST_PIECES);
        pieces.push("…".to_owned());
    }
    pieces
}
