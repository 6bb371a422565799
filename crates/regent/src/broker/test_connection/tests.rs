//! The twelve steps against Regent itself, against what is wrong, and against strangers.

mod ladder;
mod strangers;

use std::sync::Arc;

use regent_broker::template::{Asker, Subject, User};
use regent_broker::{Account, AccountTerms, ConnectorTerms};
use regent_wire::iam::{
    CreateRoleRequest, CreateUserRequest, PutRolePolicyRequest, PutUserPolicyRequest, op,
};
use regent_wire::secret::SecretAccessKey;
use regent_wire::sts::GetSessionTokenRequest;
use serde_json::{Value, json};
use url::Url;

use super::report::{Learned, Outcome, Report, StepName};
use super::{NoBase, Question, TestConnection};
use crate::broker::session_request::Mfa;
use crate::upstream::Upstream;
use crate::upstream::credentials::Credentials;
use crate::upstream::tests::{
    ACCOUNT, Say, Stranger, http, impatient, key, must, root, server, upstream_at, within,
};

/// Regent with a user for the broker, and a role for it to take.
struct World {
    upstream: Upstream,
    broker: Credentials,
}

const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["sts:*","iam:*","s3:*"],"Resource":"*"}}"#;

fn trust(actions: &str, condition: &Value) -> String {
    let actions: Vec<&str> = actions.split(' ').collect();
    json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": actions, "Condition": condition,
        "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:user/broker") } } })
    .to_string()
}

impl World {
    async fn new() -> Self {
        let (server, clock) = server().await;
        let upstream = within(&server, &clock);
        let user_name = "broker".to_owned();
        let user = CreateUserRequest { user_name: user_name.clone(), ..CreateUserRequest::default() };
        must::<op::CreateUser>(&upstream, &root(), user).await;
        let policy = PutUserPolicyRequest {
            user_name,
            policy_name: "test".to_owned(),
            policy_document: EVERYTHING.to_owned(),
        };
        must::<op::PutUserPolicy>(&upstream, &root(), policy).await;
        let broker = upstream.create_access_key(&root(), Some("broker")).await.unwrap().value;
        Self { upstream, broker }
    }

    async fn role(&self, name: &str, trust: String, most: i32) {
        let role = CreateRoleRequest {
            role_name: name.to_owned(),
            assume_role_policy_document: trust,
            max_session_duration: Some(most),
            ..CreateRoleRequest::default()
        };
        must::<op::CreateRole>(&self.upstream, &root(), role).await;
        let policy = PutRolePolicyRequest {
            role_name: name.to_owned(),
            policy_name: "test".to_owned(),
            policy_document: EVERYTHING.to_owned(),
        };
        must::<op::PutRolePolicy>(&self.upstream, &root(), policy).await;
    }

    /// Tests a connector with these terms, from the broker's key.
    async fn test(&self, terms: Value) -> Report {
        self.test_as(&self.broker, &account("access_key"), terms, None).await
    }

    async fn test_as(
        &self,
        base: &Credentials,
        account: &Account,
        terms: Value,
        question: Option<Question>,
    ) -> Report {
        let terms = connector(terms);
        let ana = User { name: "ana", email: Some("ana@example.com"), ..User::new("usr_01") };
        let subject = Subject::new(Asker::User(ana));
        let signin = Url::parse("http://localhost/federation").unwrap();
        let test = TestConnection {
            upstream: &self.upstream,
            account,
            base: Ok(Arc::new(base.clone())),
            connector: Some((&terms, &subject)),
            signin: Some((&self.upstream.transport, &signin)),
            question,
            mfa: Mfa::default(),
        };
        let report = test.run().await;
        without_secrets(&report, base);
        report
    }
}

/// A report has twelve steps, and nothing secret.
fn without_secrets(report: &Report, base: &Credentials) {
    let text = serde_json::to_string(report).unwrap();
    for secret in [base.secret.reveal().as_str(), "canary", "sessionToken", "SigninToken"] {
        assert!(!text.contains(secret), "{text}");
    }
    let numbers: Vec<u8> = report.steps.iter().map(|step| step.number).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<u8>>());
    for step in &report.steps {
        let is_well = matches!(step.status, Outcome::Ok | Outcome::Skipped);
        assert_eq!(step.fix.is_none(), is_well, "{step:?}");
        assert!(!step.text.is_empty() && !step.text.contains('\n'), "{step:?}");
    }
}

fn account(kind: &str) -> Account {
    let terms: AccountTerms = serde_json::from_value(json!({ "name": "Base", "kind": kind })).unwrap();
    Account::new(terms)
}

fn connector(more: Value) -> ConnectorTerms {
    let mut terms =
        json!({ "name": "Test", "slug": "test", "account_id": "acct_01", "principal_type": "assume_role" });
    let Value::Object(more) = more else { panic!("{more}") };
    if !more.contains_key("principal_type") {
        terms["role_arn"] = format!("arn:aws:iam::{ACCOUNT}:role/dev").into();
        terms["session_tags"] = json!({ "team": { "template": "blue", "transitive": true } });
    }
    terms.as_object_mut().unwrap().extend(more);
    serde_json::from_value(terms).unwrap()
}

#[track_caller]
fn step(report: &Report, name: StepName) -> (Outcome, &str, &str) {
    let step = report.steps.iter().find(|step| step.name == name).unwrap();
    (step.status, step.code.as_deref().unwrap_or_default(), &step.text)
}

#[tokio::test]
async fn all_twelve_steps_of_a_connector_that_is_set_up_well() {
    let world = World::new().await;
    let all = "sts:AssumeRole sts:TagSession sts:SetSourceIdentity";
    world.role("dev", trust(all, &json!({ "StringEquals": { "sts:ExternalId": "x-1" } })), 7200).await;
    let question = |action: &str| {
        Some(Question { action: action.to_owned(), resource: "arn:aws:s3:::bucket".to_owned() })
    };
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::*"}}"#;
    let terms = json!({ "external_id": "x-1", "max_seconds": 7200, "inline_policy": policy });
    let report =
        world.test_as(&world.broker, &account("access_key"), terms.clone(), question("s3:ListBucket")).await;
    let expected = [
        (StepName::Clock, Outcome::Skipped, "does not tell its time"),
        (StepName::Reach, Outcome::Ok, "answers"),
        (StepName::Base, Outcome::Ok, "knows the credentials"),
        (StepName::Identity, Outcome::Ok, "user/broker; its access key is 0 days old"),
        (StepName::Render, Outcome::Ok, "source identity `ana@example.com`, tags `team=blue`"),
        (StepName::Call, Outcome::Ok, "AssumeRole went through"),
        (
            StepName::Result,
            Outcome::Ok,
            "CloudTrail will show arn:aws:sts::123456789012:assumed-role/dev/ana",
        ),
        (StepName::PackedSize, Outcome::Ok, "% of the space"),
        (StepName::RoleMax, Outcome::Ok, "allows 7200 s"),
        (StepName::Console, Outcome::Ok, "thrown away"),
        (StepName::Ladder, Outcome::Skipped, "not refused"),
        (StepName::Question, Outcome::Ok, "`s3:ListBucket` on `arn:aws:s3:::bucket` would be allowed"),
    ];
    for (name, status, part) in expected {
        let found = step(&report, name);
        assert!(found.0 == status && found.2.contains(part), "{name:?}: {found:?}");
    }
    assert_eq!(report.learned.aws_account_id.as_deref(), Some(ACCOUNT));
    assert_eq!(report.learned.role_max_seconds, Some(7200));

    let report =
        world.test_as(&world.broker, &account("access_key"), terms, question("s3:DeleteBucket")).await;
    let (status, code, text) = step(&report, StepName::Question);
    assert_eq!((status, code), (Outcome::Fail, "would_be_denied"), "{text}");
}

#[tokio::test]
async fn what_does_not_fit_together_is_said_at_its_step() {
    let world = World::new().await;
    let all = "sts:AssumeRole sts:TagSession sts:SetSourceIdentity";
    world.role("dev", trust(all, &json!({})), 3600).await;
    let session = world
        .upstream
        .get_session_token(&world.broker, &GetSessionTokenRequest::default())
        .await
        .unwrap()
        .value;
    let stranger = key();
    let wrong =
        Credentials::long_term(world.broker.access_key_id.clone(), SecretAccessKey::new("canary".to_owned()));
    let mut moved = account("access_key");
    moved.aws_account_id = Some("999999999999".into());
    let own = account("access_key");
    for (name, base, account, terms, at, status, code) in [
        (
            "too long",
            &world.broker,
            &own,
            json!({ "max_seconds": 14_400 }),
            StepName::RoleMax,
            Outcome::Warn,
            "duration_role_max",
        ),
        (
            "chained",
            &session.credentials,
            &own,
            json!({ "max_seconds": 7200 }),
            StepName::RoleMax,
            Outcome::Warn,
            "duration_chained",
        ),
        ("unknown key", &stranger, &own, json!({}), StepName::Base, Outcome::Fail, "base_key_invalid"),
        ("wrong secret", &wrong, &own, json!({}), StepName::Base, Outcome::Fail, "base_key_wrong"),
        (
            "another account",
            &world.broker,
            &moved,
            json!({}),
            StepName::Identity,
            Outcome::Fail,
            "account_changed",
        ),
        ("root", &root(), &own, json!({}), StepName::Identity, Outcome::Warn, "root_user"),
        ("root assumes", &root(), &own, json!({}), StepName::Call, Outcome::Fail, "root_cannot_assume"),
        (
            "no value",
            &world.broker,
            &own,
            json!({ "session_name_template": "${user.attr.team}" }),
            StepName::Render,
            Outcome::Fail,
            "template_value_missing",
        ),
        (
            "bad policy",
            &world.broker,
            &own,
            json!({ "inline_policy": "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Maybe\"}}" }),
            StepName::Render,
            Outcome::Fail,
            "policy_malformed",
        ),
        (
            "no console",
            &world.broker,
            &own,
            json!({ "principal_type": "iam_user_session", "console": "only" }),
            StepName::Console,
            Outcome::Fail,
            "console_not_possible",
        ),
        (
            "not ambient",
            &world.broker,
            &own,
            json!({ "principal_type": "provided" }),
            StepName::Call,
            Outcome::Fail,
            "needs_ambient",
        ),
        (
            "no role",
            &world.broker,
            &own,
            json!({ "role_arn": format!("arn:aws:iam::{ACCOUNT}:role/none") }),
            StepName::Ladder,
            Outcome::Fail,
            "trust_denied",
        ),
    ] {
        let report = world.test_as(base, account, terms, None).await;
        let found = step(&report, at);
        assert_eq!((found.0, found.1), (status, code), "{name}: {report:#?}");
        // Whoever is somebody else is not taken for who the account is from now on.
        assert!(code != "account_changed" || report.learned == Learned::default(), "{report:#?}");
    }
}

#[tokio::test]
async fn every_type_that_can_have_a_session_gets_one() {
    let world = World::new().await;
    let federated = json!({ "principal_type": "federated_user", "omit_policy": true });
    for (kind, terms, arn) in [
        ("access_key", federated, ":federated-user/ana"),
        ("access_key", json!({ "principal_type": "iam_user_session" }), ":user/broker"),
        ("ambient", json!({ "principal_type": "provided" }), ":user/broker"),
    ] {
        let report = world.test_as(&world.broker, &account(kind), terms, None).await;
        let (status, _, text) = step(&report, StepName::Result);
        assert!(status == Outcome::Ok && text.contains(arn), "{report:#?}");
    }
}

#[tokio::test]
async fn a_connector_that_passes_a_password_on_is_not_tried_without_one() {
    let world = World::new().await;
    let all = "sts:AssumeRole sts:TagSession sts:SetSourceIdentity";
    world.role("dev", trust(all, &json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } })), 3600).await;
    let terms = || connector(json!({ "require_mfa": "upstream" }));
    let account = account("access_key");
    let ana = User { name: "ana", email: Some("ana@example.com"), ..User::new("usr_01") };
    let (subject, terms) = (Subject::new(Asker::User(ana)), terms());
    let test = async |token_code: Option<&str>| {
        let serial_number = Some(format!("arn:aws:iam::{ACCOUNT}:mfa/broker"));
        let report = TestConnection {
            upstream: &world.upstream,
            account: &account,
            base: Ok(Arc::new(world.broker.clone())),
            connector: Some((&terms, &subject)),
            signin: None,
            question: None,
            mfa: Mfa { serial_number, token_code: token_code.map(str::to_owned) },
        };
        report.run().await
    };
    let report = test(None).await;
    without_secrets(&report, &world.broker);
    for name in [StepName::Call, StepName::Ladder, StepName::Result] {
        let (status, _, text) = step(&report, name);
        assert!(status == Outcome::Skipped && text.contains("repeat the test with one"), "{report:#?}");
    }
    assert!(report.steps.iter().all(|step| step.status != Outcome::Fail), "{report:#?}");
    // A wrong one is sent once, and nobody is told to take the condition away.
    let report = test(Some("000000")).await;
    assert_eq!(step(&report, StepName::Call).0, Outcome::Fail, "{report:#?}");
    let ladder = step(&report, StepName::Ladder);
    assert_eq!((ladder.0, ladder.2), (Outcome::Skipped, "a one-time password is good for one call"));
}
