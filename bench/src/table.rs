//! The one table.

/// A line: what was measured, against what, and what it should be.
pub struct Row {
    name: String,
    value: String,
    goal: String,
    is_met: bool,
    detail: String,
}

impl Row {
    /// A ratio that should be at least `goal`.
    pub fn ratio(name: &str, value: f64, goal: f64, detail: String) -> Self {
        Self {
            name: name.to_owned(),
            value: format!("{value:.2}"),
            goal: format!("≥ {goal:.2}"),
            is_met: value >= goal,
            detail,
        }
    }

    /// A figure with a unit that should be at most `goal`.
    pub fn at_most(name: &str, value: f64, goal: f64, unit: &str, detail: String) -> Self {
        Self {
            name: name.to_owned(),
            value: format!("{value:.2} {unit}"),
            goal: format!("≤ {goal} {unit}"),
            is_met: value <= goal,
            detail,
        }
    }

    /// A figure with a unit that should be at least `goal`.
    pub fn at_least(name: &str, value: f64, goal: f64, unit: &str, detail: String) -> Self {
        Self {
            name: name.to_owned(),
            value: format!("{value:.0} {unit}"),
            goal: format!("≥ {goal} {unit}"),
            is_met: value >= goal,
            detail,
        }
    }
}

/// Prints the rows; says how many missed their goal.
pub fn print(rows: &[Row]) -> usize {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    for row in rows {
        let mark = if row.is_met { " " } else { "✗" };
        let pad = " ".repeat(width - row.name.chars().count());
        println!("{mark} {}{pad}  {:>14}  {:>14}  {}", row.name, row.value, row.goal, row.detail);
    }
    rows.iter().filter(|row| !row.is_met).count()
}
