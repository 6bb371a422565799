//! A suite: what a team expects of its policies, as YAML beside them.
//!
//! ```yaml
//! policies:
//!   identity: developer.json
//!   boundary: boundary.json
//! given:
//!   principal: arn:aws:iam::111122223333:user/ana
//! allow:
//!   - name: she reads her own home
//!     actions: [s3:GetObject, s3:ListBucket]
//!     resources: arn:aws:s3:::home/ana/letter.txt
//! deny:
//!   - name: nobody deletes without MFA
//!     actions: s3:DeleteObject
//!     resources: arn:aws:s3:::home/ana/letter.txt
//!     verdict: explicit
//! ```

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cli::policy::sources::Text;
use crate::policy::bundle::{Bundle, Named};
use crate::policy::question::{Members, Values};

/// A file of expectations.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Suite {
    #[serde(default)]
    pub(super) description: Option<String>,
    policies: Files,
    /// What rows do not say themselves.
    #[serde(default)]
    pub(super) given: Given,
    #[serde(default)]
    pub(super) allow: Vec<Row>,
    #[serde(default)]
    pub(super) deny: Vec<Row>,
}

/// Files of policies, by their kind; paths are relative to the suite.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Files {
    #[serde(default)]
    identity: List<PathBuf>,
    #[serde(default)]
    boundary: List<PathBuf>,
    session: Option<List<PathBuf>>,
    resource: Option<PathBuf>,
    /// Levels from the root down.
    #[serde(default)]
    scps: Vec<List<PathBuf>>,
    #[serde(default)]
    rcps: Vec<List<PathBuf>>,
    #[serde(default)]
    endpoint: List<PathBuf>,
}

/// Who and under which circumstances.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Given {
    #[serde(default)]
    pub(super) principals: List<String>,
    #[serde(default)]
    principal: List<String>,
    pub(super) principal_role_arn: Option<String>,
    pub(super) principal_issuer_arn: Option<String>,
    pub(super) resource_account: Option<String>,
    pub(super) context: Option<Members<Values>>,
}

/// A row of the table: each principal, with each action, on each resource.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Row {
    pub(super) name: Option<String>,
    pub(super) actions: List<String>,
    #[serde(default)]
    pub(super) resources: List<String>,
    #[serde(default)]
    principals: List<String>,
    #[serde(default)]
    principal: List<String>,
    principal_role_arn: Option<String>,
    principal_issuer_arn: Option<String>,
    resource_account: Option<String>,
    context: Option<Members<Values>>,
    /// For denials: how.
    pub(super) verdict: Option<Denied>,
}

/// How a request is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Denied {
    /// By a statement.
    Explicit,
    /// For want of one.
    Implicit,
}

/// One, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum List<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> List<T> {
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl Suite {
    /// Reads a suite, and says where it stops being one.
    pub(super) fn read(text: &Text) -> anyhow::Result<Self> {
        let suite: Self =
            serde_saphyr::from_str(&text.text).map_err(|error| anyhow::anyhow!("{}: {error}", text.name))?;
        let rows = suite.allow.iter().chain(&suite.deny);
        for row in rows {
            let name = row.name.as_deref().unwrap_or("without a name");
            anyhow::ensure!(
                !row.actions.as_slice().is_empty(),
                "{}: the row `{name}` asks for no action: it could not fail",
                text.name
            );
            anyhow::ensure!(
                !suite.principals_of(row).is_empty(),
                "{}: the row `{name}` says not who asks: expected `principal` in it or under `given`",
                text.name
            );
        }
        if let Some(row) = suite.allow.iter().find(|row| row.verdict.is_some()) {
            let name = row.name.as_deref().unwrap_or("without a name");
            anyhow::bail!(
                "{}: the row `{name}` expects to be allowed, and `verdict` is for denials",
                text.name
            );
        }
        anyhow::ensure!(
            !(suite.allow.is_empty() && suite.deny.is_empty()),
            "{}: expected rows under `allow` or `deny`",
            text.name
        );
        Ok(suite)
    }

    /// Reads its policies.
    pub(super) fn bundle(&self, beside: &Path) -> anyhow::Result<Bundle> {
        let read = |files: &List<PathBuf>| -> anyhow::Result<Vec<Named>> {
            let paths: Vec<_> = files.as_slice().iter().map(|file| beside.join(file)).collect();
            Text::read_all(&paths)?.into_iter().map(Named::try_from).collect()
        };
        let levels = |levels: &[List<PathBuf>]| levels.iter().map(read).collect::<anyhow::Result<Vec<_>>>();
        let files = &self.policies;
        Ok(Bundle {
            identity: read(&files.identity)?,
            boundaries: read(&files.boundary)?,
            session: files.session.as_ref().map(read).transpose()?,
            resource: match &files.resource {
                Some(file) => Some(Text::read(&beside.join(file))?.try_into()?),
                None => None,
            },
            service_control: levels(&files.scps)?,
            resource_control: levels(&files.rcps)?,
            endpoint: read(&files.endpoint)?,
        })
    }

    /// Who asks in a row.
    pub(super) fn principals_of<'a>(&'a self, row: &'a Row) -> Vec<&'a str> {
        let own = [&row.principal, &row.principals];
        let given = [&self.given.principal, &self.given.principals];
        let all = |lists: [&'a List<String>; 2]| -> Vec<&'a str> {
            lists.into_iter().flat_map(List::as_slice).map(String::as_str).collect()
        };
        let own = all(own);
        if own.is_empty() { all(given) } else { own }
    }
}

impl Row {
    /// What holds for the row: its own, and what it does not say as given. Context keys are joined.
    pub(super) fn given(&self, given: &Given) -> Given {
        let mut context = self.context.clone().unwrap_or(Members(Vec::new()));
        for (key, values) in given.context.iter().flat_map(|context| &context.0) {
            if !context.0.iter().any(|(own, _)| own.eq_ignore_ascii_case(key)) {
                context.0.push((key.clone(), values.clone()));
            }
        }
        let or = |own: &Option<String>, given: &Option<String>| own.clone().or_else(|| given.clone());
        Given {
            principal_role_arn: or(&self.principal_role_arn, &given.principal_role_arn),
            principal_issuer_arn: or(&self.principal_issuer_arn, &given.principal_issuer_arn),
            resource_account: or(&self.resource_account, &given.resource_account),
            context: Some(context),
            ..Given::default()
        }
    }
}
