use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{MOST_SOURCE_IDENTITY, Variable};
use crate::Person;
use crate::session_name::{LEAST_CHARACTERS, is_name_character};

/// Who asks, and for what. What is not known is left empty, and a template that needs it fails.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// The connector's slug.
    pub connector_slug: &'a str,
    /// The approved request, if the session is drawn from one.
    pub request_id: Option<&'a str>,
    /// The ticket that the request names.
    pub request_ticket: Option<&'a str>,
    /// The id of the session.
    pub session_id: &'a str,
    /// The day in UTC.
    pub date: Option<Date>,
}

/// Whose the session will be.
#[derive(Debug, Clone, Copy)]
pub enum Asker<'a> {
    /// A person's.
    User(User<'a>),
    /// A build's, an application's.
    System(System<'a>),
}

/// A person, as templates see one.
#[derive(Debug, Clone, Copy)]
pub struct User<'a> {
    /// The id, which never changes and is nobody else's.
    pub id: &'a str,
    /// The name, which is nobody else's.
    pub name: &'a str,
    /// The e-mail address.
    pub email: Option<&'a str>,
    /// Somebody else has the same address, which then stands for neither.
    pub shares_email: bool,
    /// The name to show.
    pub display_name: Option<&'a str>,
    /// The names of the groups.
    pub groups: &'a [&'a str],
    /// What the identity provider says.
    pub attributes: Option<&'a BTreeMap<String, String>>,
}

/// A system caller, as templates see one.
#[derive(Debug, Clone, Copy)]
pub struct System<'a> {
    /// The id, which never changes and is nobody else's.
    pub id: &'a str,
    /// The name, which is nobody else's.
    pub name: &'a str,
}

impl<'a> User<'a> {
    /// A person of whom nothing is known but the id.
    pub const fn new(id: &'a str) -> Self {
        Self {
            id,
            name: "",
            email: None,
            shares_email: false,
            display_name: None,
            groups: &[],
            attributes: None,
        }
    }

    /// A person as the directory knows one, with the names of the groups of this moment.
    pub fn of(id: &'a str, person: &'a Person, groups: &'a [&'a str]) -> Self {
        Self {
            id,
            name: &person.name,
            email: person.email.as_deref(),
            shares_email: false,
            display_name: Some(&person.display_name),
            groups,
            attributes: Some(&person.attributes),
        }
    }

    /// An address that AWS would refuse as a source identity is no use, and neither is one that two people have, so the
    /// id stands in. What has no `@` is no address, and could be somebody else's id.
    fn id_or_email(&self) -> &'a str {
        let is_usable = |email: &&str| {
            email.contains('@')
                && (LEAST_CHARACTERS..=MOST_SOURCE_IDENTITY).contains(&email.len())
                && email.chars().all(is_name_character)
        };
        self.email.filter(|_| !self.shares_email).filter(is_usable).unwrap_or(self.id)
    }
}

impl<'a> Subject<'a> {
    /// Someone, of whose wish nothing is known yet.
    pub const fn new(asker: Asker<'a>) -> Self {
        Self { asker, connector_slug: "", request_id: None, request_ticket: None, session_id: "", date: None }
    }

    /// The id of who asks: what tells two of the same name apart.
    pub(super) const fn asker_id(&self) -> &'a str {
        match self.asker {
            Asker::User(user) => user.id,
            Asker::System(system) => system.id,
        }
    }

    pub(super) const fn groups(&self) -> &'a [&'a str] {
        match self.asker {
            Asker::User(user) => user.groups,
            Asker::System(_) => &[],
        }
    }

    const fn user(&self) -> Option<User<'a>> {
        match self.asker {
            Asker::User(user) => Some(user),
            Asker::System(_) => None,
        }
    }

    /// A value, if there is one. Groups are several, and not here.
    pub(super) fn value(&self, variable: &Variable) -> Option<Cow<'a, str>> {
        let text = match variable {
            Variable::UserId => self.user()?.id,
            Variable::UserName => self.user()?.name,
            Variable::UserEmail => self.user()?.email?,
            Variable::UserEmailLocal => self.user()?.email?.rsplit_once('@')?.0,
            Variable::UserIdOrEmail => self.user()?.id_or_email(),
            Variable::UserDisplayName => self.user()?.display_name?,
            Variable::UserGroups => return None,
            Variable::UserAttribute(claim) => self.user()?.attributes?.get(claim)?,
            Variable::SystemName => match self.asker {
                Asker::System(system) => system.name,
                Asker::User(_) => return None,
            },
            Variable::ConnectorSlug => self.connector_slug,
            Variable::RequestId => self.request_id?,
            Variable::RequestTicket => self.request_ticket?,
            Variable::SessionId => self.session_id,
            Variable::Date => return Some(Cow::Owned(self.date?.to_string())),
        };
        Some(Cow::Borrowed(text))
    }
}
