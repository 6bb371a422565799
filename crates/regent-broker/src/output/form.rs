use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A form that credentials are written in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Regent's own JSON.
    #[default]
    Json,
    /// As STS answers.
    Aws,
    /// What `credential_process` of an AWS profile prints.
    CredentialProcess,
    /// What `AWS_CONTAINER_CREDENTIALS_FULL_URI` serves.
    Container,
    /// `KEY=VALUE` lines without quotes.
    Env,
    /// `export` for sh, bash and zsh.
    Shell,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
    /// The command prompt of Windows.
    Cmd,
    /// csh and tcsh
    Tcsh,
    /// A `.env` file.
    Dotenv,
    /// A section of `~/.aws/credentials`; a file that has no place for endpoints.
    Ini,
    /// Variables of a build, as a properties file.
    Bamboo,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Json,
        Self::Aws,
        Self::CredentialProcess,
        Self::Container,
        Self::Env,
        Self::Shell,
        Self::Fish,
        Self::Powershell,
        Self::Cmd,
        Self::Tcsh,
        Self::Dotenv,
        Self::Ini,
        Self::Bamboo,
    ];

    /// As the API and the command line write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Aws => "aws",
            Self::CredentialProcess => "credential_process",
            Self::Container => "container",
            Self::Env => "env",
            Self::Shell => "shell",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Cmd => "cmd",
            Self::Tcsh => "tcsh",
            Self::Dotenv => "dotenv",
            Self::Ini => "ini",
            Self::Bamboo => "bamboo",
        }
    }

    /// What an HTTP answer in this form is.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json | Self::Aws | Self::CredentialProcess | Self::Container => "application/json",
            Self::Env
            | Self::Shell
            | Self::Fish
            | Self::Powershell
            | Self::Cmd
            | Self::Tcsh
            | Self::Dotenv
            | Self::Ini
            | Self::Bamboo => "text/plain; charset=utf-8",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a form of credentials: expected {}", Form::ALL.map(Form::name).join(", "))]
pub struct ParseFormError {
    /// What was given.
    pub given: String,
}

impl FromStr for Form {
    type Err = ParseFormError;

    /// Reads a name, with `-` for `_` as command lines have it, or the name of a shell.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.replace('-', "_");
        match name.as_str() {
            "sh" | "bash" | "zsh" | "dash" | "ksh" => return Ok(Self::Shell),
            "pwsh" => return Ok(Self::Powershell),
            "csh" => return Ok(Self::Tcsh),
            _ => {}
        }
        Self::ALL
            .into_iter()
            .find(|form| form.name() == name)
            .ok_or_else(|| ParseFormError { given: text.to_owned() })
    }
}
