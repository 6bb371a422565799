//! The policies to set up on the other side: they admit what the connector does, and nothing else.

use std::io::Write as _;
use std::process::{Command, Stdio};

use regent_broker::PrincipalType;
use regent_broker::snippet::{Derivation, Snippet, Snippets};
use regent_policy::validate::{Finding, Options, validate};
use regent_policy::{
    Action, Bindings, Caller, Context, Document, Policies, PolicyKind, Program, Request, Resource,
    ResourcePolicy, decide,
};

const USER: &str = "arn:aws:iam::111122223333:user/tools/regent";
const ROLE: &str = "arn:aws:iam::444455556666:role/ops/deploy";
const FULL: Derivation<'_> = Derivation {
    principal_type: PrincipalType::AssumeRole,
    base_arn: USER,
    role_arn: Some(ROLE),
    external_id: Some("regent-7f3a9c"),
    has_tags: true,
    has_source_identity: true,
    requires_mfa: false,
};
const PLAIN: Derivation<'_> =
    Derivation { external_id: None, has_tags: false, has_source_identity: false, ..FULL };
/// The role asks for a one-time password, and the broker passes one on.
const CODED: Derivation<'_> = Derivation { requires_mfa: true, ..FULL };
const FEDERATED: Derivation<'_> = Derivation {
    principal_type: PrincipalType::FederatedUser,
    role_arn: None,
    external_id: None,
    has_tags: true,
    ..PLAIN
};

fn program(text: &str) -> Program {
    Program::compile(&Document::parse(text).unwrap(), &Bindings::NONE)
}

/// Is a call with both policies of a connector let through, from one account to another?
fn is_admitted(
    connector: &Derivation<'_>,
    caller: Caller<'_>,
    (action, role): (&str, &str),
    keys: &[(&str, &str)],
) -> bool {
    let snippets = Snippets::of(connector).unwrap();
    let trust = program(&snippets.trust.unwrap().json);
    let own = program(&snippets.base.unwrap().json);
    let mut context = Context::new();
    for (key, value) in keys {
        context.set(*key, value);
    }
    let policies = Policies {
        identity: &[&own],
        resource: Some(ResourcePolicy::role_trust(&trust)),
        ..Policies::default()
    };
    let request = Request {
        caller,
        action: &Action::parse(action).unwrap(),
        resource: &Resource::new(role),
        resource_account: Some("444455556666"),
        context: &context,
        canonical_user: None,
    };
    decide(&policies, &request).is_allowed()
}

const REGENT: Caller<'_> = Caller::User { account: "111122223333", arn: USER, id: "" };
const OTHER: Caller<'_> =
    Caller::User { account: "111122223333", arn: "arn:aws:iam::111122223333:user/mallory", id: "" };
const ID: (&str, &str) = ("sts:ExternalId", "regent-7f3a9c");

#[test]
fn the_policies_admit_the_call_and_no_other() {
    let tagged = [ID, ("aws:RequestTag/team", "web"), ("sts:SourceIdentity", "ana")];
    for (connector, caller, call, keys, expected) in [
        (FULL, REGENT, ("sts:AssumeRole", ROLE), &tagged[..], true),
        (FULL, REGENT, ("sts:TagSession", ROLE), &tagged, true),
        (FULL, REGENT, ("sts:SetSourceIdentity", ROLE), &tagged, true),
        (FULL, REGENT, ("sts:AssumeRole", ROLE), &[("sts:ExternalId", "regent-other")], false),
        (FULL, REGENT, ("sts:AssumeRole", ROLE), &[("sts:ExternalId", "REGENT-7F3A9C")], false),
        (FULL, REGENT, ("sts:AssumeRole", ROLE), &[], false),
        (FULL, OTHER, ("sts:AssumeRole", ROLE), &tagged, false),
        (FULL, REGENT, ("sts:AssumeRole", "arn:aws:iam::444455556666:role/ops/admin"), &tagged, false),
        (FULL, REGENT, ("sts:AssumeRoleWithSAML", ROLE), &tagged, false),
        (PLAIN, REGENT, ("sts:AssumeRole", ROLE), &[], true),
        (PLAIN, REGENT, ("sts:AssumeRole", ROLE), &[ID], true),
        (PLAIN, REGENT, ("sts:TagSession", ROLE), &tagged, false),
        (PLAIN, REGENT, ("sts:SetSourceIdentity", ROLE), &tagged, false),
        (PLAIN, OTHER, ("sts:AssumeRole", ROLE), &[], false),
        (CODED, REGENT, ("sts:AssumeRole", ROLE), &[ID, ("aws:MultiFactorAuthPresent", "true")], true),
        (CODED, REGENT, ("sts:AssumeRole", ROLE), &[ID, ("aws:MultiFactorAuthPresent", "false")], false),
        (CODED, REGENT, ("sts:AssumeRole", ROLE), &[ID], false),
        (CODED, REGENT, ("sts:AssumeRole", ROLE), &[("aws:MultiFactorAuthPresent", "true")], false),
    ] {
        assert_eq!(is_admitted(&connector, caller, call, keys), expected, "{caller:?} {call:?} {keys:?}");
    }
}

#[test]
fn a_base_that_is_a_session_is_trusted_as_its_role() {
    let session = "arn:aws:sts::111122223333:assumed-role/regent-host/i-0abc";
    let connector = Derivation { base_arn: session, ..FULL };
    let host = |arn, role_arn| Caller::RoleSession {
        account: "111122223333",
        arn,
        role_arn,
        role_id: "",
        is_service_linked: false,
    };
    let call = ("sts:AssumeRole", ROLE);
    let next = "arn:aws:sts::111122223333:assumed-role/regent-host/i-0def";
    for arn in [session, next] {
        assert!(is_admitted(
            &connector,
            host(arn, "arn:aws:iam::111122223333:role/regent-host"),
            call,
            &[ID]
        ));
    }
    let other = "arn:aws:sts::111122223333:assumed-role/other/i-0abc";
    assert!(!is_admitted(&connector, host(other, "arn:aws:iam::111122223333:role/other"), call, &[ID]));
    assert_eq!(Snippets::of(&connector).unwrap().notes.len(), 1);
}

#[test]
fn validation_has_nothing_to_say_of_any_of_them() {
    for connector in [FULL, PLAIN, CODED, FEDERATED] {
        let snippets = Snippets::of(&connector).unwrap();
        let policies = [(snippets.trust, PolicyKind::RoleTrust), (snippets.base, PolicyKind::Identity)];
        for (snippet, kind) in policies {
            let Some(snippet) = snippet else { continue };
            let validation = validate(&snippet.json, &Options::of(kind));
            assert_eq!(validation.refusal(), None, "{}", snippet.json);
            let details: Vec<_> = validation.findings().iter().map(Finding::details).collect();
            assert!(details.is_empty(), "{}: {details:?}", snippet.json);
        }
    }
}

fn all(snippet: &Snippet) -> String {
    format!("{}\n{}\n{}", snippet.json, snippet.terraform, snippet.cli)
}

#[test]
fn the_forms_of_a_role_that_trusts() {
    let snippets = Snippets::of(&FULL).unwrap();
    insta::assert_snapshot!("trust", all(&snippets.trust.unwrap()));
    insta::assert_snapshot!("base", all(&snippets.base.unwrap()));
    insta::assert_snapshot!("trust_without_conditions", all(&Snippets::of(&PLAIN).unwrap().trust.unwrap()));
}

#[test]
fn the_forms_for_federated_users() {
    let snippets = Snippets::of(&FEDERATED).unwrap();
    assert_eq!(snippets.trust, None);
    insta::assert_snapshot!("federated", all(&snippets.base.unwrap()));
}

#[test]
fn a_shell_reads_the_commands_and_the_document_in_them_is_the_policy() {
    for connector in [FULL, PLAIN, FEDERATED] {
        let snippets = Snippets::of(&connector).unwrap();
        for snippet in [snippets.trust, snippets.base].into_iter().flatten() {
            assert_eq!(shell(&["-n"], &snippet.cli), "");
            let told =
                shell(&[], &format!("aws() {{ :; }}\n{}\nprintf %s \"${{trust-$policy}}\"", snippet.cli));
            let sent: serde_json::Value = serde_json::from_str(&told).unwrap();
            let laid_out: serde_json::Value = serde_json::from_str(&snippet.json).unwrap();
            assert_eq!(sent, laid_out);
        }
    }
}

/// Runs a script in a shell without an environment, and returns what it says.
fn shell(options: &[&str], script: &str) -> String {
    let mut command = Command::new("/bin/sh");
    command.args(options).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut shell = command.spawn().unwrap();
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{script}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_needs_nothing_says_so() {
    for principal_type in [PrincipalType::IamUserSession, PrincipalType::Provided] {
        let snippets = Snippets::of(&Derivation { principal_type, ..PLAIN }).unwrap();
        assert_eq!((snippets.trust, snippets.base, snippets.notes.len()), (None, None, 1));
    }
    let root = Derivation { base_arn: "arn:aws:iam::111122223333:root", ..FEDERATED };
    let snippets = Snippets::of(&root).unwrap();
    assert_eq!(
        (snippets.base, snippets.notes),
        (None, vec!["The root user needs no policy. Use the key of a user instead."])
    );
}

#[test]
fn what_cannot_be_named_is_refused_with_the_reason() {
    let base = |arn: &str| {
        format!(
            "`{arn}` is no base that a role can trust: expected the ARN of a user, of a role or of its session"
        )
    };
    let role = |arn: &str| format!("`{arn}` is no role: expected `arn:aws:iam::111122223333:role/name`");
    let external_id = "the external id is none: expected 2 to 1,224 letters, digits and `_+=,.@:/-`";
    let injected = "arn:aws:iam::111122223333:user/a\"; rm -rf ~; '";
    let federated = "arn:aws:sts::111122223333:federated-user/ana";
    let session = "arn:aws:sts::111122223333:assumed-role/r/s";
    for (connector, expected) in [
        (Derivation { base_arn: "", ..FULL }, base("")),
        (Derivation { base_arn: "*", ..FULL }, base("*")),
        (Derivation { base_arn: injected, ..FULL }, base(injected)),
        (Derivation { base_arn: federated, ..FULL }, base(federated)),
        (
            Derivation { base_arn: "arn:aws:iam::111122223333:root", ..FULL },
            "the root user cannot assume roles: give the account the key of a user".to_owned(),
        ),
        (
            Derivation { base_arn: session, ..FEDERATED },
            format!("`{session}` cannot make federated users: expected the key of a user"),
        ),
        (Derivation { role_arn: None, ..FULL }, role("")),
        (
            Derivation { role_arn: Some("arn:aws:iam::444455556666:role/*"), ..FULL },
            role("arn:aws:iam::444455556666:role/*"),
        ),
        (Derivation { role_arn: Some(USER), ..FULL }, role(USER)),
        (Derivation { external_id: Some("a"), ..FULL }, external_id.to_owned()),
        (Derivation { external_id: Some("${a}"), ..FULL }, external_id.to_owned()),
    ] {
        assert_eq!(Snippets::of(&connector).unwrap_err().to_string(), expected);
    }
}
