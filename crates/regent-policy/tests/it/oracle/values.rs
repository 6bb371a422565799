//! Comparing values, in the plainest way that works: a glob is a recursion, a date counts its years, a network
//! is a row of bits.

use std::net::IpAddr;

use super::{Held, Keys};

// ---- patterns ---------------------------------------------------------------------------------------------

/// A piece of a pattern. What a variable contributes is characters, whatever they look like.
#[derive(Clone, Copy)]
enum Sym {
    Char(char),
    /// `*`; may it take a colon?
    Run(bool),
    /// `?`; may it take a colon?
    One(bool),
}

#[derive(Clone, Copy, PartialEq)]
enum Wild {
    No,
    Yes,
    /// In one of the first five fields of an ARN: no wildcard takes a colon.
    InField,
    /// The same, but a star at the field's end does.
    Crossing,
}

fn glob(pattern: &[Sym], text: &[char]) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return text.is_empty() };
    let takes = |any: bool, found: &char| any || *found != ':';
    match *first {
        Sym::Char(wanted) => text.first() == Some(&wanted) && glob(rest, &text[1..]),
        Sym::One(any) => text.first().is_some_and(|found| takes(any, found)) && glob(rest, &text[1..]),
        Sym::Run(any) => {
            let most = text.iter().take_while(|found| takes(any, found)).count();
            (0..=most).any(|skip| glob(rest, &text[skip..]))
        }
    }
}

fn matches(pattern: &[Sym], text: &str) -> bool {
    glob(pattern, &text.chars().collect::<Vec<_>>())
}

/// A text with its variables in place; `None` if one of them has no value.
fn symbols(text: &str, keys: Option<&Keys>, wild: Wild) -> Option<Vec<Sym>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((keys, after)) = keys.zip(rest.strip_prefix("${")) {
            let (value, after) = variable(after, keys)?;
            found.extend(value?.chars().map(Sym::Char));
            rest = after;
            continue;
        }
        rest = &rest[first.len_utf8()..];
        let any = wild == Wild::Yes || (wild == Wild::Crossing && rest.is_empty());
        found.push(match first {
            '*' if wild != Wild::No => Sym::Run(any),
            '?' if wild != Wild::No => Sym::One(wild == Wild::Yes),
            plain => Sym::Char(plain),
        });
    }
    Some(found)
}

/// Reads a variable and returns its value, if it has one, with the text that follows; `None` if it is broken.
fn variable<'t>(text: &'t str, keys: &Keys) -> Option<(Option<String>, &'t str)> {
    if let Some(after) = ["*}", "?}", "$}"].iter().find_map(|escape| text.strip_prefix(escape)) {
        return Some((text.get(..1).map(str::to_owned), after));
    }
    let end = text.find([',', '}'])?;
    let (name, mut rest) = (&text[..end], &text[end..]);
    let mut default = None;
    if let Some(after) = rest.strip_prefix(',') {
        let (quoted, after) = after.trim_start_matches(' ').strip_prefix('\'')?.split_once('\'')?;
        default = Some(quoted.to_owned());
        rest = after.trim_start_matches(' ');
    }
    let after = rest.strip_prefix('}').filter(|_| !name.is_empty())?;
    let value = match keys.get(&name.to_lowercase()) {
        Some(Held::One(value)) => Some(value.clone()),
        _ => default,
    };
    Some((value, after))
}

/// The first six fields of a pattern; a colon in a variable separates nothing.
fn fields(text: &str, variables: bool) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let variable = rest.starts_with("${").then(|| rest.find('}')).flatten().filter(|_| variables);
        let width = variable.map_or(first.len_utf8(), |end| end + 1);
        if first == ':' && fields.len() < 6 {
            fields.push(String::new());
        } else if let Some(field) = fields.last_mut() {
            field.push_str(&rest[..width]);
        }
        rest = &rest[width..];
    }
    fields
}

/// Does a condition's ARN pattern cover a value?
fn arn_like(pattern: &str, arn: &str, keys: Option<&Keys>) -> bool {
    let found: Vec<&str> = arn.splitn(6, ':').collect();
    let fields = if pattern == "*" { vec!["*".to_owned(); 6] } else { fields(pattern, keys.is_some()) };
    fields.len() == 6
        && found.len() == 6
        && fields.iter().zip(found).all(|(field, found)| {
            symbols(field, keys, Wild::Yes).is_some_and(|pattern| matches(&pattern, found))
        })
}

/// Does a `Resource` cover what is asked for?
pub(super) fn resource_matches(pattern: &str, on: &str, keys: Option<&Keys>) -> bool {
    if !pattern.is_empty() && pattern.chars().all(|star| star == '*') {
        return true;
    }
    if on.matches(':').count() < 5 {
        return false;
    }
    let mut fields = fields(pattern, keys.is_some());
    fields.resize(6, "*".to_owned());
    let Some(last) = symbols(&fields[5], keys, Wild::Yes) else { return false };
    [Wild::InField, Wild::Crossing].into_iter().any(|wild| {
        let mut pattern: Vec<Sym> = Vec::new();
        for field in &fields[..5] {
            pattern.extend(symbols(field, None, wild).into_iter().flatten());
            pattern.push(Sym::Char(':'));
        }
        pattern.extend(&last);
        matches(&pattern, on)
    })
}

/// Does an action pattern cover an action?
pub(super) fn action_matches(pattern: &str, action: &str) -> bool {
    let makes_sense = pattern.matches(':').count() == 1
        && !pattern.contains(|found: char| found.is_whitespace() || found == ',');
    let covers = || {
        symbols(&pattern.to_lowercase(), None, Wild::Yes).is_some_and(|p| matches(&p, &action.to_lowercase()))
    };
    pattern == "*" || (makes_sense && covers())
}

// ---- operators --------------------------------------------------------------------------------------------

/// Is the request's value the policy's, as the operator sees it? Negation is not settled here.
///
/// `keys` are what variables may ask for, and `None` where the document is too old for variables.
pub(super) fn same(base: &str, value: &str, wanted: &str, keys: Option<&Keys>) -> bool {
    let text = || {
        let symbols = symbols(wanted, keys, Wild::No)?;
        let char_of = |sym: &Sym| if let Sym::Char(found) = sym { Some(*found) } else { None };
        symbols.iter().map(char_of).collect::<Option<String>>()
    };
    match base {
        "StringEquals" | "StringNotEquals" => text().is_some_and(|text| text == value),
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => {
            text().is_some_and(|text| text.to_lowercase() == value.to_lowercase())
        }
        "StringLike" | "StringNotLike" => {
            symbols(wanted, keys, Wild::Yes).is_some_and(|pattern| matches(&pattern, value))
        }
        "ArnEquals" | "ArnNotEquals" | "ArnLike" | "ArnNotLike" => arn_like(wanted, value, keys),
        "Bool" => {
            let is_bool = matches!(value.to_lowercase().as_str(), "true" | "false");
            is_bool && text().is_some_and(|text| text.eq_ignore_ascii_case(value))
        }
        "BinaryEquals" => bytes(value).is_some_and(|value| bytes(wanted) == Some(value)),
        "IpAddress" | "NotIpAddress" => in_network(wanted, value).unwrap_or(false),
        ordered => {
            let order = match ordered.strip_prefix("Numeric") {
                Some(_) => number(value).zip(number(wanted)).map(|(value, wanted)| value.cmp(&wanted)),
                None => date(value).zip(date(wanted)).map(|(value, wanted)| value.cmp(&wanted)),
            };
            let wanted = ordered.trim_start_matches("Numeric").trim_start_matches("Date");
            order.is_some_and(|order| match wanted {
                "Equals" | "NotEquals" => order.is_eq(),
                "LessThan" => order.is_lt(),
                "LessThanEquals" => order.is_le(),
                "GreaterThan" => order.is_gt(),
                "GreaterThanEquals" => order.is_ge(),
                other => panic!("no operator {other}"),
            })
        }
    }
}

fn digits(text: &str, counts: impl core::ops::RangeBounds<usize>) -> Option<i128> {
    let is_number = counts.contains(&text.len()) && text.chars().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// A number in units of 10^-18.
fn number(text: &str) -> Option<i128> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(fraction, 1..)?;
    let fraction = digits(format!("{fraction:0<18}").get(..18)?, 18..=18)?;
    Some(sign * (digits(whole, 1..21)? * 10_i128.pow(18) + fraction))
}

/// Nanoseconds since 1970.
fn date(text: &str) -> Option<i128> {
    if text.len() != 4
        && let Some(secs) = digits(text, 1..)
    {
        return i64::try_from(secs).ok().map(|secs| i128::from(secs) * 1_000_000_000);
    }
    let (day, time) = text.split_once(['T', 't']).map_or((text, ""), |(day, time)| (day, time));
    let (sign, day) = day.strip_prefix('-').map_or((1, day), |day| (-1, day));
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, day] = match *parts.as_slice() {
        [year] => [year, "1", "1"],
        [year, month] => [year, month, "1"],
        [year, month, day] => [year, month, day],
        _ => return None,
    };
    let year = sign * digits(year, 1..10)?;
    let (month, day) = (digits(month, 1..3)?, digits(day, 1..3)?);
    let is_date =
        (-292_275_054..=292_278_993).contains(&year) && (1..13).contains(&month) && (1..32).contains(&day);
    let days = is_date.then(|| days_before(year, month) + day - 1)?;
    Some((days * 86_400) * 1_000_000_000 + time_of_day(time)?)
}

/// Nanoseconds since midnight in Greenwich.
fn time_of_day(text: &str) -> Option<i128> {
    const SECOND: i128 = 1_000_000_000;
    let (clock, zone) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, "Z"),
    };
    let zone = match zone.chars().next()? {
        'Z' | 'z' => (zone.len() == 1).then_some(0_i128)?,
        sign => {
            let (hours, minutes) = match zone[1..].split_once(':') {
                Some((hours, minutes)) => (hours, minutes),
                None if zone.len() > 3 => zone[1..].split_at(2),
                None => (&zone[1..], "00"),
            };
            let (hours, minutes) = (digits(hours, 2..=2)?, digits(minutes, 2..=2)?);
            let east = hours * 3_600 + minutes * 60;
            if hours > 23 || minutes > 59 {
                return None;
            }
            if sign == '+' { east } else { -east }
        }
    };
    if clock.is_empty() {
        return Some(-zone * SECOND);
    }
    let parts: Vec<&str> = clock.split(':').collect();
    let (seconds, fraction) = match parts.get(2) {
        Some(seconds) => seconds.split_once(['.', ',']).unwrap_or((seconds, "0")),
        None => ("0", "0"),
    };
    let part = |text: &str, most: i128| digits(text, 1..3).filter(|found| *found <= most);
    let (hour, minute) = (part(parts[0], 23)?, part(parts.get(1).unwrap_or(&"0"), 59)?);
    let seconds = hour * 3_600 + minute * 60 + part(seconds, 59)? - zone;
    digits(fraction, 1..10)?;
    (parts.len() < 4).then_some(seconds * SECOND + digits(&format!("{fraction:0<9}"), 9..=9)?)
}

fn days_before(year: i128, month: i128) -> i128 {
    let is_leap = |year: i128| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    // Whole cycles of 400 years first: they are 146,097 days each.
    let cycles = (year - 1970).div_euclid(400);
    let mut days = cycles * 146_097;
    for year in (1970 + cycles * 400)..year {
        days += if is_leap(year) { 366 } else { 365 };
    }
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    days + lengths.iter().zip(1..month).map(|(days, _)| days).sum::<i128>()
}

/// An address as a row of bits: 32 or 128. An IPv4 address in IPv6 clothes is one of IPv4.
fn bits(address: IpAddr) -> Vec<bool> {
    let bytes = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
}

fn in_network(network: &str, address: &str) -> Option<bool> {
    let (base, len) = network.split_once('/').map_or((network, None), |(base, len)| (base, Some(len)));
    let base = bits(base.parse().ok()?);
    let len =
        len.map_or(Some(base.len()), |len| digits(len, 1..4).and_then(|len| usize::try_from(len).ok()))?;
    let address = bits(address.parse::<IpAddr>().ok()?.to_canonical());
    let mapped = bits("::ffff:0:0".parse().ok()?);
    let (base, len) = if base.len() == 128 && len >= 96 && base[..96] == mapped[..96] {
        (base[96..].to_vec(), len.checked_sub(96).filter(|len| *len <= 32)?)
    } else {
        (base, len)
    };
    (len <= base.len()).then(|| base.len() == address.len() && base[..len] == address[..len])
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if digits.len() % 4 == 1 || padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) {
        return None;
    }
    let mut bits = Vec::new();
    for digit in digits.chars() {
        let value = DIGITS.find(digit)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1));
    }
    let whole = bits.chunks_exact(8);
    whole.map(|bits| u8::try_from(bits.iter().fold(0, |byte, bit| byte << 1 | bit)).ok()).collect()
}
