//! How values are read: numbers, dates, bytes, booleans and networks.

use regent_policy::Verdict;
use serde::Deserialize;

use super::conditions::all_allow_if;
use super::{agreed, question, rows};
use crate::oracle::{Held, Question};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    family: String,
    #[serde(default)]
    equal: Vec<String>,
    #[serde(default)]
    different: Vec<String>,
    #[serde(default)]
    ascending: Vec<String>,
    #[serde(default)]
    unreadable: Vec<String>,
    network: Option<String>,
    #[serde(default)]
    inside: Vec<String>,
    #[serde(default)]
    outside: Vec<String>,
}

#[test]
fn values_are_read_in_every_way_that_they_are_written() {
    for row in rows::<Row>("values") {
        let is = |operator: &str| format!("{}{operator}", row.family);
        for (at, one) in row.equal.iter().enumerate() {
            row.equal.iter().for_each(|other| check(&is(equals(&row)), one, other, true));
            if row.family != "Bool" && row.family != "Binary" {
                row.equal.iter().for_each(|other| check(&is("LessThan"), one, other, false));
            }
            assert!(row.equal.len() > 1, "{at}: {one} is alone");
        }
        for (at, one) in row.different.iter().enumerate() {
            for (other_at, other) in row.different.iter().enumerate() {
                check(&is(equals(&row)), one, other, at == other_at);
            }
        }
        for (at, one) in row.ascending.iter().enumerate() {
            for (other_at, other) in row.ascending.iter().enumerate() {
                check(&is("LessThan"), one, other, at < other_at);
                check(&is("LessThanEquals"), one, other, at <= other_at);
                check(&is("Equals"), one, other, at == other_at);
                check(&is("NotEquals"), one, other, at != other_at);
                check(&is("GreaterThanEquals"), one, other, at >= other_at);
                check(&is("GreaterThan"), one, other, at > other_at);
            }
        }
        for one in &row.unreadable {
            check(&is(equals(&row)), one, one, false);
            if row.family != "Bool" && row.family != "Binary" {
                check(&is("NotEquals"), one, one, true);
                check(&is("LessThanEquals"), one, "0", false);
                check(&is("GreaterThanEquals"), "0", one, false);
            }
        }
        if let Some(network) = &row.network {
            row.inside.iter().for_each(|one| check("IpAddress", one, network, true));
            row.outside.iter().for_each(|one| check("IpAddress", one, network, false));
            row.inside.iter().for_each(|one| check("NotIpAddress", one, network, false));
            row.outside.iter().for_each(|one| check("NotIpAddress", one, network, true));
        }
    }
}

fn equals(row: &Row) -> &'static str {
    if row.family == "Bool" { "" } else { "Equals" }
}

/// Does a request's value pass a policy's?
#[track_caller]
fn check(operator: &str, held: &str, wanted: &str, expected: bool) {
    let label = format!("{operator}: `{held}` against the policy's `{wanted}`");
    let asked = Question {
        identity: vec![all_allow_if(operator, &[wanted])],
        keys: [("x:key".to_owned(), Held::One(held.to_owned()))].into(),
        ..question("ana")
    };
    assert_eq!(agreed(&asked, &label).0 == Verdict::Allowed, expected, "{label}");
}
