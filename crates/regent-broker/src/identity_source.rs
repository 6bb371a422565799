use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::stored::Noun;

/// An OpenID provider that people sign in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentitySource {
    /// What an administrator wrote.
    pub terms: IdentitySourceTerms,
    /// The client's secret, sealed; none for a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_client_secret: Option<Box<str>>,
}

impl Noun for IdentitySource {
    const KIND: &'static str = "identity-source";
    const PREFIX: &'static str = "idp";

    fn name(&self) -> &str {
        &self.terms.name
    }
}

/// What an administrator says of an OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentitySourceTerms {
    /// Unique, 1 to 64 characters; the sign-in page shows it.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// The issuer, exactly as its tokens have it.
    pub issuer: String,
    /// The client's id there.
    pub client_id: String,
    /// What to ask for.
    #[serde(default = "scopes")]
    #[schema(default = scopes)]
    pub scopes: Vec<String>,
    /// Which claims to read.
    #[serde(default)]
    #[schema(default = Claims::default)]
    pub claims: Claims,
    /// How old groups may be before they are fetched anew.
    #[serde(default = "quarter_of_an_hour")]
    #[schema(minimum = 0, maximum = 86_400, default = quarter_of_an_hour)]
    pub group_max_age_seconds: u32,
    /// Who becomes a person at the first sign-in.
    #[serde(default)]
    #[schema(default = CreatePeople::default)]
    pub create_people: CreatePeople,
    /// The certificate authorities to trust instead of the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 65_536)]
    pub ca_pem: Option<String>,
    /// Nobody signs in with it while true.
    #[serde(default)]
    #[schema(default = false)]
    pub disabled: bool,
}

fn scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

const fn quarter_of_an_hour() -> u32 {
    900
}

/// Which claims of a provider to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(default)]
pub struct Claims {
    /// The name people have here.
    pub name: String,
    /// What to call them.
    pub display_name: String,
    /// Their address.
    pub email: String,
    /// Takes an address also where the provider does not say that it has verified it: for providers whose people cannot
    /// choose one.
    pub trust_email: bool,
    /// Their groups: a claim, or a path into one by dots.
    pub groups: String,
    /// Attributes for templates, `user.attr.<name>`, by name: each a claim, or a path into one by dots, that is a text.
    pub attributes: BTreeMap<String, String>,
}

impl Default for Claims {
    fn default() -> Self {
        Self {
            name: "preferred_username".to_owned(),
            display_name: "name".to_owned(),
            email: "email".to_owned(),
            trust_email: false,
            groups: "groups".to_owned(),
            attributes: BTreeMap::new(),
        }
    }
}

/// Who becomes a person at the first sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreatePeople {
    /// Nobody: an administrator makes people.
    Never,
    /// Whoever is in a group that is mapped here.
    #[default]
    MappedGroup,
}
