//! `regent policy actions`.

use clap::Args;
use regent_policy::catalogue::{Catalogue, CatalogueAction, ConditionKey};
use serde::Serialize;

use crate::cli::{Outcome, hand_out};
use crate::policy::generation::Level;
use crate::policy::keys;
use crate::policy::nearest::nothing_matches;

/// So many condition keys of an action are shown in a table. `sts:AssumeRoleWithWebIdentity` has more than a hundred.
const MOST_KEYS: usize = 12;
/// Columns are not made wider than this; what is longer sticks out.
const WIDEST: usize = 40;

/// Say which actions a pattern covers, on which resources they work and which condition keys they set.
///
/// A star marks a type of resource that a request must name. Exit status: 0 done, 3 a pattern covers no action, 2 the
/// arguments are not understood.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Actions {
    /// Patterns as in a policy: `s3:Get*`, `iam:PassRole`, `*`
    #[arg(required_unless_present = "date", value_name = "PATTERN")]
    patterns: Vec<String>,
    /// Only actions that reach so far
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LEVEL")]
    access_level: Vec<Level>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    /// Only say of which day the catalogue is
    #[arg(long, conflicts_with_all = ["patterns", "access_level", "json"])]
    date: bool,
}

/// The answer in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    catalogue: Edition<'a>,
    actions: Vec<Row<'a>>,
    unmatched: Vec<Unmatched<'a>>,
}

#[derive(Serialize)]
struct Edition<'a> {
    date: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    action: String,
    access_level: &'static str,
    resources: Vec<Resource<'a>>,
    condition_keys: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    #[serde(rename = "type")]
    name: &'a str,
    required: bool,
    arns: Vec<&'a str>,
    condition_keys: Vec<&'a str>,
}

#[derive(Serialize)]
struct Unmatched<'a> {
    pattern: &'a str,
    message: String,
}

impl Actions {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let catalogue = Catalogue::bundled();
        if self.date {
            say!("{} ({})", catalogue.date(), catalogue.version());
            return Ok(Outcome::Done);
        }
        let mut matched: Vec<CatalogueAction<'_>> = Vec::new();
        let mut unmatched = Vec::new();
        for pattern in &self.patterns {
            let found: Vec<_> = catalogue.actions_matching(pattern).collect();
            let before = matched.len();
            matched.extend(
                found.iter().filter(|action| Level::admit(&self.access_level, action.access_level())),
            );
            if found.is_empty() {
                unmatched.push(Unmatched { pattern, message: nothing_matches(catalogue, pattern) });
            } else if matched.len() == before {
                let message = format!("`{pattern}` covers no action of the access level asked for");
                unmatched.push(Unmatched { pattern, message });
            }
        }
        matched.sort_by_key(|action| (action.service().prefix(), action.name().to_ascii_lowercase()));
        matched.dedup_by_key(|action| (action.service().prefix(), action.name()));
        let outcome = if unmatched.is_empty() { Outcome::Done } else { Outcome::No };
        if self.json {
            let catalogue = Edition { date: catalogue.date(), version: catalogue.version() };
            let actions = matched.into_iter().map(row).collect();
            hand_out(&serde_json::to_string_pretty(&Answer { catalogue, actions, unmatched })?)?;
            return Ok(outcome);
        }
        table(catalogue, &matched);
        for unmatched in &unmatched {
            complain(&unmatched.message);
        }
        Ok(outcome)
    }
}

#[expect(clippy::print_stderr, reason = "this is where a command says what it did not find")]
fn complain(message: &str) {
    eprintln!("regent: {message}");
}

/// Prints a line an action, the columns as wide as they need to be.
fn table(catalogue: &Catalogue, actions: &[CatalogueAction<'_>]) {
    if actions.is_empty() {
        return;
    }
    let mut rows = vec![["ACTION", "ACCESS LEVEL", "RESOURCES", "CONDITION KEYS"].map(str::to_owned)];
    rows.extend(actions.iter().map(|action| {
        let resources: Vec<_> = action
            .resources()
            .map(|used| {
                format!("{}{}", used.resource_type().name(), if used.is_required() { "*" } else { "" })
            })
            .collect();
        [
            action.to_string(),
            action.access_level().to_string(),
            if resources.is_empty() { "-".to_owned() } else { resources.join(", ") },
            some_of(&keys::of_action(*action)),
        ]
    }));
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0).min(WIDEST)
    };
    let (first, second, third) = (width(0), width(1), width(2));
    for [action, level, resources, keys] in &rows {
        let line = format!("{action:first$}  {level:second$}  {resources:third$}  {keys}");
        say!("{}", line.trim_end());
    }
    let plural = if actions.len() == 1 { "" } else { "s" };
    say!("{} action{plural}, as of {}", actions.len(), catalogue.date());
}

/// Names with commas between; of very many, the first.
fn some_of(names: &[&str]) -> String {
    match names.split_at_checked(MOST_KEYS) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{}, and {} more (--json has all)", first.join(", "), rest.len())
        }
        _ => names.join(", "),
    }
}

fn row(action: CatalogueAction<'_>) -> Row<'_> {
    Row {
        action: action.to_string(),
        access_level: action.access_level().as_str(),
        resources: action
            .resources()
            .map(|used| {
                let resource_type = used.resource_type();
                let mut keys: Vec<_> = used
                    .condition_keys()
                    .chain(resource_type.condition_keys())
                    .map(ConditionKey::name)
                    .collect();
                keys.sort_unstable_by_key(|key| key.to_ascii_lowercase());
                keys.dedup();
                Resource {
                    name: resource_type.name(),
                    required: used.is_required(),
                    arns: resource_type.arns().collect(),
                    condition_keys: keys,
                }
            })
            .collect(),
        condition_keys: action.condition_keys().map(ConditionKey::name).collect(),
    }
}
