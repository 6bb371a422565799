use super::Variable;

/// Why a text is no template; told when a connector is saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseTemplateError {
    /// Nothing stands there.
    #[error("the template is empty")]
    Empty,
    /// Longer than anything it could become.
    #[error("the template has more than {limit} bytes")]
    TooLong {
        /// What it may have.
        limit: usize,
    },
    /// More places to fill than anybody needs.
    #[error("the template has more than {limit} variables")]
    TooManyVariables {
        /// What it may have.
        limit: usize,
    },
    /// A `${` without its `}`, or with another `${` before it.
    #[error("`${{` opens a variable that is not closed: expected `}}` after its name")]
    Unclosed,
    /// A variable that there is not.
    #[error("`{name}` is not a variable{}: expected {}, or `user.attr.` and the name of a claim", guessed(.guess.as_deref()), Variable::list())]
    Unknown {
        /// What was written.
        name: String,
        /// What was perhaps meant.
        guess: Option<String>,
    },
    /// A variable that there is, but not for this purpose.
    #[error("`{name}` cannot stand here: {reason}")]
    NotHere {
        /// What was written.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// A character that AWS refuses at this place.
    #[error("`{}` cannot stand here: expected {wanted}", .character.escape_debug())]
    NotAllowed {
        /// The character.
        character: char,
        /// What may stand there.
        wanted: &'static str,
    },
    /// A policy that is not JSON.
    #[error("the policy is not JSON: {text}")]
    NotJson {
        /// What is wrong, and where.
        text: String,
        /// Its line, from one.
        line: usize,
        /// Its column, from one.
        column: usize,
    },
}

fn guessed(guess: Option<&str>) -> String {
    guess.map(|guess| format!(", did you mean `{guess}`?")).unwrap_or_default()
}

impl ParseTemplateError {
    /// For a program.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "template_empty",
            Self::TooLong { .. } => "template_too_long",
            Self::TooManyVariables { .. } => "template_too_many_variables",
            Self::Unclosed => "template_unclosed",
            Self::Unknown { .. } => "template_unknown_variable",
            Self::NotHere { .. } => "template_variable_not_here",
            Self::NotAllowed { .. } => "template_character_not_allowed",
            Self::NotJson { .. } => "policy_malformed",
        }
    }
}

/// Why a template has no text for someone; nothing is issued then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderTemplateError {
    /// The variable has no value, or an empty one.
    #[error("`{variable}` has no value here")]
    ValueMissing {
        /// Which variable.
        variable: String,
    },
    /// The value cannot stand where the template puts it.
    #[error("the value of `{variable}` cannot stand here: expected {wanted}")]
    ValueRefused {
        /// Which variable.
        variable: String,
        /// What may stand there.
        wanted: &'static str,
    },
    /// The whole text is too long.
    #[error("the text would have more than {most} characters")]
    TooLong {
        /// What it may have.
        most: usize,
    },
    /// The whole text is too short.
    #[error("the text would have fewer than {least} characters")]
    TooShort {
        /// What it needs.
        least: usize,
    },
}

impl RenderTemplateError {
    /// For a program.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ValueMissing { .. } => "template_value_missing",
            Self::ValueRefused { .. } => "template_value_refused",
            Self::TooLong { .. } => "template_value_too_long",
            Self::TooShort { .. } => "template_value_too_short",
        }
    }

    /// What to do about it.
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::ValueMissing { .. } => {
                "give the person that attribute, or take the variable out of the connector"
            }
            Self::ValueRefused { .. } => {
                "use a variable with plain values, such as `user.id`, or mark the tag as lossy"
            }
            Self::TooLong { .. } | Self::TooShort { .. } => "use another variable, such as `user.id`",
        }
    }
}
