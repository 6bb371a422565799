//! What is asked of a simulation: actions, resources, and the values of context keys.

use std::collections::HashSet;

use regent_policy::catalogue::Catalogue;
use regent_policy::simulate::ContextKeyType;
use regent_policy::{Action, Context};
use regent_wire::Fault;
use regent_wire::iam::{ContextEntry, ContextKeyTypeEnum};
use regent_wire::shape::Enumeration;

use crate::fault;

/// The most resources of one request.
// CHOICE: AWS documents no limit. Every action is decided on every resource, so there has to be one.
const MAX_RESOURCES: usize = 1000;

/// The scenarios of `ResourceHandlingOption`, and the types of the resources that each must have.
///
/// AWS: IAM API reference, SimulateCustomPolicy.
const SCENARIOS: [(&str, &[&str]); 6] = [
    ("EC2-Classic-InstanceStore", &["instance", "image", "security-group"]),
    ("EC2-Classic-EBS", &["instance", "image", "security-group", "volume"]),
    ("EC2-VPC-InstanceStore", &["instance", "image", "security-group", "network-interface"]),
    ("EC2-VPC-InstanceStore-Subnet", &["instance", "image", "security-group", "network-interface", "subnet"]),
    ("EC2-VPC-EBS", &["instance", "image", "security-group", "network-interface", "volume"]),
    ("EC2-VPC-EBS-Subnet", &["instance", "image", "security-group", "network-interface", "subnet", "volume"]),
];

/// Checks that every action is one, and one that AWS has.
pub(super) fn check_actions(names: &[String]) -> Result<(), Fault> {
    let catalogue = Catalogue::bundled();
    let is_known = |name: &str| Action::parse(name).is_ok() && catalogue.action(name).is_some();
    let unknown: Vec<&str> = names.iter().map(String::as_str).filter(|name| !is_known(name)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    // CHOICE: the code is documented, its text is not recorded. The list has the form of the texts that are.
    Err(fault::invalid_input(format!("Invalid Input Actions: [{}] are not valid.", unknown.join(","))))
}

/// The resources: what is given, or `*`.
pub(super) fn resources(given: Option<&[String]>) -> Result<Vec<&str>, Fault> {
    let given = given.unwrap_or_default();
    if given.len() > MAX_RESOURCES {
        let message = format!("ResourceArns can hold {MAX_RESOURCES} resources at most.");
        return Err(fault::invalid_input(message));
    }
    let is_arn = |text: &str| text.starts_with("arn:") && text.splitn(6, ':').count() == 6;
    if let Some(wrong) = given.iter().find(|text| *text != "*" && !is_arn(text)) {
        return Err(fault::invalid_input(format!("ResourceNames are not in a valid ARN format: {wrong}.")));
    }
    Ok(if given.is_empty() { vec!["*"] } else { given.iter().map(String::as_str).collect() })
}

/// Checks that a scenario has the resources it is about.
pub(super) fn check_scenario(scenario: Option<&str>, resources: &[&str]) -> Result<(), Fault> {
    let Some(scenario) = scenario else { return Ok(()) };
    let Some((_, needed)) = SCENARIOS.iter().find(|(name, _)| *name == scenario) else {
        return Err(fault::invalid_input(format!("'{scenario}' is not a valid Resource Handling Option.")));
    };
    let is_there = |r#type: &str| {
        resources.iter().any(|arn| {
            let mut fields = arn.splitn(6, ':').skip(2);
            let (service, rest) = (fields.next(), fields.nth(2));
            service == Some("ec2") && rest.and_then(|rest| rest.split('/').next()) == Some(r#type)
        })
    };
    match needed.iter().find(|r#type| !is_there(r#type)) {
        None => Ok(()),
        Some(missing) => {
            Err(fault::invalid_input(format!("{scenario} needs a resource of the type {missing}.")))
        }
    }
}

/// The values that the request gives to context keys.
#[derive(Debug)]
pub(super) struct Entries<'a>(Vec<(&'a str, ContextKeyType, Vec<&'a str>)>);

impl<'a> Entries<'a> {
    /// Reads them. An entry without a type holds texts: one is a `string`, any other number a `stringList`.
    // CHOICE: the texts of these refusals are not recorded.
    pub(super) fn read(given: Option<&'a [ContextEntry]>) -> Result<Self, Fault> {
        let (mut entries, mut names) = (Vec::new(), HashSet::new());
        for entry in given.unwrap_or_default() {
            let Some(name) = entry.context_key_name.as_deref() else {
                return Err(fault::invalid_input("A context entry must have a ContextKeyName."));
            };
            if !names.insert(name.to_lowercase()) {
                let message = format!("The context key {name} is given more than once.");
                return Err(fault::invalid_input(message));
            }
            let values: Vec<&str> = entry.context_key_values.iter().flatten().map(String::as_str).collect();
            let r#type = key_type(entry.context_key_type, values.len());
            if let Err(error) = r#type.check(&values) {
                return Err(fault::invalid_input(format!("The context key {name}: {error}.")));
            }
            entries.push((name, r#type, values));
        }
        Ok(Self(entries))
    }

    /// Sets the keys.
    pub(super) fn fill<'c>(&'c self, context: &mut Context<'c>) {
        for (name, r#type, values) in &self.0 {
            // They were checked when they were read.
            let _ = r#type.set(context, *name, values);
        }
    }
}

fn key_type(given: Option<ContextKeyTypeEnum>, count: usize) -> ContextKeyType {
    let by_count = if count == 1 { ContextKeyType::STRING } else { ContextKeyType::STRING_LIST };
    given.and_then(|given| ContextKeyType::from_name(given.name())).unwrap_or(by_count)
}
