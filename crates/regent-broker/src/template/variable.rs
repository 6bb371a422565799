use std::fmt;

/// Something a template can say of who asks, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Variable {
    /// `user.id`: the person's id, which never changes.
    UserId,
    /// `user.name`: the person's unique name.
    UserName,
    /// `user.email`
    UserEmail,
    /// `user.email_local`: what stands before the `@`.
    UserEmailLocal,
    /// `user.id_or_email`: the e-mail address where it can be a source identity, else the id.
    UserIdOrEmail,
    /// `user.display_name`
    UserDisplayName,
    /// `user.groups`: all of them with a colon between; in tags alone.
    UserGroups,
    /// `user.attr.<claim>`: what the identity provider says.
    UserAttribute(String),
    /// `system.name`: the system caller's name.
    SystemName,
    /// `connector.slug`
    ConnectorSlug,
    /// `request.id`: the approved request's.
    RequestId,
    /// `request.ticket`: the ticket that the request names.
    RequestTicket,
    /// `session.id`: Regent's id of the session.
    SessionId,
    /// `date`: the day in UTC.
    Date,
}

const ATTRIBUTE: &str = "user.attr.";
/// The longest name of a claim: URLs are in use.
const MOST_CLAIM_BYTES: usize = 128;
/// What is further off is not a slip of the finger.
const MOST_SLIPS: usize = 3;

impl Variable {
    /// All but the claims, which have names of their own.
    const NAMED: [(&'static str, Self); 13] = [
        ("user.id", Self::UserId),
        ("user.name", Self::UserName),
        ("user.email", Self::UserEmail),
        ("user.email_local", Self::UserEmailLocal),
        ("user.id_or_email", Self::UserIdOrEmail),
        ("user.display_name", Self::UserDisplayName),
        ("user.groups", Self::UserGroups),
        ("system.name", Self::SystemName),
        ("connector.slug", Self::ConnectorSlug),
        ("request.id", Self::RequestId),
        ("request.ticket", Self::RequestTicket),
        ("session.id", Self::SessionId),
        ("date", Self::Date),
    ];

    /// The names of all, for an editor; `user.attr.` waits for the name of a claim.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMED.into_iter().map(|(name, _)| name).chain([ATTRIBUTE])
    }

    pub(super) fn list() -> String {
        Self::NAMED.map(|(name, _)| name).join(", ")
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        if let Some(claim) = name.strip_prefix(ATTRIBUTE) {
            let is_claim = (1..=MOST_CLAIM_BYTES).contains(&claim.len())
                && claim.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}' | b'$'));
            return is_claim.then(|| Self::UserAttribute(claim.to_owned()));
        }
        Self::NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, variable)| variable)
    }

    /// The variable that was perhaps meant.
    pub(super) fn guess(name: &str) -> Option<&'static str> {
        let name = name.trim().to_ascii_lowercase();
        if name.len() > 32 {
            return None;
        }
        let (slips, guess) =
            Self::NAMED.into_iter().map(|(known, _)| (distance(&name, known), known)).min()?;
        (slips <= MOST_SLIPS).then_some(guess)
    }
}

/// How many characters one would have to put in, take out or change.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, left) in from.chars().enumerate() {
        let mut next = vec![line + 1];
        for ((pair, right), before) in row.windows(2).zip(&to).zip(1..) {
            let [diagonal, above] = *pair else { continue };
            let beside = next.get(before - 1).copied().unwrap_or(usize::MAX - 1);
            next.push((diagonal + usize::from(left != *right)).min(above + 1).min(beside + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::UserAttribute(claim) = self {
            return write!(f, "{ATTRIBUTE}{claim}");
        }
        let name = Self::NAMED.into_iter().find(|(_, variable)| variable == self).map(|(name, _)| name);
        f.write_str(name.unwrap_or_default())
    }
}
