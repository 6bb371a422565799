//! What a statement has to say to allow one request and nothing more.

use super::Obstacle;
use crate::caller::Caller;
use crate::json;
use crate::kind::PolicyKind;
use crate::pool::Reading;
use crate::request::Request;

/// The elements of a statement that allows one request.
#[derive(Clone, Debug)]
pub(super) struct Grant<'a> {
    /// The member of `Principal` and its value, in kinds of policy that name principals.
    pub(super) principal: Option<(&'static str, &'a str)>,
    pub(super) action: &'a str,
    /// The resource as a pattern that matches it alone; a trust policy has none.
    pub(super) resource: Option<String>,
}

impl<'a> Grant<'a> {
    pub(super) fn new(kind: PolicyKind, request: &Request<'a>, reading: Reading) -> Result<Self, Obstacle> {
        let principal = if kind.names_principals() { Some(principal(&request.caller)?) } else { None };
        let resource = if kind == PolicyKind::RoleTrust {
            None
        } else {
            Some(pattern_of(request.resource.text(), reading).ok_or(Obstacle::ResourceHasNoPattern)?)
        };
        Ok(Self { principal, action: request.action.name(), resource })
    }

    /// The members of the statement, in AWS's order, their values in JSON.
    pub(super) fn members(&self) -> Vec<(&'static str, String)> {
        let mut members = vec![("Effect", quoted("Allow"))];
        if let Some((member, value)) = self.principal {
            members.push(("Principal", format!("{{{}: {}}}", quoted(member), quoted(value))));
        }
        members.push(("Action", quoted(self.action)));
        if let Some(resource) = &self.resource {
            members.push(("Resource", quoted(resource)));
        }
        members
    }

    /// What it allows, for a sentence: `s3:GetObject` on `arn:…` for `arn:…`.
    pub(super) fn sentence(&self) -> String {
        let resource = match self.resource.as_deref() {
            None => String::new(),
            Some("*") => " on every resource".to_owned(),
            Some(resource) => format!(" on `{resource}`"),
        };
        let principal = self.principal.map(|(_, value)| format!(" to `{value}`")).unwrap_or_default();
        format!("`{}`{resource}{principal}", self.action)
    }
}

/// A text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    json::write_string(&mut written, text);
    written
}

/// How a policy names the caller most closely. Of a role session that is the role: the session has gone before the
/// policy is saved.
fn principal<'a>(caller: &Caller<'a>) -> Result<(&'static str, &'a str), Obstacle> {
    match *caller {
        Caller::Root { arn, .. }
        | Caller::RootSession { arn, .. }
        | Caller::User { arn, .. }
        | Caller::FederatedUser { arn, .. } => Ok(("AWS", arn)),
        Caller::RoleSession { role_arn, .. } => Ok(("AWS", role_arn)),
        Caller::FederatedIdentity { provider } => Ok(("Federated", provider)),
        Caller::Service { names } => {
            names.first().map(|name| ("Service", *name)).ok_or(Obstacle::CallerHasNoName)
        }
        Caller::Anonymous => Err(Obstacle::CallerHasNoName),
    }
}

/// The pattern that matches a resource and no other, if there is one.
fn pattern_of(resource: &str, reading: Reading) -> Option<String> {
    if resource == "*" {
        return Some(resource.to_owned());
    }
    let colons = resource.bytes().enumerate().filter(|(_, byte)| *byte == b':');
    let (head, tail) = resource.split_at_checked(colons.map(|(at, _)| at + 1).nth(4)?)?;
    if head.contains(['*', '?']) {
        return None;
    }
    Some(format!("{head}{}", escaped(tail, reading)?))
}

/// A text that stands for itself where patterns and variables are read, if it can be written.
pub(super) fn escaped(text: &str, reading: Reading) -> Option<String> {
    match reading {
        Reading::Plain => (!text.contains(['*', '?'])).then(|| text.to_owned()),
        // The dollars first: the other escapes bring some.
        Reading::Variables => Some(text.replace("${", "${$}{").replace('?', "${?}").replace('*', "${*}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(resource: &str, expected: Option<&str>) {
        assert_eq!(pattern_of(resource, Reading::Variables).as_deref(), expected, "{resource}");
    }

    #[test]
    fn a_pattern_matches_the_resource_and_no_other() {
        check("*", Some("*"));
        check("arn:aws:s3:::bucket/key", Some("arn:aws:s3:::bucket/key"));
        check("arn:aws:s3:::bucket/a*?", Some("arn:aws:s3:::bucket/a${*}${?}"));
        check("arn:aws:s3:::bucket/${x}", Some("arn:aws:s3:::bucket/${$}{x}"));
        check("arn:aws:s3:*::bucket/key", None);
        check("bucket", None);
    }

    #[test]
    fn an_old_policy_has_no_escapes() {
        assert_eq!(pattern_of("arn:aws:s3:::b/a*", Reading::Plain), None);
        assert_eq!(pattern_of("arn:aws:s3:::b/${x}", Reading::Plain).as_deref(), Some("arn:aws:s3:::b/${x}"));
    }
}
