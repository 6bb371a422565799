//! Who somebody is, as a provider tells it.

use std::collections::BTreeMap;

use regent_broker::Claims as ClaimNames;
use regent_store::entity::Seconds;

use super::OidcError;
use crate::signin::token::{Claims, TokenError};

/// Characters of a name or an address that are kept.
const MAX_CHARACTERS: usize = 256;

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The subject, which never changes and is nobody else's at this issuer. All else may change.
    pub(crate) subject: String,
    /// The name to have here.
    pub(crate) name: Option<String>,
    /// What to call them.
    pub(crate) display_name: Option<String>,
    /// Their address, if the provider says that it was verified, or is trusted to have no other.
    pub(crate) email: Option<String>,
    /// The values of the groups claim. No claim is no group.
    pub(crate) groups: Vec<String>,
    /// The attributes to have here, by name; none where the provider has no text for one.
    pub(crate) attributes: BTreeMap<String, Option<String>>,
    /// Whether the provider says that it asked for more than one factor.
    pub(crate) is_multi_factor: bool,
    /// When the provider asked, if it says so: the session there may be hours old.
    pub(crate) authenticated_at: Option<Seconds>,
}

impl Identity {
    /// Reads the claims that the names say.
    pub(super) fn of(claims: &Claims, names: &ClaimNames) -> Result<Self, OidcError> {
        let subject = claims.text("sub").ok_or(TokenError::Claim("sub"))?.to_owned();
        let text = |path: &str| {
            let found = claims.at(path)?.as_str()?.trim();
            let is_fine = !found.is_empty() && found.chars().count() <= MAX_CHARACTERS;
            (is_fine && !found.chars().any(char::is_control)).then(|| found.to_owned())
        };
        let is_verified = match claims.at("email_verified") {
            Some(said) => said == true || said == "true",
            // Whoever may write any address would be taken for whose it is.
            None => names.trust_email,
        };
        let attributes = names.attributes.iter().map(|(name, path)| (name.clone(), text(path)));
        let methods = claims.texts("amr").unwrap_or_default();
        Ok(Self {
            subject,
            name: text(&names.name),
            display_name: text(&names.display_name),
            email: text(&names.email).filter(|_| is_verified),
            groups: groups(claims, &names.groups)?,
            attributes: attributes.collect(),
            is_multi_factor: methods.contains(&"mfa"),
            authenticated_at: claims.seconds("auth_time").unwrap_or_default(),
        })
    }

    /// When a second factor was last given. What nobody knows the time of counts for none.
    pub(crate) fn mfa_at(&self, now: Seconds) -> Option<Seconds> {
        self.authenticated_at.filter(|_| self.is_multi_factor).map(|at| at.min(now))
    }
}

/// The values of the groups claim. What is there and cannot be read is not taken for no groups.
fn groups(claims: &Claims, path: &str) -> Result<Vec<String>, OidcError> {
    // Too many groups for a token are left out of it, with a note of where they are instead.
    //
    // OpenID Connect Core 1.0, section 5.6.2, "Aggregated and Distributed Claims".
    let root = path.split('.').next().unwrap_or(path);
    let is_elsewhere = claims
        .at("_claim_names")
        .is_some_and(|elsewhere| elsewhere.get(path).is_some() || elsewhere.get(root).is_some());
    if is_elsewhere || claims.0.get("hasgroups") == Some(&true.into()) {
        return Err(OidcError::Groups(path.to_owned()));
    }
    if claims.at(path).is_none() {
        return Ok(Vec::new());
    }
    let values = claims.texts(path).ok_or_else(|| OidcError::Groups(path.to_owned()))?;
    Ok(values.into_iter().map(str::to_owned).collect())
}

/// Whether all that is to be read is there, so that nobody has to be asked.
pub(super) fn is_complete(claims: &Claims, names: &ClaimNames) -> bool {
    [&names.name, &names.display_name, &names.email, &names.groups]
        .into_iter()
        .chain(names.attributes.values())
        .all(|path| claims.at(path).is_some())
}
