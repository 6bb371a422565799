//! The one table.

/// A line: what was measured, what it should be, and what else there is to say.
pub struct Row {
    name: String,
    value: f64,
    unit: String,
    goal: Goal,
    detail: String,
}

#[derive(Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Row {
    pub fn new(name: &str, value: f64, unit: &str, goal: Goal, detail: String) -> Self {
        Self { name: name.to_owned(), value, unit: unit.to_owned(), goal, detail }
    }

    /// `name`, `value`, `unit`, `<=goal` or `>=goal`, `detail`, between tabs.
    pub fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (name, value, unit) = (fields.next()?, fields.next()?.parse().ok()?, fields.next()?);
        let goal = fields.next()?;
        let goal = match (goal.strip_prefix("<="), goal.strip_prefix(">=")) {
            (Some(most), _) => Goal::AtMost(most.parse().ok()?),
            (_, Some(least)) => Goal::AtLeast(least.parse().ok()?),
            _ => return None,
        };
        Some(Self::new(name, value, unit, goal, fields.next().unwrap_or_default().to_owned()))
    }

    fn is_met(&self) -> bool {
        match self.goal {
            Goal::AtLeast(least) => self.value >= least,
            Goal::AtMost(most) => self.value <= most,
        }
    }
}

/// Prints the rows; says how many missed their goal.
pub fn print(rows: &[Row]) -> usize {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    for row in rows {
        let mark = if row.is_met() { ' ' } else { '✗' };
        let pad = " ".repeat(width - row.name.chars().count());
        let digits = if row.value >= 100.0 { 0 } else { 2 };
        let value = format!("{:.digits$} {}", row.value, row.unit);
        let goal = match row.goal {
            Goal::AtLeast(least) => format!("≥ {least} {}", row.unit),
            Goal::AtMost(most) => format!("≤ {most} {}", row.unit),
        };
        println!("{mark} {}{pad}  {value:>12}  {goal:>12}  {}", row.name, row.detail);
    }
    rows.iter().filter(|row| !row.is_met()).count()
}
