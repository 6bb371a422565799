//! Texts of a connector with places for who asks: `${user.name}`.
//!
//! A template is parsed once, when its connector is saved, and everything that can be wrong with it is told then. What
//! is rendered at each issue cannot widen anything: in a policy a value stands inside a string, where a resource or a
//! condition has its values, and consists of characters that mean nothing to anybody.

mod error;
mod policy;
mod sample;
mod scan;
mod subject;
mod variable;

pub use error::{ParseTemplateError, RenderTemplateError};
pub use sample::sampled;
pub use subject::{Asker, Subject, System, User};
pub use variable::Variable;

use crate::session_name::{LEAST_CHARACTERS, is_name_character, session_name};
use scan::Piece;

/// The session name of connectors that have no template of their own, for people.
pub const USER_SESSION_NAME: &str = "${user.name}";
/// The same for system callers; see [`suited`].
pub const SYSTEM_SESSION_NAME: &str = "${system.name}";
/// The source identity of connectors that have no template of their own, for people.
pub const USER_SOURCE_IDENTITY: &str = "${user.id_or_email}";
/// The same for system callers.
pub const SYSTEM_SOURCE_IDENTITY: &str = "${system.name}";

/// The template to use for who asks: what stands in for a missing one is another for people and for system callers.
pub fn suited<'t>(template: &'t str, asker: &Asker<'_>) -> &'t str {
    match (asker, template) {
        (Asker::System(_), USER_SESSION_NAME) => SYSTEM_SESSION_NAME,
        (Asker::System(_), USER_SOURCE_IDENTITY) => SYSTEM_SOURCE_IDENTITY,
        (Asker::System(_) | Asker::User(_), _) => template,
    }
}

/// The most variables in one template.
const MOST_VARIABLES: usize = 64;
/// The longest value that goes into a policy.
const MOST_POLICY_VALUE: usize = 128;
/// The longest value of a tag, in characters.
const MOST_TAG_VALUE: usize = 256;
const MOST_SESSION_NAME: usize = 64;
const MOST_FEDERATED_NAME: usize = 32;
pub(crate) const MOST_SOURCE_IDENTITY: usize = 64;

/// Where a rendered template goes, which decides what may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TemplatePurpose {
    /// `RoleSessionName`. What must not stand there becomes `-`, and a hash of who asked is appended.
    SessionName,
    /// The `Name` of `GetFederationToken`, which is half as long.
    FederatedName,
    /// `SourceIdentity`. Nothing is replaced: it stands for a person through every further role.
    SourceIdentity,
    /// The value of a session tag. Nothing is replaced.
    Tag,
    /// The value of a session tag in which `_` stands for what must not.
    LossyTag,
    /// A session policy. Variables of AWS such as `${aws:userid}` stay as they are.
    Policy,
}

impl TemplatePurpose {
    /// The longest template of its kind, in bytes.
    const fn most_bytes(self) -> usize {
        match self {
            Self::SessionName | Self::FederatedName | Self::SourceIdentity | Self::Tag | Self::LossyTag => {
                1024
            }
            Self::Policy => 16_384,
        }
    }

    const fn is_tag(self) -> bool {
        matches!(self, Self::Tag | Self::LossyTag)
    }
}

/// A template that was understood.
///
/// ```
/// use regent_broker::template::{Asker, Subject, Template, TemplatePurpose, User};
///
/// let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
///     "Resource": "arn:aws:s3:::home/${user.name}/*"}}"#;
/// let template = Template::parse(policy, TemplatePurpose::Policy)?;
///
/// let ana = Asker::User(User { name: "ana", ..User::new("usr_01") });
/// assert!(template.render(&Subject::new(ana))?.contains("arn:aws:s3:::home/ana/*"));
///
/// // A name that would widen the policy is refused, not escaped.
/// let star = Asker::User(User { name: "*", ..User::new("usr_02") });
/// assert_eq!(template.render(&Subject::new(star)).unwrap_err().code(), "template_value_refused");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    purpose: TemplatePurpose,
    pieces: Vec<Piece>,
}

impl Template {
    /// Reads a template for one purpose.
    pub fn parse(text: &str, purpose: TemplatePurpose) -> Result<Self, ParseTemplateError> {
        let limit = purpose.most_bytes();
        if text.len() > limit {
            return Err(ParseTemplateError::TooLong { limit });
        }
        let pieces = match purpose {
            TemplatePurpose::Policy => policy::pieces(text)?,
            TemplatePurpose::SessionName
            | TemplatePurpose::FederatedName
            | TemplatePurpose::SourceIdentity
            | TemplatePurpose::Tag
            | TemplatePurpose::LossyTag => scan::pieces(text, purpose)?,
        };
        if pieces.is_empty() {
            return Err(ParseTemplateError::Empty);
        }
        let template = Self { purpose, pieces };
        if template.variables().count() > MOST_VARIABLES {
            return Err(ParseTemplateError::TooManyVariables { limit: MOST_VARIABLES });
        }
        template.check_literals()?;
        Ok(template)
    }

    /// What the template asks of who asks, each as often as it stands there.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Variable(variable) => Some(variable),
        })
    }

    /// What it is for.
    pub const fn purpose(&self) -> TemplatePurpose {
        self.purpose
    }

    /// The text for one person or caller.
    pub fn render(&self, subject: &Subject<'_>) -> Result<String, RenderTemplateError> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Variable(variable) => text.push_str(&self.value(variable, subject)?),
            }
        }
        match self.purpose {
            TemplatePurpose::SessionName => Ok(session_name(&text, MOST_SESSION_NAME, subject.asker_id())),
            TemplatePurpose::FederatedName => {
                Ok(session_name(&text, MOST_FEDERATED_NAME, subject.asker_id()))
            }
            TemplatePurpose::SourceIdentity => within(text, LEAST_CHARACTERS, MOST_SOURCE_IDENTITY),
            TemplatePurpose::Tag | TemplatePurpose::LossyTag => within(text, 1, MOST_TAG_VALUE),
            TemplatePurpose::Policy => Ok(text),
        }
    }

    fn value(&self, variable: &Variable, subject: &Subject<'_>) -> Result<String, RenderTemplateError> {
        let missing = || RenderTemplateError::ValueMissing { variable: variable.to_string() };
        let value = if *variable == Variable::UserGroups {
            return self.groups(subject.groups());
        } else {
            subject.value(variable).filter(|value| !value.trim().is_empty()).ok_or_else(missing)?
        };
        let refused = |wanted| RenderTemplateError::ValueRefused { variable: variable.to_string(), wanted };
        match self.purpose {
            TemplatePurpose::SessionName | TemplatePurpose::FederatedName => Ok(value.into_owned()),
            TemplatePurpose::SourceIdentity if value.chars().all(is_name_character) => Ok(value.into_owned()),
            TemplatePurpose::SourceIdentity => Err(refused("letters, digits and _+=,.@-")),
            TemplatePurpose::Tag if value.chars().all(is_tag_character) => Ok(value.into_owned()),
            TemplatePurpose::Tag => Err(refused(TAG_CHARACTERS)),
            TemplatePurpose::LossyTag => Ok(in_tag(&value)),
            TemplatePurpose::Policy if is_harmless(&value) => Ok(value.into_owned()),
            TemplatePurpose::Policy => Err(refused(
                "up to 128 letters, digits and _.@+=,- since anything else could widen the policy",
            )),
        }
    }

    /// The groups in one text. A colon stands between them, so none may have one of its own.
    fn groups(&self, groups: &[&str]) -> Result<String, RenderTemplateError> {
        let variable = || Variable::UserGroups.to_string();
        if groups.is_empty() || groups.iter().any(|group| group.trim().is_empty()) {
            return Err(RenderTemplateError::ValueMissing { variable: variable() });
        }
        let is_clean = |group: &&str| !group.contains(':') && group.chars().all(is_tag_character);
        if self.purpose == TemplatePurpose::LossyTag {
            let clean: Vec<String> = groups.iter().map(|group| in_tag(group).replace(':', "_")).collect();
            Ok(clean.join(":"))
        } else if groups.iter().all(is_clean) {
            Ok(groups.join(":"))
        } else {
            Err(RenderTemplateError::ValueRefused {
                variable: variable(),
                wanted: "names of letters, digits, spaces and _./=+-@",
            })
        }
    }

    /// What the administrator wrote is checked when it is saved, not each time it is used.
    fn check_literals(&self) -> Result<(), ParseTemplateError> {
        let (is_allowed, wanted): (fn(char) -> bool, _) = match self.purpose {
            TemplatePurpose::SourceIdentity => (is_name_character, "letters, digits and _+=,.@-"),
            TemplatePurpose::Tag | TemplatePurpose::LossyTag => (is_tag_character, TAG_CHARACTERS),
            TemplatePurpose::SessionName | TemplatePurpose::FederatedName | TemplatePurpose::Policy => {
                return Ok(());
            }
        };
        let literals = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(literal) => Some(literal),
            Piece::Variable(_) => None,
        });
        match literals.flat_map(|literal| literal.chars()).find(|&character| !is_allowed(character)) {
            Some(character) => Err(ParseTemplateError::NotAllowed { character, wanted }),
            None => Ok(()),
        }
    }
}

const TAG_CHARACTERS: &str = "letters, digits, spaces and _.:/=+-@";

fn is_tag_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, ' ' | '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
}

fn in_tag(value: &str) -> String {
    value.chars().map(|character| if is_tag_character(character) { character } else { '_' }).collect()
}

/// The injection guard: nothing of it means anything to JSON, to a pattern or to a variable.
fn is_harmless(value: &str) -> bool {
    value.len() <= MOST_POLICY_VALUE && value.chars().all(is_name_character)
}

fn within(text: String, least: usize, most: usize) -> Result<String, RenderTemplateError> {
    match text.chars().count() {
        length if length < least => Err(RenderTemplateError::TooShort { least }),
        length if length > most => Err(RenderTemplateError::TooLong { most }),
        _ => Ok(text),
    }
}
