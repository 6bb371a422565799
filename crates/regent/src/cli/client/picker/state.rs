//! What is typed, what fits it, what is chosen. Knows no terminal.

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Letter(char),
    Backspace,
    Up,
    Down,
    PageUp,
    PageDown,
    Enter,
    /// Ctrl-O
    Open,
    /// Ctrl-U
    Clear,
    /// Escape, Ctrl-C, Ctrl-D
    Leave,
    Other,
}

/// What follows from a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The choice goes on.
    On,
    /// A shell with the chosen one's credentials.
    Shell,
    /// The chosen one's console.
    Console,
    /// Nothing was chosen.
    Leave,
}

const PAGE: usize = 10;

/// The choice as it stands.
#[derive(Debug)]
pub(super) struct State {
    /// What is typed to choose one, and what is said about it.
    rows: Vec<(String, String)>,
    query: String,
    /// The rows that fit, the best first.
    fitting: Vec<usize>,
    selected: usize,
}

impl State {
    pub(super) fn new(rows: Vec<(String, String)>) -> Self {
        let fitting = (0..rows.len()).collect();
        Self { rows, query: String::new(), fitting, selected: 0 }
    }

    /// Presses a key.
    pub(super) fn press(&mut self, key: Key) -> Step {
        let last = self.fitting.len().saturating_sub(1);
        match key {
            Key::Letter(letter) => {
                self.query.push(letter);
                self.filter();
            }
            Key::Backspace => {
                self.query.pop();
                self.filter();
            }
            Key::Clear => {
                self.query.clear();
                self.filter();
            }
            Key::Up => self.selected = self.selected.saturating_sub(1),
            Key::Down => self.selected = (self.selected + 1).min(last),
            Key::PageUp => self.selected = self.selected.saturating_sub(PAGE),
            Key::PageDown => self.selected = (self.selected + PAGE).min(last),
            Key::Enter if self.chosen().is_some() => return Step::Shell,
            Key::Open if self.chosen().is_some() => return Step::Console,
            Key::Leave => return Step::Leave,
            Key::Enter | Key::Open | Key::Other => {}
        }
        Step::On
    }

    /// The row that is chosen now.
    pub(super) fn chosen(&self) -> Option<usize> {
        self.fitting.get(self.selected).copied()
    }

    fn filter(&mut self) {
        let mut scored: Vec<(i64, usize)> = self
            .rows
            .iter()
            .enumerate()
            .filter_map(|(at, (slug, about))| {
                let score = score(&self.query, slug)
                    .map(|score| score + 1000)
                    .or_else(|| score_words(&self.query, about));
                score.map(|score| (score, at))
            })
            .collect();
        // The best first; among equals the order of the list.
        scored.sort_by_key(|(score, at)| (-score, *at));
        self.fitting = scored.into_iter().map(|(_, at)| at).collect();
        self.selected = 0;
    }

    /// The lines to show, of at most this width and height: what is typed, then what fits it.
    pub(super) fn lines(&self, width: usize, height: usize) -> Vec<(String, bool)> {
        let cut = |text: &str| text.chars().take(width.max(1)).collect::<String>();
        let room = height.saturating_sub(2).max(1);
        let first = self.selected.saturating_sub(room.saturating_sub(1));
        let widest = self.rows.iter().map(|(slug, _)| slug.chars().count()).max().unwrap_or_default();
        let mut lines = vec![(cut(&format!("> {}", self.query)), false)];
        for (place, at) in self.fitting.iter().enumerate().skip(first).take(room) {
            let Some((slug, about)) = self.rows.get(*at) else { continue };
            let mark = if place == self.selected { '>' } else { ' ' };
            lines.push((cut(&format!("{mark} {slug:<widest$}  {about}")), place == self.selected));
        }
        let (fit, all) = (self.fitting.len(), self.rows.len());
        lines.push((
            cut(&format!("{fit}/{all}  enter: shell with credentials   ctrl-o: console   esc: leave")),
            false,
        ));
        lines
    }
}

/// How well what is typed fits: all of its letters, in their order; the better the closer together and to the beginnings of words.
fn score(query: &str, text: &str) -> Option<i64> {
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let (mut score, mut at, mut last) = (0, 0, None::<usize>);
    for wanted in query.chars().flat_map(char::to_lowercase).filter(|letter| !letter.is_whitespace()) {
        let found = letters.iter().skip(at).position(|letter| *letter == wanted)? + at;
        let begins_word =
            found == 0 || letters.get(found - 1).is_some_and(|before| !before.is_alphanumeric());
        score += if begins_word { 8 } else { 0 };
        score += if last.is_some_and(|last| last + 1 == found) { 5 } else { 0 };
        score -= i64::try_from(found - at).unwrap_or(i64::MAX).min(5);
        (last, at) = (Some(found), found + 1);
    }
    Some(score)
}

/// How well what is typed fits a text about it: every word must be in it as it is.
fn score_words(query: &str, text: &str) -> Option<i64> {
    let text = text.to_lowercase();
    query.split_whitespace().all(|word| text.contains(&word.to_lowercase())).then_some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let rows = ["prod-ro", "prod-admin", "dev-read-only", "audit"];
        State::new(rows.iter().map(|slug| ((*slug).to_owned(), format!("account of {slug}"))).collect())
    }

    fn types(state: &mut State, text: &str) {
        for letter in text.chars() {
            assert_eq!(state.press(Key::Letter(letter)), Step::On);
        }
    }

    #[test]
    fn what_fits_best_is_chosen() {
        for (typed, chosen) in
            [("", 0), ("padm", 1), ("dro", 2), ("AUD", 3), ("p r", 0), ("account audit", 3)]
        {
            let mut state = state();
            types(&mut state, typed);
            assert_eq!(state.chosen(), Some(chosen), "{typed}");
            assert_eq!(state.press(Key::Enter), Step::Shell);
        }
    }

    #[test]
    fn nothing_is_chosen_when_nothing_fits() {
        let mut state = state();
        types(&mut state, "zzz");
        assert_eq!(
            (state.chosen(), state.press(Key::Enter), state.press(Key::Open)),
            (None, Step::On, Step::On)
        );
        assert_eq!(state.press(Key::Clear), Step::On);
        assert_eq!(state.chosen(), Some(0));
    }

    #[test]
    fn arrows_stay_within_what_fits() {
        let mut state = state();
        for (key, chosen) in [
            (Key::Up, 0),
            (Key::Down, 1),
            (Key::PageDown, 3),
            (Key::Down, 3),
            (Key::PageUp, 0),
            (Key::Other, 0),
        ] {
            state.press(key);
            assert_eq!(state.chosen(), Some(chosen), "{key:?}");
        }
        assert_eq!(state.press(Key::Open), Step::Console);
        assert_eq!(state.press(Key::Leave), Step::Leave);
    }

    #[test]
    fn the_lines_fit_the_terminal_and_show_the_chosen_one() {
        let mut state = state();
        for _ in 0..3 {
            state.press(Key::Down);
        }
        let lines = state.lines(12, 4);
        assert_eq!(lines.len(), 4);
        assert!(lines.iter().all(|(line, _)| line.chars().count() <= 12), "{lines:?}");
        assert!(lines.iter().any(|(line, chosen)| *chosen && line.starts_with("> audit")), "{lines:?}");
    }
}
