//! The condition keys of an operation: those of the request in general, and those its row names.

use regent_policy::{Action, Context, action};
use regent_store::entity::{AccountId, Digits};
use regent_wire::Fault;
use regent_wire::shape::Input;

use super::context::{
    self, IAM_ASSOCIATED_RESOURCE_ARN, IAM_PASSED_TO_SERVICE, IAM_PERMISSIONS_BOUNDARY, IAM_POLICY_ARN,
    MFA_AGE, MFA_PRESENT, RESOURCE_ACCOUNT, STS_EXTERNAL_ID, STS_ROLE_SESSION_NAME, STS_SOURCE_IDENTITY,
    STS_TRANSITIVE_TAG_KEYS, TAG_KEYS,
};
use super::table::{KeyRule, Row};
use super::{Evidence, Target, ask};
use crate::call::Call;

/// The texts of one question's keys, kept while the context borrows them.
#[derive(Debug)]
pub(super) struct Texts<'a> {
    general: context::Texts,
    /// Keys with a name made for this request: tags.
    made: Vec<(String, &'a str)>,
    /// Keys with a known name.
    known: Vec<(regent_policy::Key<'static>, &'a str)>,
    tag_keys: Option<Vec<&'a str>>,
    transitive_tag_keys: Option<Vec<&'a str>>,
    owner: Option<Digits>,
}

impl<'a> Texts<'a> {
    pub(super) fn new<I: Input>(
        general: context::Texts,
        row: &Row,
        input: &'a I,
        target: &'a Target<'_>,
        call: &'a Call<'_>,
    ) -> Self {
        let mut texts = Self {
            general,
            made: Vec::new(),
            known: Vec::new(),
            tag_keys: None,
            transitive_tag_keys: None,
            owner: target.account.map(AccountId::digits),
        };
        texts.take_resource_tags(target);
        for rule in row.keys {
            texts.take(*rule, input, target, call);
        }
        texts
    }

    fn take_resource_tags(&mut self, target: &'a Target<'_>) {
        for tag in target.tags.iter() {
            self.made.push((format!("aws:ResourceTag/{}", tag.key), &tag.value));
            if target.has_iam_tags {
                self.made.push((format!("iam:ResourceTag/{}", tag.key), &tag.value));
            }
        }
    }

    fn take<I: Input>(&mut self, rule: KeyRule, input: &'a I, target: &'a Target<'_>, call: &'a Call<'_>) {
        match rule {
            KeyRule::RequestTags => {
                let tags = input.tags();
                if tags.is_empty() {
                    return;
                }
                self.tag_keys.get_or_insert_default().extend(tags.iter().map(|(key, _)| *key));
                self.made
                    .extend(tags.into_iter().map(|(key, value)| (format!("aws:RequestTag/{key}"), value)));
            }
            KeyRule::RequestTagKeys => {
                self.tag_keys = Some(input.tag_keys().iter().map(String::as_str).collect());
            }
            KeyRule::RequestBoundary => {
                self.known
                    .extend(input.text("PermissionsBoundary").map(|arn| (IAM_PERMISSIONS_BOUNDARY, arn)));
            }
            KeyRule::TargetBoundary => {
                self.known.extend(target.boundary.map(|arn| (IAM_PERMISSIONS_BOUNDARY, arn)));
            }
            KeyRule::PolicyArn => {
                self.known.extend(input.text("PolicyArn").map(|arn| (IAM_POLICY_ARN, arn)));
            }
            KeyRule::AssumeRole => self.take_assume_role(input, call),
        }
    }

    fn take_assume_role<I: Input>(&mut self, input: &'a I, call: &'a Call<'_>) {
        for (member, key) in [
            ("ExternalId", STS_EXTERNAL_ID),
            ("RoleSessionName", STS_ROLE_SESSION_NAME),
            ("SourceIdentity", STS_SOURCE_IDENTITY),
        ] {
            self.known.extend(input.text(member).map(|value| (key, value)));
        }
        let mut keys: Vec<&str> = input.texts("TransitiveTagKeys").iter().map(String::as_str).collect();
        // What the calling session hands on counts as passed along.
        // CHOICE: whether inherited tags are request tags is not documented; a policy must be able to see them.
        for tag in call.caller.transitive_tags() {
            keys.push(&tag.key);
            self.made.push((format!("aws:RequestTag/{}", tag.key), &tag.value));
            self.tag_keys.get_or_insert_default().push(&tag.key);
        }
        if !keys.is_empty() {
            self.transitive_tag_keys = Some(keys);
        }
    }

    pub(super) fn fill<'c>(&'c self, context: &mut Context<'c>, call: &'c Call<'_>, evidence: Evidence) {
        self.general.fill(context, call.caller, &call.around);
        // A policy may have tags whose keys differ in case alone, and condition keys do not tell them apart. The
        // first counts, of a request as of a resource: nobody can put another value over one that is there.
        // CHOICE: AWS's page says that a condition matches one of the two and not which.
        for (key, value) in self.made.iter().rev() {
            context.set(key.as_str(), value);
        }
        for (key, value) in &self.known {
            context.set(*key, value);
        }
        if let Some(keys) = &self.tag_keys {
            context.set_many(TAG_KEYS, keys);
        }
        if let Some(keys) = &self.transitive_tag_keys {
            context.set_many(STS_TRANSITIVE_TAG_KEYS, keys);
        }
        if let Some(owner) = &self.owner {
            context.set(RESOURCE_ACCOUNT, owner.as_str());
        }
        if evidence.has_mfa {
            context.set(MFA_PRESENT, "true");
            context.set(MFA_AGE, "0");
        }
    }
}

static PASS_ROLE: Action<'static> = action!("iam:PassRole");

/// Asks for `iam:PassRole`: no operation of its own, but what everything needs that puts a role to work.
///
/// Tags of the role are not usable on it.
pub(super) fn ask_pass_role(
    call: &Call<'_>,
    role: &Target<'_>,
    service: &str,
    associated: &str,
) -> Result<(), Fault> {
    let texts = context::Texts::new(call.caller, &call.around);
    let associated = format!("arn:{}:ec2:*:{}:{associated}", call.arns().name(), call.caller.account);
    let mut context = Context::new();
    texts.fill(&mut context, call.caller, &call.around);
    context.set(IAM_PASSED_TO_SERVICE, service);
    context.set(IAM_ASSOCIATED_RESOURCE_ARN, &associated);
    let owner = role.account.map(AccountId::digits);
    if let Some(owner) = &owner {
        context.set(RESOURCE_ACCOUNT, owner.as_str());
    }
    ask(call, &PASS_ROLE, role, &context)
}
