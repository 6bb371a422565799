//! The people of the golden cases. Account 111122223333 is home.

use regent_policy::{Caller, Issuer};

pub(crate) const HOME: &str = "111122223333";
pub(crate) const AWAY: &str = "444455556666";

/// All of them.
pub(crate) const ALL: [&str; 15] = [
    "root",
    "ana",
    "new ana",
    "bob",
    "deploy session",
    "service-linked session",
    "federated user of ana",
    "federated user of root",
    "root session",
    "github token",
    "google token",
    "sns",
    "anonymous",
    "away root",
    "away eve",
];

/// Those whom a permissions boundary can limit.
pub(crate) const BOUNDED: [&str; 7] = [
    "ana",
    "new ana",
    "bob",
    "deploy session",
    "service-linked session",
    "federated user of ana",
    "away eve",
];

/// A caller by the name that cases use.
#[track_caller]
pub(crate) fn named(name: &str) -> Caller<'static> {
    let ana = Issuer::User { arn: "arn:aws:iam::111122223333:user/staff/ana", id: "AIDAEXAMPLEANA000000A" };
    match name {
        "root" => Caller::Root { account: HOME, arn: "arn:aws:iam::111122223333:root" },
        "ana" => Caller::User {
            account: HOME,
            arn: "arn:aws:iam::111122223333:user/staff/ana",
            id: "AIDAEXAMPLEANA000000A",
        },
        // The same name and path, made anew after the first was deleted.
        "new ana" => Caller::User {
            account: HOME,
            arn: "arn:aws:iam::111122223333:user/staff/ana",
            id: "AIDAEXAMPLEANA000000B",
        },
        "bob" => Caller::User {
            account: HOME,
            arn: "arn:aws:iam::111122223333:user/bob",
            id: "AIDAEXAMPLEBOB000000A",
        },
        "deploy session" => deploy_session(false),
        "service-linked session" => deploy_session(true),
        "federated user of ana" => Caller::FederatedUser {
            account: HOME,
            arn: "arn:aws:sts::111122223333:federated-user/guest",
            issuer: ana,
        },
        "federated user of root" => Caller::FederatedUser {
            account: HOME,
            arn: "arn:aws:sts::111122223333:federated-user/guest",
            issuer: Issuer::Root,
        },
        "root session" => Caller::RootSession { account: HOME, arn: "arn:aws:iam::111122223333:root" },
        "github token" => Caller::FederatedIdentity {
            provider: "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
        },
        "google token" => Caller::FederatedIdentity { provider: "accounts.google.com" },
        "sns" => Caller::Service { names: &["sns.amazonaws.com", "sns.eu-west-1.amazonaws.com"] },
        "anonymous" => Caller::Anonymous,
        "away root" => Caller::Root { account: AWAY, arn: "arn:aws:iam::444455556666:root" },
        "away eve" => Caller::User {
            account: AWAY,
            arn: "arn:aws:iam::444455556666:user/eve",
            id: "AIDAEXAMPLEEVE000000A",
        },
        other => panic!("no caller is called {other}"),
    }
}

fn deploy_session(is_service_linked: bool) -> Caller<'static> {
    Caller::RoleSession {
        account: HOME,
        arn: "arn:aws:sts::111122223333:assumed-role/deploy/run-7",
        role_arn: "arn:aws:iam::111122223333:role/ci/deploy",
        role_id: "AROAEXAMPLEDEPLOY000A",
        is_service_linked,
    }
}
