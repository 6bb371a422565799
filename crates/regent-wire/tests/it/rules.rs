//! What a model demands at each place of an input, and in which words AWS says so.
//!
//! Written from the recorded messages and the model alone; nothing here comes from the generator.

use regent_wire::check::{EnumStyle, ValueStyle};
use serde_json::{Value, json};

use crate::model::{Service, lower_camel};
use crate::oracle;
use crate::sample::sample;

/// A place in an input: how to get there in a JSON tree, what messages call it, and whether they may show it.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) pointer: String,
    pub(crate) path: String,
    pub(crate) shape: String,
    is_secret: bool,
    /// The list or map of which it is an element: its path, and what messages call an element.
    pub(crate) inside: Option<(String, &'static str)>,
}

/// One demand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Rule {
    Null,
    Longest,
    Shortest,
    Greatest,
    Smallest,
    Pattern,
    Enum,
}

/// Every place of an operation's input, without the input itself.
pub(crate) fn places_of(service: &Service, input: &str) -> Vec<Place> {
    let root = Place {
        pointer: String::new(),
        path: String::new(),
        shape: input.to_owned(),
        is_secret: false,
        inside: None,
    };
    let mut found = Vec::new();
    places(service, &root, &mut found);
    found.split_off(1)
}

/// Every place of a shape's value below `place`, the place itself first.
fn places(service: &Service, place: &Place, found: &mut Vec<Place>) {
    found.push(place.clone());
    let shape = service.shape(&place.shape);
    let below = |step: &str, path: String, reference: &Value, element: Option<&'static str>| {
        let (name, _) = service.target(reference);
        Place {
            pointer: format!("{}/{step}", place.pointer),
            path,
            shape: name.to_owned(),
            is_secret: service.is_secret(name),
            inside: element.map(|element| (place.path.clone(), element)),
        }
    };
    match shape["type"].as_str().unwrap() {
        "structure" => {
            for (member, reference) in shape["members"].as_object().into_iter().flatten() {
                let dot = if place.path.is_empty() { "" } else { "." };
                let path = format!("{}{dot}{}", place.path, lower_camel(member));
                places(service, &below(member, path, reference, None), found);
            }
        }
        "list" => {
            let path = format!("{}.1.member", place.path);
            places(service, &below("0", path, &shape["member"], Some("Member must")), found);
        }
        "map" => {
            let value = sample(service, &place.shape);
            let key = value.as_object().unwrap().keys().next().unwrap();
            let path = format!("{}.{key}.member", place.path);
            places(service, &below(key, path, &shape["value"], Some("Map value must")), found);
        }
        _ => {}
    }
}

/// The rules of a shape in the order in which brackets list them.
pub(crate) fn rules(service: &Service, name: &str) -> Vec<Rule> {
    let shape = service.shape(name);
    if !service.values(name).is_empty() {
        return vec![Rule::Enum];
    }
    let (most, least) = match shape["type"].as_str().unwrap() {
        "integer" | "long" => (Rule::Greatest, Rule::Smallest),
        _ => (Rule::Longest, Rule::Shortest),
    };
    [
        service.most(name).map(|_| most),
        shape["min"].as_i64().map(|_| least),
        shape["pattern"].as_str().map(|_| Rule::Pattern),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The words of a rule.
fn worded(service: &Service, shape: &str, rule: Rule) -> String {
    let facts = service.shape(shape);
    match rule {
        Rule::Null => "Member must not be null".to_owned(),
        Rule::Longest => {
            format!("Member must have length less than or equal to {}", service.most(shape).unwrap())
        }
        Rule::Shortest => format!("Member must have length greater than or equal to {}", facts["min"]),
        Rule::Greatest => format!("Member must have value less than or equal to {}", facts["max"]),
        Rule::Smallest => format!("Member must have value greater than or equal to {}", facts["min"]),
        Rule::Pattern => {
            format!("Member must satisfy regular expression pattern: {}", facts["pattern"].as_str().unwrap())
        }
        Rule::Enum => {
            let values = match service.meta.style.enumeration {
                EnumStyle::Bare => String::new(),
                EnumStyle::Listed => format!(": [{}]", service.values(shape).join(", ")),
            };
            format!("Member must satisfy enum value set{values}")
        }
    }
}

/// A value that breaks the rule, and whatever else cannot be helped.
pub(crate) fn breaking(service: &Service, place: &Place, rule: Rule, good: &Value) -> Option<Value> {
    let shape = service.shape(&place.shape);
    let count = |number: i64| usize::try_from(number).ok();
    Some(match (rule, good) {
        (Rule::Longest, Value::String(text)) => {
            let missing = count(service.most(&place.shape)? + 1)?.saturating_sub(text.len());
            format!("{text}{}", text.chars().last().unwrap_or('a').to_string().repeat(missing)).into()
        }
        (Rule::Shortest, Value::String(text)) => {
            text.chars().take(count(shape["min"].as_i64()? - 1)?).collect::<String>().into()
        }
        (Rule::Longest, Value::Array(items)) => {
            vec![items[0].clone(); count(service.most(&place.shape)? + 1)?].into()
        }
        (Rule::Shortest, Value::Array(_)) if shape["min"] == 1 => json!([]),
        (Rule::Longest, Value::Object(entries)) => {
            let value = entries.values().next()?;
            (0..=service.most(&place.shape)?).map(|number| (format!("key{number}"), value.clone())).collect()
        }
        (Rule::Greatest, Value::Number(_)) => (shape["max"].as_i64()? + 1).into(),
        (Rule::Smallest, Value::Number(_)) => (shape["min"].as_i64()? - 1).into(),
        (Rule::Pattern, Value::String(text)) => {
            let pattern = shape["pattern"].as_str()?;
            let without_last: String = text.chars().take(text.chars().count() - 1).collect();
            let broken = ["\u{1F600}", "é", "\u{7}", " "].map(|wrong| format!("{without_last}{wrong}"));
            broken.into_iter().find(|text| !oracle::matches(pattern, text))?.into()
        }
        (Rule::Enum, Value::String(_)) => "NoSuchValue".into(),
        _ => return None,
    })
}

/// The refusal of a request that breaks one rule with this value, and is good otherwise.
pub(crate) fn refusal(service: &Service, place: &Place, rule: Rule, value: Option<&Value>) -> String {
    let mut broken = broken(service, place, rule, value);
    if let (None, Some(words)) = (&place.inside, service.words(&place.shape)) {
        if broken == [Rule::Pattern] {
            return format!("ValidationError: {}", words.replace("{member}", &place.path));
        }
        broken.retain(|rule| *rule != Rule::Pattern);
    }
    let is_echoed = service.meta.style.value == ValueStyle::Echoed && !place.is_secret;
    let shown = if is_echoed { shown(place, rule, value) } else { String::new() };
    let parts: Vec<String> = match &place.inside {
        Some((path, element)) => {
            let all = rules(service, &place.shape).into_iter().chain([Rule::Null]);
            let all: Vec<String> = all.map(|rule| worded(service, &place.shape, rule)).collect();
            vec![format!(
                "Value{shown} at '{path}' failed to satisfy constraint: {element} satisfy constraint: [{}]",
                all.join(", ")
            )]
        }
        None => broken
            .into_iter()
            .map(|rule| (&place.path, worded(service, &place.shape, rule)))
            .map(|(path, words)| format!("Value{shown} at '{path}' failed to satisfy constraint: {words}"))
            .collect(),
    };
    let plural = if parts.len() == 1 { "" } else { "s" };
    format!("ValidationError: {} validation error{plural} detected: {}", parts.len(), parts.join("; "))
}

/// What a refusal shows of the value.
fn shown(place: &Place, rule: Rule, value: Option<&Value>) -> String {
    match (rule, value) {
        (Rule::Null, _) => " null".to_owned(),
        // Of an element, its whole list is shown; of a map, nothing.
        (_, Some(Value::String(text))) if place.inside.is_some() => {
            if place.inside.as_ref().unwrap().1 == "Member must" {
                format!(" '[{text}]'")
            } else {
                String::new()
            }
        }
        (_, Some(Value::String(text))) => format!(" '{text}'"),
        (_, Some(Value::Number(number))) => format!(" '{number}'"),
        (_, Some(Value::Array(items))) if items.iter().all(Value::is_string) => {
            let texts: Vec<&str> = items.iter().map(|item| item.as_str().unwrap()).collect();
            format!(" '[{}]'", texts.join(", "))
        }
        _ => String::new(),
    }
}

/// Everything that the value breaks: each rule is a part of its own, the pattern first.
fn broken(service: &Service, place: &Place, rule: Rule, value: Option<&Value>) -> Vec<Rule> {
    let Some(text) = value.and_then(Value::as_str).filter(|_| rule != Rule::Enum) else { return vec![rule] };
    let shape = service.shape(&place.shape);
    let length = i64::try_from(text.chars().count()).unwrap();
    let is_broken = [
        (Rule::Pattern, shape["pattern"].as_str().is_some_and(|pattern| !oracle::matches(pattern, text))),
        (Rule::Longest, service.most(&place.shape).is_some_and(|most| length > most)),
        (Rule::Shortest, shape["min"].as_i64().is_some_and(|least| length < least)),
    ];
    is_broken.into_iter().filter(|(_, is_broken)| *is_broken).map(|(rule, _)| rule).collect()
}
