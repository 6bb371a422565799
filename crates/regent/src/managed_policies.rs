//! The AWS managed policies, by name: the real documents, packed into the binary.
//!
//! The pack is made by `make gen` from a published package and says where it comes from. Its index is read on
//! first use and a document is unpacked when somebody asks for it, so that a server which never needs one pays
//! nothing. An air-gapped site brings a newer pack as a file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use regent_store::entity::{PolicyDocument, Seconds, UniqueId};

mod pack;
#[cfg(test)]
mod validation;

pub(crate) use pack::PackError;

static BUILT_IN: &[u8] = include_bytes!("../data/aws-managed-policies.pack");

/// One AWS managed policy, in its default version: the package has no older ones.
#[derive(Debug)]
pub(crate) struct AwsPolicy {
    /// `AdministratorAccess`
    pub(crate) name: Box<str>,
    /// `/`, `/service-role/`, `/job-function/` …
    pub(crate) path: Box<str>,
    /// The number of its default version.
    pub(crate) version: u32,
    /// When AWS made it.
    pub(crate) created: Seconds,
    /// When AWS last changed it.
    pub(crate) updated: Seconds,
    /// `ANPA…`, derived from the name: the package does not tell AWS's own.
    pub(crate) id: UniqueId,
    place: pack::Place,
    document: OnceLock<PolicyDocument>,
}

/// All AWS managed policies.
#[derive(Debug)]
pub(crate) struct ManagedPolicies {
    source: Source,
    index: OnceLock<Result<Index, PackError>>,
}

#[derive(Debug)]
enum Source {
    BuiltIn,
    File { path: PathBuf, bytes: Vec<u8> },
}

#[derive(Debug)]
struct Index {
    blocks: Vec<std::ops::Range<usize>>,
    /// Sorted by name.
    policies: Vec<AwsPolicy>,
    by_name: HashMap<Box<str>, usize>,
}

impl ManagedPolicies {
    /// The policies the binary was built with.
    pub(crate) fn built_in() -> Self {
        Self { source: Source::BuiltIn, index: OnceLock::new() }
    }

    /// The policies of a pack file, which is read and checked whole now: a broken one must stop the start.
    pub(crate) fn from_file(path: &Path) -> Result<Self, PackError> {
        let bytes = std::fs::read(path).map_err(PackError::Unreadable)?;
        let policies = Self { source: Source::File { path: path.to_owned(), bytes }, index: OnceLock::new() };
        let index = pack::read_index(policies.source.bytes())?;
        for policy in &index.policies {
            pack::read_document(policies.source.bytes(), &index.blocks, &policy.place)?;
        }
        let _ = policies.index.set(Ok(index));
        Ok(policies)
    }

    /// The policy with this path and name, as in `…:policy/service-role/AWSLambdaRole`.
    pub(crate) fn get(&self, path_and_name: &str) -> Option<&AwsPolicy> {
        let name = path_and_name.rsplit_once('/').map_or(path_and_name, |(_, name)| name);
        let index = self.index()?;
        let policy = index.policies.get(*index.by_name.get(name)?)?;
        let path = path_and_name.strip_suffix(name)?;
        (path == &*policy.path).then_some(policy)
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> &[AwsPolicy] {
        self.index().map_or(&[], |index| &index.policies)
    }

    /// Those whose name comes after `name`.
    pub(crate) fn after(&self, name: &str) -> &[AwsPolicy] {
        let all = self.all();
        all.get(all.partition_point(|policy| &*policy.name <= name)..).unwrap_or_default()
    }

    /// The document of one of these policies.
    pub(crate) fn document<'a>(&self, policy: &'a AwsPolicy) -> Option<&'a PolicyDocument> {
        if let Some(document) = policy.document.get() {
            return Some(document);
        }
        let index = self.index()?;
        match pack::read_document(self.source.bytes(), &index.blocks, &policy.place) {
            Ok(text) => Some(policy.document.get_or_init(|| PolicyDocument::new(&text, Vec::new()))),
            Err(error) => {
                tracing::error!(%error, policy.name = %policy.name, "an AWS managed policy could not be unpacked");
                None
            }
        }
    }

    fn index(&self) -> Option<&Index> {
        let index = self.index.get_or_init(|| {
            let index = pack::read_index(self.source.bytes());
            if let Err(error) = &index {
                tracing::error!(%error, pack = %self.source, "the AWS managed policies could not be read");
            }
            index
        });
        index.as_ref().ok()
    }
}

impl Source {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::BuiltIn => BUILT_IN,
            Self::File { bytes, .. } => bytes,
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built-in"),
            Self::File { path, .. } => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pack_holds_the_real_documents() {
        let policies = ManagedPolicies::built_in();
        assert!(policies.all().len() > 1500, "{}", policies.all().len());
        let admin = policies.get("/AdministratorAccess").unwrap();
        let document = policies.document(admin).unwrap();
        let parsed: serde_json::Value = serde_json::from_str(document.text()).unwrap();
        assert_eq!(parsed["Statement"][0]["Action"], "*");
        assert_eq!((admin.version, &*admin.path), (1, "/"));
    }

    #[test]
    fn a_walk_begins_after_a_name_whether_it_is_there_or_not() {
        let policies = ManagedPolicies::built_in();
        let all = policies.all();
        let first = |name: &str| policies.after(name).first().map(|policy| &*policy.name);
        assert_eq!(first(""), Some(&*all[0].name));
        assert_eq!(first(&all[0].name), Some(&*all[1].name));
        assert_eq!(first(&format!("{}+", all[0].name)), Some(&*all[1].name));
        assert_eq!(first("~"), None);
    }

    #[test]
    fn every_document_is_a_policy_and_every_id_is_its_own() {
        let policies = ManagedPolicies::built_in();
        let mut ids = std::collections::BTreeSet::new();
        for policy in policies.all() {
            let document = policies.document(policy).unwrap();
            let parsed: serde_json::Value = serde_json::from_str(document.text()).unwrap();
            assert!(parsed["Statement"].is_array() || parsed["Statement"].is_object(), "{}", policy.name);
            assert!(ids.insert(policy.id), "{}", policy.name);
        }
    }

    #[test]
    fn a_policy_is_found_only_under_its_own_path() {
        let policies = ManagedPolicies::built_in();
        assert!(policies.get("/service-role/AWSLambdaBasicExecutionRole").is_some());
        for absent in
            ["/AWSLambdaBasicExecutionRole", "/service-role/Nothing", "", "/", "administratoraccess"]
        {
            assert!(policies.get(absent).is_none(), "{absent}");
        }
    }
}
