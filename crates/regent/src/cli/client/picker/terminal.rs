//! The terminal while a choice is made: keys as they are pressed, and everything as it was when it is over.

use std::io::{self, Read as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::state::{Key, State};

/// A terminal that passes on every key. It is set back when this goes.
pub(super) struct Terminal {
    /// Its settings before, as stty(1) writes and reads them; the standard library knows none.
    before: String,
    drawn: usize,
    /// What was sent and is no key yet that was asked for.
    pending: Vec<u8>,
}

impl Terminal {
    pub(super) fn take() -> anyhow::Result<Self> {
        let before = stty(&["-g"])?.trim().to_owned();
        // Ctrl-C comes as a key too: the terminal must be set back first.
        stty(&["-icanon", "-echo", "-isig", "min", "1", "time", "0"])?;
        Ok(Self { before, drawn: 0, pending: Vec::new() })
    }

    /// Shows the choice where the last one was shown.
    pub(super) fn draw(&mut self, state: &State) -> io::Result<()> {
        let (rows, columns) = size();
        let lines = state.lines(columns.saturating_sub(1), rows.min(16));
        self.clear()?;
        let mut out = io::stderr().lock();
        for (line, is_chosen) in &lines {
            if *is_chosen {
                writeln!(out, "\x1b[7m{line}\x1b[0m")?;
            } else {
                writeln!(out, "{line}")?;
            }
        }
        self.drawn = lines.len();
        out.flush()
    }

    /// Takes away what was shown.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        if self.drawn > 0 {
            write!(io::stderr(), "\x1b[{}A\r\x1b[J", self.drawn)?;
            self.drawn = 0;
        }
        Ok(())
    }

    /// The next key; none when the terminal is gone. Keys that come together are told one after the other.
    pub(super) fn key(&mut self) -> io::Result<Option<Key>> {
        if self.pending.is_empty() {
            let mut bytes = [0; 256];
            let count = io::stdin().read(&mut bytes)?;
            self.pending.extend_from_slice(bytes.get(..count).unwrap_or_default());
        }
        let pressed = first_key(&self.pending);
        self.pending.drain(..pressed.len().min(self.pending.len()));
        Ok(pressed.split_first().map(|_| of_bytes(&pressed)))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        let _ = self.clear();
        let _ = stty(&[&self.before]);
    }
}

fn stty(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("stty").args(arguments).stdin(Stdio::inherit()).stderr(Stdio::null()).output();
    let output =
        output.context("cannot run stty(1), which sets the terminal; `regent ls` lists without it")?;
    anyhow::ensure!(output.status.success(), "stty(1) cannot set the terminal; `regent ls` lists without it");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Rows and columns.
fn size() -> (usize, usize) {
    let size = stty(&["size"]).unwrap_or_default();
    let mut numbers = size.split_whitespace().map(|number| number.parse::<usize>().unwrap_or(0));
    match (numbers.next(), numbers.next()) {
        (Some(rows @ 1..), Some(columns @ 1..)) => (rows, columns),
        _ => (24, 80),
    }
}

/// The bytes of the first key among several: an escape sequence, or a letter in UTF-8.
fn first_key(bytes: &[u8]) -> Vec<u8> {
    let length = match bytes {
        [0x1b, b'[' | b'O', rest @ ..] => {
            let end = rest.iter().position(|byte| (0x40..=0x7e).contains(byte));
            end.map_or(bytes.len(), |end| end + 3)
        }
        [0xc0..=0xff, rest @ ..] => 1 + rest.iter().take_while(|byte| (0x80..0xc0).contains(*byte)).count(),
        _ => 1,
    };
    bytes.iter().take(length).copied().collect()
}

/// The key behind what a terminal sends for it.
fn of_bytes(bytes: &[u8]) -> Key {
    match bytes {
        b"\r" | b"\n" => Key::Enter,
        b"\x7f" | b"\x08" => Key::Backspace,
        b"\x0f" => Key::Open,
        b"\x15" => Key::Clear,
        b"\x1b" | b"\x03" | b"\x04" => Key::Leave,
        b"\x1b[A" | b"\x1bOA" | b"\x10" => Key::Up,
        b"\x1b[B" | b"\x1bOB" | b"\x0e" => Key::Down,
        b"\x1b[5~" => Key::PageUp,
        b"\x1b[6~" => Key::PageDown,
        _ => match std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next()) {
            Some(letter) if !letter.is_control() => Key::Letter(letter),
            Some(_) | None => Key::Other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_come_together_are_told_apart() {
        let mut pending = b"\x15a\x1b[A\x1b[5~\xc3\xa9\x1b".to_vec();
        let mut keys = Vec::new();
        while !pending.is_empty() {
            let key = first_key(&pending);
            pending.drain(..key.len());
            keys.push(of_bytes(&key));
        }
        let expected = [Key::Clear, Key::Letter('a'), Key::Up, Key::PageUp, Key::Letter('é'), Key::Leave];
        assert_eq!(keys, expected);
    }

    #[test]
    fn keys_are_known_by_what_terminals_send() {
        for (bytes, key) in [
            (&b"a"[..], Key::Letter('a')),
            ("é".as_bytes(), Key::Letter('é')),
            (b"\x1b[A", Key::Up),
            (b"\x1bOB", Key::Down),
            (b"\x1b", Key::Leave),
            (b"\x03", Key::Leave),
            (b"\r", Key::Enter),
            (b"\x7f", Key::Backspace),
            (b"\x1b[Z", Key::Other),
            (b"\xff", Key::Other),
        ] {
            assert_eq!(of_bytes(bytes), key, "{bytes:?}");
        }
    }
}
