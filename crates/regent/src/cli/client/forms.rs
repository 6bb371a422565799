//! How credentials are written: for SDKs, for shells, for files.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::json;
use zeroize::Zeroizing;

use super::issued::Issued;
use super::shell::quote;

/// A way to write credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Form {
    /// The server's own JSON
    Json,
    /// What SDKs read from a `credential_process`
    CredentialProcess,
    /// What SDKs read from a container credential endpoint
    Container,
    /// `export` for sh, bash, zsh
    Shell,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
    /// tcsh
    Tcsh,
}

/// The variables of a child process, with their values.
pub(super) fn variables(issued: &Issued) -> Vec<(&'static str, Zeroizing<String>)> {
    let text = |text: &str| Zeroizing::new(text.to_owned());
    let mut variables = vec![
        ("AWS_ACCESS_KEY_ID", text(&issued.access_key_id)),
        ("AWS_SECRET_ACCESS_KEY", text(issued.secret_access_key.reveal())),
        ("AWS_SESSION_TOKEN", text(issued.session_token.reveal())),
        ("AWS_CREDENTIAL_EXPIRATION", text(&issued.expiration.to_string())),
    ];
    if let Some(region) = &issued.region {
        variables.extend([("AWS_REGION", text(region)), ("AWS_DEFAULT_REGION", text(region))]);
    }
    for (name, url) in
        [("AWS_ENDPOINT_URL_STS", &issued.endpoints.sts), ("AWS_ENDPOINT_URL_IAM", &issued.endpoints.iam)]
    {
        variables.extend(url.as_ref().map(|url| (name, text(url))));
    }
    variables.push(("REGENT_SESSION_ID", text(&issued.session_id)));
    variables
}

pub(super) fn render(form: Form, issued: &Issued) -> Zeroizing<String> {
    let (id, secret) = (&issued.access_key_id, issued.secret_access_key.reveal());
    let (token, end) = (issued.session_token.reveal(), issued.expiration.to_string());
    let text = match form {
        Form::CredentialProcess => json!({"Version": 1, "AccessKeyId": id, "SecretAccessKey": secret, "SessionToken": token, "Expiration": end}).to_string(),
        Form::Container => json!({"AccessKeyId": id, "SecretAccessKey": secret, "Token": token, "Expiration": end, "RoleArn": issued.arn}).to_string(),
        Form::Json => json!({"access_key_id": id, "secret_access_key": secret, "session_token": token, "expiration": end}).to_string(),
        Form::Shell | Form::Fish | Form::Powershell | Form::Tcsh => {
            let mut out = String::new();
            for (name, value) in variables(issued) {
                let _ = writeln!(out, "export {name}={}", quote(&value));
            }
            out
        }
    };
    Zeroizing::new(text)
}

pub(super) fn unset(_form: Form) -> String {
    "unset AWS_ACCESS_KEY_ID".to_owned()
}
