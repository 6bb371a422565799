//! What each type of session can have: AWS's table, and what a connector is refused by it.

use regent_broker::capability::{Answer, Capability, Wanted, capability, refusals};
use regent_broker::{AccountKind, ConnectorTerms, PrincipalKind, PrincipalType};

use AccountKind::{AccessKey, Ambient, Hop, RegentRole};
use PrincipalType::{AssumeRole, FederatedUser, IamUserSession, Provided};

#[test]
fn the_table_is_aws_s() {
    // In the order of `Capability::ALL`; `y` a plain yes, `n` a yes with a note, `-` a no.
    let rows = [
        (AssumeRole, "yyyyyynynn"),
        (FederatedUser, "ny----ny-n"),
        (IamUserSession, "-----y--nn"),
        (Provided, "-------nnn"),
    ];
    for (principal_type, expected) in rows {
        let row: String = Capability::ALL
            .into_iter()
            .map(|each| match capability(principal_type, each) {
                Answer::Yes { note: "" } => 'y',
                Answer::Yes { .. } => 'n',
                Answer::No { reason, fix } => {
                    assert!(!reason.is_empty() && !fix.is_empty());
                    '-'
                }
            })
            .collect();
        assert_eq!(row, expected, "{}", principal_type.name());
    }
}

#[test]
fn an_answer_is_read_by_its_tag() {
    insta::assert_json_snapshot!(
        [capability(AssumeRole, Capability::Mfa), capability(Provided, Capability::Mfa)],
        @r#"
    [
      {
        "possible": "yes"
      },
      {
        "possible": "no",
        "reason": "no call is made that a one-time code could go with",
        "fix": "choose assume_role, or ask for MFA at the sign-in"
      }
    ]
    "#
    );
}

/// The fields refused, with the codes.
fn told(wanted: &Wanted) -> String {
    refusals(wanted)
        .iter()
        .map(|refusal| {
            let refusal = serde_json::to_value(refusal).unwrap();
            let word = |name: &str| refusal.get(name).and_then(|value| value.as_str()).unwrap().to_owned();
            assert!(!word("text").is_empty() && !word("fix").is_empty());
            format!("{}:{}", word("field"), word("code"))
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[track_caller]
fn check(wanted: Wanted, expected: &str) {
    assert_eq!(told(&wanted), expected, "{wanted:?}");
}

/// A connector that is right of its kind.
fn right(principal_type: PrincipalType, account: AccountKind, principal: PrincipalKind) -> Wanted {
    Wanted {
        role_arn: principal_type == AssumeRole,
        inline_policy: principal_type == FederatedUser,
        ..Wanted::new(principal_type, account, principal)
    }
}

#[test]
fn every_type_wants_its_own_base() {
    use PrincipalKind::{Federated, IamUser, Role, Root, Unknown};
    let long = "account_id:needs_long_term_key";
    let host = "account_id:needs_ambient";
    let cases = [
        (AssumeRole, AccessKey, IamUser, ""),
        (AssumeRole, AccessKey, Unknown, ""),
        (AssumeRole, AccessKey, Root, "account_id:root_cannot_assume"),
        (AssumeRole, AccessKey, Federated, "account_id:not_possible"),
        (AssumeRole, Ambient, Role, ""),
        (AssumeRole, Hop, Role, ""),
        (AssumeRole, RegentRole, Role, ""),
        (FederatedUser, AccessKey, IamUser, ""),
        (FederatedUser, AccessKey, Root, ""),
        (FederatedUser, AccessKey, Unknown, ""),
        (FederatedUser, AccessKey, Role, long),
        (FederatedUser, Ambient, Unknown, long),
        (FederatedUser, Ambient, Role, long),
        (FederatedUser, Hop, Role, long),
        (FederatedUser, RegentRole, Role, long),
        (IamUserSession, AccessKey, IamUser, ""),
        (IamUserSession, AccessKey, Root, ""),
        (IamUserSession, AccessKey, Federated, long),
        (IamUserSession, Ambient, Role, long),
        (IamUserSession, Hop, Unknown, long),
        (Provided, Ambient, Role, ""),
        (Provided, AccessKey, IamUser, host),
        (Provided, RegentRole, Role, host),
        (Provided, Hop, Role, host),
    ];
    for (principal_type, account, principal, expected) in cases {
        check(right(principal_type, account, principal), expected);
    }
}

#[test]
fn a_field_that_the_type_cannot_have_is_refused_by_name() {
    let all = |wanted: Wanted| Wanted {
        session_tags: true,
        transitive_tags: true,
        source_identity: true,
        external_id: true,
        upstream_mfa: true,
        console: true,
        user_scope: true,
        ..wanted
    };
    check(all(right(AssumeRole, AccessKey, PrincipalKind::IamUser)), "");
    check(
        all(right(FederatedUser, AccessKey, PrincipalKind::IamUser)),
        "transitive:not_possible source_identity_template:not_possible external_id:not_possible \
         require_mfa:not_possible",
    );
    check(
        Wanted { inline_policy: true, ..all(right(IamUserSession, AccessKey, PrincipalKind::IamUser)) },
        "inline_policy:not_possible session_tags:not_possible transitive:not_possible \
         source_identity_template:not_possible external_id:not_possible console:not_possible",
    );
    check(
        Wanted { policy_arns: true, role_arn: true, ..all(right(Provided, Ambient, PrincipalKind::Role)) },
        "role_arn:not_possible policy_arns:not_possible session_tags:not_possible transitive:not_possible \
         source_identity_template:not_possible external_id:not_possible require_mfa:not_possible \
         scope:system_scope_only",
    );
}

#[test]
fn a_federated_user_needs_a_policy_or_an_omission_on_purpose() {
    let wanted = Wanted::new(FederatedUser, AccessKey, PrincipalKind::IamUser);
    check(wanted, "inline_policy:needs_policy");
    check(Wanted { omit_policy: true, ..wanted }, "");
    check(Wanted { policy_arns: true, ..wanted }, "");
    check(Wanted { inline_policy: true, omit_policy: true, ..wanted }, "omit_policy:policy_contradicted");
    let role = Wanted { omit_policy: true, ..right(AssumeRole, AccessKey, PrincipalKind::IamUser) };
    check(role, "omit_policy:not_possible");
}

#[test]
fn a_role_is_named_where_one_is_assumed() {
    check(Wanted::new(AssumeRole, AccessKey, PrincipalKind::IamUser), "role_arn:needs_role");
}

#[test]
fn the_host_s_credentials_are_for_machines() {
    let wanted = right(Provided, Ambient, PrincipalKind::Role);
    check(wanted, "");
    check(Wanted { user_scope: true, ..wanted }, "scope:system_scope_only");
}

/// What is refused of a connector with these fields besides those that every one has.
fn told_of(fields: &str, account: AccountKind, principal: PrincipalKind) -> String {
    let text = format!(
        r#"{{"name": "Dev", "slug": "dev", "account_id": "acct_01ARZ3NDEKTSV4RRFFQ69G5FAV", {fields}}}"#
    );
    let terms: ConnectorTerms = serde_json::from_str(&text).unwrap();
    told(&Wanted::of(&terms, account, principal))
}

#[test]
fn a_connector_asks_for_what_somebody_chose() {
    let user = |fields| told_of(fields, AccessKey, PrincipalKind::IamUser);
    assert_eq!(
        user(r#""principal_type": "assume_role", "role_arn": "arn:aws:iam::111122223333:role/dev""#),
        ""
    );
    assert_eq!(user(r#""principal_type": "federated_user", "omit_policy": true"#), "");
    assert_eq!(user(r#""principal_type": "iam_user_session""#), "");
    assert_eq!(user(r#""principal_type": "iam_user_session", "console": "only""#), "console:not_possible");
    assert_eq!(
        user(
            r#""principal_type": "iam_user_session", "inline_policy": "{}", "external_id": "x7",
               "require_mfa": "upstream", "source_identity_template": "${user.id}",
               "session_tags": {"team": {"template": "a", "transitive": true}}"#
        ),
        "inline_policy:not_possible session_tags:not_possible transitive:not_possible \
         source_identity_template:not_possible external_id:not_possible"
    );
    let host = |fields| told_of(fields, Ambient, PrincipalKind::Role);
    assert_eq!(host(r#""principal_type": "provided", "scope": "both""#), "scope:system_scope_only");
    assert_eq!(host(r#""principal_type": "provided", "scope": "system""#), "");
}
