//! Patterns of the models, as tables made when the code was generated.
//!
//! A pattern is Java's and must match a value from end to end. Nothing here allocates, and every character
//! is looked at once, whatever a caller sends.

pub mod function;

/// A pattern: what callers are shown, and how it is matched.
#[derive(Debug)]
pub struct Pattern {
    /// The model's own text, which a refusal repeats.
    pub text: &'static str,
    /// The words in which its violation is refused when nothing else is wrong, where they are not those of a
    /// constraint; `{member}` stands for the member.
    ///
    /// IAM checks these itself, after the model: so any other violation is reported first and alone.
    pub words: Option<&'static str>,
    /// How it is matched.
    pub matcher: Matcher,
}

/// How a pattern is matched.
#[derive(Debug)]
pub enum Matcher {
    /// One class of characters, a number of times.
    Run {
        /// The class.
        class: Class,
        /// The fewest characters.
        least: u32,
        /// The most characters; `u32::MAX` if the pattern sets no bound.
        most: u32,
    },
    /// An automaton.
    Automaton(Automaton),
    /// A function written by hand, because the automaton cannot say it (`models/overrides.toml` says why).
    Function(fn(&str) -> bool),
}

/// A set of characters.
#[derive(Debug)]
pub struct Class {
    /// One bit per ASCII character.
    pub ascii: u128,
    /// First and last of the ranges beyond ASCII, sorted.
    pub wide: &'static [(u32, u32)],
}

/// A deterministic automaton over columns of characters.
///
/// State 0 is dead, and the states from `accepting` on accept. Column 0 holds every character that no class
/// of the pattern contains.
#[derive(Debug)]
pub struct Automaton {
    /// The column of each ASCII character.
    pub ascii: &'static [u8; 128],
    /// First, last and column of the ranges beyond ASCII, sorted.
    pub wide: &'static [(u32, u32, u8)],
    /// Columns per state.
    pub width: u16,
    /// The state after `state` and `column`, at `state * width + column`.
    pub next: &'static [u16],
    /// The first state.
    pub start: u16,
    /// The first of the states that accept.
    pub accepting: u16,
}

impl Pattern {
    /// Whether the value as a whole matches.
    pub fn matches(&self, value: &str) -> bool {
        match &self.matcher {
            Matcher::Run { class, least, most } => {
                class.count(value).is_some_and(|n| (*least..=*most).contains(&n))
            }
            Matcher::Automaton(automaton) => automaton.accepts(value),
            Matcher::Function(function) => function(value),
        }
    }
}

impl Class {
    /// How many characters the value has, or `None` if one is not in the class.
    fn count(&self, value: &str) -> Option<u32> {
        let ascii = value.bytes().take_while(|&byte| self.contains_ascii(byte)).count();
        // Most values are ASCII to their end; the others go on with the first character that is not.
        let mut count = u32::try_from(ascii).ok()?;
        for c in value.get(ascii..)?.chars() {
            if !self.contains(c) {
                return None;
            }
            count = count.saturating_add(1);
        }
        Some(count)
    }

    fn contains_ascii(&self, byte: u8) -> bool {
        let (low, high) = (self.ascii, self.ascii >> 64);
        #[expect(clippy::cast_possible_truncation, reason = "each half is looked at by itself")]
        let half = if byte < 64 { low as u64 } else { high as u64 };
        byte < 128 && (half >> (byte & 63)) & 1 == 1
    }

    fn contains(&self, c: char) -> bool {
        match u8::try_from(c) {
            Ok(byte) if byte < 128 => self.contains_ascii(byte),
            _ => {
                let point = u32::from(c);
                let at = self.wide.partition_point(|range| range.1 < point);
                self.wide.get(at).is_some_and(|range| range.0 <= point)
            }
        }
    }
}

impl Automaton {
    fn accepts(&self, value: &str) -> bool {
        let mut state = self.start;
        for c in value.chars() {
            let place = usize::from(state) * usize::from(self.width) + usize::from(self.column(c));
            state = self.next.get(place).copied().unwrap_or(0);
            if state == 0 {
                return false;
            }
        }
        state >= self.accepting
    }

    fn column(&self, c: char) -> u8 {
        let point = u32::from(c);
        if let Some(&column) = self.ascii.get(point as usize) {
            return column;
        }
        let at = self.wide.partition_point(|range| range.1 < point);
        self.wide.get(at).filter(|range| range.0 <= point).map_or(0, |range| range.2)
    }
}
