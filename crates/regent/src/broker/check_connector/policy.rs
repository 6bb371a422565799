//! The session policy of a connector: that it is one, and that it fits.

use std::collections::BTreeMap;

use regent_broker::ConnectorTerms;
use regent_broker::template::{Asker, Subject, System, Template, TemplatePurpose, User, Variable};
use regent_policy::{PolicyKind, admit_in};

use super::super::check::Findings;
use super::super::session_request::with_own_network;
use super::template;

const MAX_POLICY_ARNS: usize = 10;
/// The longest session policy, the ARNs of managed ones included.
pub(crate) const MAX_CHARACTERS: usize = 2048;

pub(super) fn check(terms: &ConnectorTerms, findings: &mut Findings) {
    check_arns(&terms.policy_arns, findings);
    let mut own = None;
    if let Some(text) = terms.inline_policy.as_deref() {
        let purpose = TemplatePurpose::Policy;
        let read = template::read(terms, ("inline_policy", text), purpose, findings);
        own = read.as_ref().and_then(filled);
        if own.is_none() {
            return;
        }
    }
    // Where the role is, there policies name its partition.
    let partition = terms.role_arn.as_deref().and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws");
    let refusal_of = |text: &str| admit_in(text, PolicyKind::Session, partition).err();
    let by_itself = own.as_deref().and_then(refusal_of).map(|refusal| refusal.to_string());
    let refused = by_itself.or_else(|| match with_own_network(terms, own) {
        Ok(text) => text.as_deref().and_then(refusal_of).map(|refusal| refusal.to_string()),
        Err(error) => Some(error.text),
    });
    if let Some(refused) = refused {
        let detail = format!("AWS would refuse the policy: {refused}");
        findings.fix("inline_policy", "policy_malformed", detail, "correct it at that place");
    }
    let characters = size(terms);
    if characters > MAX_CHARACTERS {
        let detail =
            format!("the session policies have {characters} characters, and STS takes {MAX_CHARACTERS}");
        let injects = terms.network.as_ref().is_some_and(|network| network.inject);
        let (name, fix) = match terms.inline_policy {
            Some(_) => ("inline_policy", "shorten the policy, or use managed policies"),
            None if injects => ("network.inject", "name fewer networks or managed policies"),
            None => ("policy_arns", "name fewer managed policies"),
        };
        findings.fix(name, "policy_too_big", detail, fix);
    }
}

/// How many characters of session policies go with a call, for somebody of ordinary names.
pub(crate) fn size(terms: &ConnectorTerms) -> usize {
    let own = terms.inline_policy.as_deref().map(|text| {
        let template = Template::parse(text, TemplatePurpose::Policy).ok();
        template.as_ref().and_then(filled).unwrap_or_else(|| text.to_owned())
    });
    let without = own.as_ref().map_or(0, |text| text.chars().count());
    let inline = with_own_network(terms, own);
    let inline = inline.map_or(without, |text| text.map_or(0, |text| text.chars().count()));
    inline + terms.policy_arns.iter().map(|arn| arn.chars().count()).sum::<usize>()
}

/// A policy as it would be for somebody.
fn filled(template: &Template) -> Option<String> {
    let attributes: BTreeMap<String, String> = template
        .variables()
        .filter_map(|variable| {
            let Variable::UserAttribute(claim) = variable else { return None };
            Some((claim.clone(), "somevalue".to_owned()))
        })
        .collect();
    let user = User {
        name: "somebody",
        email: Some("somebody@example.com"),
        display_name: Some("somebody"),
        groups: &[],
        attributes: Some(&attributes),
        ..User::new("usr_00000000000000000000000000")
    };
    let subject = Subject {
        connector_slug: "connector",
        request_id: Some("req_00000000000000000000000000"),
        request_ticket: Some("TICKET-1"),
        session_id: "sess_00000000000000000000000000",
        date: jiff::civil::Date::new(2026, 1, 1).ok(),
        ..Subject::new(Asker::User(user))
    };
    let system = Asker::System(System { id: "sys_00000000000000000000000000", name: "somebody" });
    template.render(&subject).or_else(|_| template.render(&Subject { asker: system, ..subject })).ok()
}

fn check_arns(arns: &[String], findings: &mut Findings) {
    if arns.len() > MAX_POLICY_ARNS {
        findings.add("policy_arns", "too_many", "expected at most 10 managed policies");
    }
    for (at, arn) in arns.iter().enumerate() {
        if !is_policy_arn(arn) {
            let detail = format!("`{arn}` is no managed policy");
            findings.fix(
                "policy_arns",
                "malformed",
                detail,
                "enter an ARN such as arn:aws:iam::aws:policy/ReadOnlyAccess",
            );
        } else if arns.iter().take(at).any(|other| other == arn) {
            findings.add("policy_arns", "repeated", format!("`{arn}` is there twice"));
        }
    }
}

fn is_policy_arn(arn: &str) -> bool {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let [scheme, partition, service, region, account, resource] = fields.as_slice() else { return false };
    let name = resource.strip_prefix("policy/").unwrap_or_default();
    let is_account =
        *account == "aws" || (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
    *scheme == "arn"
        && !partition.is_empty()
        && *service == "iam"
        && region.is_empty()
        && is_account
        && (1..=640).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic())
        && !name.contains("${")
}
