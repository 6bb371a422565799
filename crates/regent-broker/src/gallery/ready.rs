//! The files of the ready entries, in the order in which they are shown.

macro_rules! files {
    ($($id:literal),+ $(,)?) => {
        [$(($id, include_str!(concat!("../../data/gallery/", $id, ".json")))),+]
    };
}

/// Ids and texts.
pub(super) const FILES: [(&str, &str); 25] = files![
    "base-key-assume-roles",
    "base-key-federated-users",
    "base-key-rotate-itself",
    "revoker",
    "role-trust",
    "read-only",
    "security-audit",
    "view-only",
    "everything-except-identity",
    "see-my-own-permissions",
    "bucket-read",
    "bucket-read-write",
    "folder-per-person",
    "ec2-start-stop-by-tag",
    "one-region-only",
    "office-network-only",
    "mfa-for-dangerous-calls",
    "deploy-with-cloudformation",
    "ci-ecr-push",
    "ci-codeartifact-read",
    "codeconnections-use",
    "codeconnections-manage",
    "billing-read",
    "logs-of-one-app",
    "nothing",
];
