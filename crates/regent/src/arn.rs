//! ARNs of what Regent holds: made, and taken apart.

use regent_store::entity::{AccountId, Group, InstanceProfile, ManagedPolicy, MfaDevice, Role, User};

/// Makes ARNs of one partition: `aws`, or whatever a sovereign deployment calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Partition(Box<str>);

/// What an IAM ARN is about: the word before the first slash of its last part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    /// `user`
    User,
    /// `group`
    Group,
    /// `role`
    Role,
    /// `policy`
    Policy,
    /// `instance-profile`
    InstanceProfile,
    /// `mfa`
    Mfa,
}

impl Noun {
    /// The word in ARNs.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::InstanceProfile => "instance-profile",
            Self::Mfa => "mfa",
        }
    }
}

impl Partition {
    /// The partition with this name.
    pub(crate) fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// Takes an IAM ARN of this partition apart.
    ///
    /// One of another partition names nothing here. Were it taken for ours, a policy that denies something by its
    /// ARN would not see it coming under the other name.
    pub(crate) fn parse<'a>(&self, text: &'a str) -> Option<IamArn<'a>> {
        IamArn::parse(text).filter(|arn| *arn.partition == *self.0)
    }

    /// `arn:aws:iam::A:root`
    pub(crate) fn root(&self, account: AccountId) -> String {
        format!("arn:{}:iam::{account}:root", self.0)
    }

    /// An IAM ARN. `path` begins and ends with a slash; `name` may be empty, which gives the ARN of a collection.
    pub(crate) fn iam(&self, account: AccountId, noun: Noun, path: &str, name: &str) -> String {
        let word = noun.word();
        let mut arn = String::with_capacity(32 + self.0.len() + word.len() + path.len() + name.len());
        let digits = account.digits();
        for part in ["arn:", &self.0, ":iam::", digits.as_str(), ":", word, path, name] {
            arn.push_str(part);
        }
        arn
    }

    /// A user's ARN.
    pub(crate) fn user(&self, account: AccountId, user: &User) -> String {
        self.iam(account, Noun::User, &user.path, &user.name)
    }

    /// A group's ARN.
    pub(crate) fn group(&self, account: AccountId, group: &Group) -> String {
        self.iam(account, Noun::Group, &group.path, &group.name)
    }

    /// A role's ARN.
    pub(crate) fn role(&self, account: AccountId, role: &Role) -> String {
        self.iam(account, Noun::Role, &role.path, &role.name)
    }

    /// A customer managed policy's ARN.
    pub(crate) fn policy(&self, account: AccountId, policy: &ManagedPolicy) -> String {
        self.iam(account, Noun::Policy, &policy.path, &policy.name)
    }

    /// An instance profile's ARN.
    pub(crate) fn instance_profile(&self, account: AccountId, profile: &InstanceProfile) -> String {
        self.iam(account, Noun::InstanceProfile, &profile.path, &profile.name)
    }

    /// A virtual MFA device's ARN, which is its serial number.
    pub(crate) fn mfa_device(&self, account: AccountId, device: &MfaDevice) -> String {
        self.iam(account, Noun::Mfa, &device.path, &device.name)
    }

    /// The ARN of an AWS managed policy: its account is `aws`.
    pub(crate) fn aws_policy(&self, path: &str, name: &str) -> String {
        format!("arn:{}:iam::aws:policy{path}{name}", self.0)
    }

    /// The ARN of a role session. It lacks the role's path.
    pub(crate) fn assumed_role(&self, account: AccountId, role: &str, session: &str) -> String {
        format!("arn:{}:sts::{account}:assumed-role/{role}/{session}", self.0)
    }

    /// The ARN of a federated user.
    pub(crate) fn federated_user(&self, account: AccountId, name: &str) -> String {
        format!("arn:{}:sts::{account}:federated-user/{name}", self.0)
    }
}

/// An IAM ARN taken apart: `arn:aws:iam::A:role/path/name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IamArn<'a> {
    /// `aws`
    pub(crate) partition: &'a str,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// `role`
    pub(crate) word: &'a str,
    /// `/path/name`
    pub(crate) path_and_name: &'a str,
}

/// Whose an IAM ARN is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// An account's.
    Account(AccountId),
    /// AWS's own: managed policies.
    Aws,
}

impl<'a> IamArn<'a> {
    /// Takes an ARN apart, whichever partition's it is; none if it is not of this form.
    ///
    /// To find what it names, use [`Partition::parse`].
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        let (arn, partition, service) = (fields.next()?, fields.next()?, fields.next()?);
        let (region, owner, resource) = (fields.next()?, fields.next()?, fields.next()?);
        if arn != "arn" || partition.is_empty() || service != "iam" || !region.is_empty() {
            return None;
        }
        let owner = if owner == "aws" { Owner::Aws } else { Owner::Account(owner.parse().ok()?) };
        let (word, path_and_name) = resource.split_at_checked(resource.find('/')?)?;
        (path_and_name.len() > 1).then_some(Self { partition, owner, word, path_and_name })
    }

    /// The path, which begins and ends with a slash, and the name.
    pub(crate) fn path_and_name(&self) -> (&'a str, &'a str) {
        let at = self.path_and_name.rfind('/').map_or(0, |at| at + 1);
        self.path_and_name.split_at_checked(at).unwrap_or((self.path_and_name, ""))
    }

    /// The name alone.
    pub(crate) fn name(&self) -> &'a str {
        self.path_and_name().1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_taken_apart_at_its_first_slash_and_named_by_its_last() {
        let arn = IamArn::parse("arn:aws:iam::123456789012:role/service/team/Deploy").unwrap();
        assert_eq!((arn.partition, arn.word), ("aws", "role"));
        assert_eq!(arn.owner, Owner::Account(AccountId::new(123_456_789_012).unwrap()));
        assert_eq!(arn.path_and_name(), ("/service/team/", "Deploy"));
        let arn = IamArn::parse("arn:aws:iam::aws:policy/AdministratorAccess").unwrap();
        assert_eq!((arn.owner, arn.path_and_name()), (Owner::Aws, ("/", "AdministratorAccess")));
    }

    #[test]
    fn an_arn_of_another_partition_names_nothing() {
        let arn = "arn:aws-cn:iam::123456789012:role/a";
        assert!(IamArn::parse(arn).is_some());
        assert!(Partition::new("aws").parse(arn).is_none());
        assert!(Partition::new("aws-cn").parse(arn).is_some());
    }

    #[test]
    fn what_is_no_iam_arn_is_none() {
        for text in [
            "",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::12345678901:role/a",
            "arn:aws:iam:us-east-1:123456789012:role/a",
            "arn:aws:sts::123456789012:assumed-role/a/b",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role",
            "arn::iam::123456789012:role/a",
        ] {
            assert!(IamArn::parse(text).is_none(), "{text}");
        }
    }
}
