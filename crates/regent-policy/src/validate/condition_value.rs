//! Condition values: that the operator can read them, and that the key can have them.

use super::glob::is_pattern;
use super::issue::IssueCode;
use super::policy::{Condition, Statement, Value};
use super::principal::is_service_principal;
use super::region;
use super::report::{Report, Spot};
use super::subject::Subject;
use crate::catalogue::{ConditionKey, KeyType};
use crate::decimal::Decimal;
use crate::document::Version;
use crate::instant::Instant;
use crate::network::Network;
use crate::operator::{Family, Order};
use crate::variable::{self, Piece};

pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    for condition in &statement.conditions {
        let key = subject.key(condition.key.str);
        if let Some(key) = key {
            check_type(condition, key, report);
        }
        check_single_boolean(condition, key, report);
        check_bounds(condition, report);
        for value in &condition.values {
            if !check_form(condition, *value, report) {
                continue;
            }
            check_wildcard(subject, condition, *value, report);
            check_known_value(subject, condition, *value, report);
        }
    }
}

/// Can the operator compare what the key holds? A string operator reads an ARN as text, which works.
fn check_type(condition: &Condition<'_>, key: ConditionKey<'_>, report: &mut Report<'_>) {
    let family = condition.operator.comparison.row().family;
    let (suits, wanted) = match key.key_type() {
        // A tag, or the like, holds whatever somebody put there: an ARN, for one.
        KeyType::String if key.has_placeholder() => {
            (matches!(family, Family::Literal | Family::Folded | Family::Glob | Family::Arn), "String")
        }
        KeyType::String => (matches!(family, Family::Literal | Family::Folded | Family::Glob), "String"),
        KeyType::Arn => {
            (matches!(family, Family::Arn | Family::Literal | Family::Folded | Family::Glob), "ARN")
        }
        KeyType::Bool => (family == Family::Bool, "Bool"),
        KeyType::Numeric => (family == Family::Number, "Numeric"),
        // `aws:EpochTime` is a date that is a number.
        KeyType::Date => (matches!(family, Family::Date | Family::Number), "Date"),
        KeyType::IpAddress => (family == Family::Address, "IpAddress"),
        KeyType::Binary => (family == Family::Binary, "Binary"),
    };
    if !suits && family != Family::Null {
        let details = format!(
            "`{}` is compared by {wanted} operators, not by `{}`.",
            condition.key.str, condition.operator_name.str
        );
        report.add(IssueCode::TypeMismatch, Spot::Key(condition.operator_name.node), details);
    }
}

/// `true` or `false` is all there is, so both together hold for every request that carries the key.
fn check_single_boolean(condition: &Condition<'_>, key: Option<ConditionKey<'_>>, report: &mut Report<'_>) {
    let is_bool = condition.operator.comparison.row().family == Family::Bool;
    let is_key = key.is_some_and(|key| key.key_type() == KeyType::Bool && !key.is_multivalued());
    if (is_bool || is_key) && condition.values.len() > 1 {
        let details = format!("`{}` has one value, `true` or `false`. Write one.", condition.key.str);
        report.add(IssueCode::InvalidConditionMultipleBoolean, Spot::Value(condition.node), details);
    }
}

/// Of several numbers that something has to be below, the greatest alone counts.
fn check_bounds(condition: &Condition<'_>, report: &mut Report<'_>) {
    let row = condition.operator.comparison.row();
    let which = match row.order {
        Order::Less | Order::LessOrEqual => "greatest",
        Order::Greater | Order::GreaterOrEqual => "least",
        Order::Equal => return,
    };
    let numbers: Vec<_> =
        condition.values.iter().filter_map(|value| Decimal::parse(value.text.str)).collect();
    if row.family != Family::Number || numbers.len() < 2 || numbers.len() < condition.values.len() {
        return;
    }
    let kept = if which == "greatest" { numbers.iter().max() } else { numbers.iter().min() };
    let position = kept.and_then(|kept| numbers.iter().position(|number| number == kept)).unwrap_or(0);
    let kept = condition.values.get(position).map_or("", |value| value.text.str);
    let details = format!(
        "Of several numbers under `{}` the {which} decides. Write `{kept}` alone.",
        condition.operator_name.str
    );
    report.add(IssueCode::RedundantConditionValueNum, Spot::Value(condition.node), details);
}

/// Can the operator read the value? What it cannot read is equal to nothing.
fn check_form(condition: &Condition<'_>, value: Value<'_>, report: &mut Report<'_>) -> bool {
    let text = value.text.str;
    if text.contains("${") {
        return true;
    }
    let operator = condition.operator_name.str;
    let is_boolean = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    let fault = match condition.operator.comparison.row().family {
        Family::Bool | Family::Null if !is_boolean => Some((
            IssueCode::TypeMismatchBoolean,
            format!("`{operator}` compares with `true` or `false`, and `{text}` is neither."),
        )),
        Family::Number if Decimal::parse(text).is_none() => Some((
            IssueCode::TypeMismatchNumber,
            format!("`{operator}` compares numbers, and `{text}` is none. Write it in digits."),
        )),
        Family::Date if Instant::parse(text).is_none() => Some((
            IssueCode::TypeMismatchDate,
            format!(
                "`{operator}` compares dates, and `{text}` is none. Write `2026-11-22` or `2026-11-22T08:00:00Z`."
            ),
        )),
        Family::Date if is_epoch(condition, text) => Some((
            IssueCode::InvalidDateValue,
            format!("`{text}` is read as seconds since 1970. Write the date out: `2026-11-22T08:00:00Z`."),
        )),
        Family::Address if Network::parse(text).is_none() => Some((
            IssueCode::TypeMismatchIpRange,
            format!(
                "`{operator}` compares with ranges of addresses, and `{text}` is none. Write `203.0.113.0/24`."
            ),
        )),
        Family::Binary if crate::base64::decode(text).any(|byte| byte.is_err()) => Some((
            IssueCode::TypeMismatchString,
            format!("`{operator}` compares bytes, written in base64, and `{text}` is not base64."),
        )),
        Family::Literal
        | Family::Folded
        | Family::Glob
        | Family::Arn
        | Family::Bool
        | Family::Null
        | Family::Number
        | Family::Date
        | Family::Address
        | Family::Binary => None,
    };
    let is_sound = fault.is_none();
    if let Some((code, details)) = fault {
        report.add(code, Spot::Value(value.text.node), details);
    }
    is_sound
}

/// A number that is no year, for a key that is not itself a number of seconds.
fn is_epoch(condition: &Condition<'_>, text: &str) -> bool {
    text.len() != 4
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !condition.key.str.eq_ignore_ascii_case("aws:EpochTime")
}

/// `StringEquals` takes a star for a star, which is seldom meant.
fn check_wildcard(
    subject: &Subject<'_, '_>,
    condition: &Condition<'_>,
    value: Value<'_>,
    report: &mut Report<'_>,
) {
    if !matches!(condition.operator.comparison.row().family, Family::Literal | Family::Folded) {
        return;
    }
    let text = value.text.str;
    let is_wild = if subject.policy.version == Version::V2012 {
        variable::pieces(text).any(|piece| matches!(piece, Piece::Text(text) if is_pattern(text)))
    } else {
        is_pattern(text)
    };
    if is_wild {
        let like = if condition.operator.comparison.is_negated() { "StringNotLike" } else { "StringLike" };
        let details = format!(
            "`{}` takes the wildcard in `{text}` for a character. If a pattern is meant, write `{like}`.",
            condition.operator_name.str
        );
        report.add(IssueCode::WildcardWithoutLikeOperator, Spot::Value(value.text.node), details);
    }
}

/// Some keys have values of one form, and a value of another form is a mistake.
fn check_known_value(
    subject: &Subject<'_, '_>,
    condition: &Condition<'_>,
    value: Value<'_>,
    report: &mut Report<'_>,
) {
    let text = value.text.str;
    let spot = Spot::Value(value.text.node);
    let family = condition.operator.comparison.row().family;
    if text.contains("${") || !matches!(family, Family::Literal | Family::Folded | Family::Glob) {
        return;
    }
    let is_like = family == Family::Glob && is_pattern(text);
    match condition.key.str.to_ascii_lowercase().as_str() {
        "aws:requestedregion" if !is_like && !is_region(subject, text) => {
            let details = format!("There is no Region `{text}`{}.", region::hint(text));
            report.add(IssueCode::InvalidRegion, spot, details);
        }
        "aws:sourcevpc" if !is_like && !is_id(text, "vpc-") => {
            let details =
                format!("A VPC's id is `vpc-` and 8 or 17 hexadecimal digits, which `{text}` is not.");
            report.add(IssueCode::InvalidVpcFormat, spot, details);
        }
        "aws:sourcevpce" if !is_like && !is_id(text, "vpce-") => {
            let details =
                format!("An endpoint's id is `vpce-` and 8 or 17 hexadecimal digits, which `{text}` is not.");
            report.add(IssueCode::InvalidVpceFormat, spot, details);
        }
        "iam:passedtoservice"
        | "iam:awsservicename"
        | "aws:principalservicename"
        | "aws:calledvia"
        | "aws:calledviafirst"
        | "aws:calledvialast"
        | "kms:viaservice"
            if text != "*" && !is_service_principal(text) =>
        {
            let details = format!("`{text}` is not of the form `service.amazonaws.com`, in lower case.");
            report.add(IssueCode::InvalidServicePrincipalFormat, spot, details);
        }
        _ => {}
    }
}

fn is_region(subject: &Subject<'_, '_>, text: &str) -> bool {
    region::exists(text) || subject.options.own_regions().contains(&text)
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    })
}
