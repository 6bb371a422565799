//! Policies that a simulation leaves out: what if this one were taken away?

use regent_wire::Fault;
use regent_wire::iam::{AttachmentType, PolicyIdentifier, PolicyIdentifierPolicyType};

use crate::arn::Owner;
use crate::fault;
use crate::iam::managed;

/// What is left out.
#[derive(Debug)]
pub(super) struct Exclusions<'a>(&'a [PolicyIdentifier]);

/// A policy that somebody has, as an identifier may speak of it.
#[derive(Debug)]
pub(super) enum Attached<'a> {
    /// One that lives in a user, group or role.
    Inline { name: &'a str, kind: AttachmentType, entity: &'a str },
    /// A managed one, attached.
    Managed { arn: &'a str },
    /// The permissions boundary, which is known by its type alone.
    // CHOICE: AWS speaks of the ARNs of attached policies, and a boundary is not attached.
    Boundary,
}

impl<'a> Exclusions<'a> {
    /// Nothing is left out.
    pub(super) const NONE: Exclusions<'static> = Exclusions(&[]);

    /// Reads identifiers. One that is right and meets nothing is no error.
    pub(super) fn read(identifiers: &'a [PolicyIdentifier]) -> Result<Self, Fault> {
        for identifier in identifiers {
            if let PolicyIdentifier::PolicyArn(arn) = identifier
                && !is_arn_pattern(arn)
            {
                // CHOICE: the code is documented; its text is not recorded.
                return Err(fault::invalid_input(format!("ARN {arn} is not valid.")));
            }
        }
        Ok(Self(identifiers))
    }

    /// Is this policy left out?
    pub(super) fn leave_out(&self, policy: &Attached<'_>) -> bool {
        self.0.iter().any(|identifier| names(identifier, policy))
    }
}

fn names(identifier: &PolicyIdentifier, policy: &Attached<'_>) -> bool {
    use PolicyIdentifierPolicyType as Type;
    match (identifier, policy) {
        (PolicyIdentifier::PolicyType(Type::Inline), Attached::Inline { .. })
        | (PolicyIdentifier::PolicyType(Type::PermissionBoundary), Attached::Boundary) => true,
        (PolicyIdentifier::PolicyType(Type::AwsManaged), Attached::Managed { arn }) => is_aws(arn),
        (PolicyIdentifier::PolicyType(Type::UserManaged), Attached::Managed { arn }) => !is_aws(arn),
        (PolicyIdentifier::PolicyArn(pattern), Attached::Managed { arn }) => covers(pattern, arn),
        // The model's pattern of a name leaves no room for wildcards, whatever is written about them.
        (PolicyIdentifier::InlinePolicyIdentifier(wanted), Attached::Inline { name, kind, entity }) => {
            wanted.policy_name == *name
                && wanted.attachment_type == *kind
                && wanted.attachment_name == *entity
        }
        (
            PolicyIdentifier::PolicyType(_)
            | PolicyIdentifier::PolicyArn(_)
            | PolicyIdentifier::InlinePolicyIdentifier(_)
            | PolicyIdentifier::Unset,
            _,
        ) => false,
    }
}

fn is_aws(arn: &str) -> bool {
    managed::parse(arn).is_some_and(|arn| arn.owner == Owner::Aws)
}

/// Is it the ARN of a managed policy, with at most one `*` and any number of `?` after the last colon?
fn is_arn_pattern(text: &str) -> bool {
    managed::parse(text)
        .is_some_and(|arn| !arn.partition.contains(['*', '?']) && arn.path_and_name.matches('*').count() <= 1)
}

/// Does a pattern with at most one `*` cover a text?
fn covers(pattern: &str, text: &str) -> bool {
    let (head, tail) = pattern.split_once('*').unwrap_or((pattern, ""));
    let is_open = pattern.contains('*');
    let (characters, wanted) = (text.chars().count(), head.chars().count() + tail.chars().count());
    if characters < wanted || (!is_open && characters != wanted) {
        return false;
    }
    let same = |(wanted, found): (char, char)| wanted == '?' || wanted == found;
    head.chars().zip(text.chars()).all(same) && tail.chars().rev().zip(text.chars().rev()).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, arn: &str, expected: bool) {
        assert_eq!(covers(pattern, arn), expected, "{pattern} {arn}");
    }

    #[test]
    fn a_pattern_has_one_star_and_any_question_marks() {
        check("arn:aws:iam::aws:policy/Admin*", "arn:aws:iam::aws:policy/AdministratorAccess", true);
        check("arn:aws:iam::aws:policy/*Access", "arn:aws:iam::aws:policy/AdministratorAccess", true);
        check("arn:aws:iam::aws:policy/A*s", "arn:aws:iam::aws:policy/As", true);
        check("arn:aws:iam::aws:policy/A*As", "arn:aws:iam::aws:policy/As", false);
        check("arn:aws:iam::aws:policy/?ead", "arn:aws:iam::aws:policy/read", true);
        check("arn:aws:iam::aws:policy/?ead", "arn:aws:iam::aws:policy/tread", false);
        check("arn:aws:iam::aws:policy/read", "arn:aws:iam::aws:policy/readers", false);
        check("arn:aws:iam::aws:policy/*", "arn:aws:iam::111122223333:policy/read", false);
    }

    #[test]
    fn wildcards_stand_in_the_name_alone() {
        for (arn, expected) in [
            ("arn:aws:iam::aws:policy/a*b?", true),
            ("arn:aws:iam::aws:policy/a*b*", false),
            ("arn:aws:iam::*:policy/read", false),
            ("arn:*:iam::aws:policy/read", false),
            ("arn:aws:iam::aws:role/read", false),
            ("read", false),
        ] {
            assert_eq!(is_arn_pattern(arn), expected, "{arn}");
        }
    }
}
