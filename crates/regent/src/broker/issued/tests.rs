//! Sessions on the record, and off the air.

use super::*;
use crate::broker::journal::Report;
use crate::broker::journal::tests::Bench;
use crate::clock::Clock;
use crate::config::{Config, Settings};
use crate::node::tests::{IDENTITY, Keys, ROOT, ask, open};

fn text(text: &str) -> Text {
    text.into()
}

/// The record of a session of an hour, by number.
pub(crate) fn session(server: &Server, number: u32, caller: &str, access_key_id: &str) -> IssuedSession {
    let now = server.clock.now();
    let id = Id::new(PREFIX, u64::try_from(now.as_millisecond()).unwrap() + u64::from(number), [0; 10]);
    IssuedSession {
        id,
        connector: ConnectorName { id: text("conn_1"), slug: text("prod-ro"), name: text("Production") },
        connector_revision: 3,
        account_id: "acct_1".parse().unwrap(),
        upstream_id: Id::built_in(Upstream::EMBEDDED),
        caller: Actor::anonymous(caller),
        login: Some("login_1".parse().unwrap()),
        via: text("admin"),
        principal_type: PrincipalType::AssumeRole,
        arn: text("arn:aws:sts::123456789012:assumed-role/reader/ana"),
        principal_id: None,
        access_key_id: text(access_key_id),
        session_name: text("ana"),
        source_identity: Some(text("ana@example.com")),
        tags: BTreeMap::from([("team".into(), text("blue"))]),
        policy_sha256: None,
        packed_policy_percent: Some(7),
        issued_at: now.as_second(),
        expires_at: now.as_second() + 3600,
        console_until: None,
        purpose: text("api"),
        client: Client { ip: text("127.0.0.1"), user_agent: None },
        upstream_request_id: None,
        revoked: None,
    }
}

pub(crate) async fn issue(server: &Server, session: &IssuedSession) {
    let session = session.clone();
    let issue = move |draft: &mut Draft<Directory>| {
        session.archive(draft);
        Ok::<_, StoreError>(())
    };
    server.store.write(issue).await.unwrap();
}

/// A server in memory whose root key is known.
pub(crate) async fn server() -> (Arc<Server>, Clock, Keys) {
    let settings = Settings {
        ephemeral: Some(true),
        root_access_key_id: Some(ROOT.to_owned()),
        root_secret_access_key: Some("s".repeat(40)),
        max_staleness_secs: Some(u64::from(u32::MAX)),
        ..Settings::default()
    };
    let config = Config::resolve(settings, Settings::default()).unwrap();
    let clock = Clock::manual("2026-11-21T12:00:00Z".parse().unwrap());
    let server = Server::start(config, clock.clone()).await.unwrap().server;
    (server, clock, (ROOT.to_owned(), "s".repeat(40), None))
}

#[tokio::test]
async fn of_two_sessions_of_one_person_the_one_that_is_revoked_is_over_at_once() {
    let (server, clock, root) = server().await;
    let [one, other] = [open(&server, &root).await, open(&server, &root).await];
    let [record, other_record] =
        [session(&server, 1, "usr_ana", &one.0), session(&server, 2, "usr_ana", &other.0)];
    issue(&server, &record).await;
    issue(&server, &other_record).await;
    assert_eq!(ask(&server, &one, IDENTITY).await.0, 200); // and its opened token is remembered

    let by = Actor::server();
    let revoked =
        server.revoke_session(record.id.as_str(), by.clone(), None, Some("lost laptop")).await.unwrap();
    assert_eq!(revoked.state(clock.now().as_second()), SessionState::Revoked);
    let (status, body) = ask(&server, &one, IDENTITY).await;
    assert!(status == 403 && body.contains("<Code>InvalidClientTokenId</Code>"), "{body}");
    assert_eq!(ask(&server, &other, IDENTITY).await.0, 200);
    assert_eq!(ask(&server, &root, IDENTITY).await.0, 200);

    // Again changes nothing, and is no event either.
    let again = server.revoke_session(record.id.as_str(), by, None, Some("another reason")).await.unwrap();
    assert_eq!(again, revoked);
    assert_eq!(revoked.revoked.unwrap().reason, Some(text("lost laptop")));
    let report = server.verify_chain().await.unwrap();
    assert_eq!(report, Report { events: 1, first: 1, anchors: 0, broken: None });

    // The list forgets it when the session would be over, also one in a browser; the record does not.
    for wait in [0, 3600, 43_199 - 3600] {
        clock.advance(wait);
        assert_eq!(server.prune_revocations().await.unwrap(), 0);
    }
    clock.advance(1);
    assert_eq!(server.prune_revocations().await.unwrap(), 1);
    assert!(server.store.picture().revocations().next().is_none());
    let kept = server.issued_session(record.id.as_str()).await.unwrap().unwrap();
    assert_eq!(kept.state(clock.now().as_second()), SessionState::Revoked);
    let kept = server.issued_session(other_record.id.as_str()).await.unwrap().unwrap();
    assert_eq!(kept.state(clock.now().as_second()), SessionState::Expired);
    let late = server.revoke_session(other_record.id.as_str(), Actor::server(), None, None).await;
    assert!(matches!(late, Err(RevokeError::Over)), "{late:?}");
}

#[tokio::test]
async fn a_session_of_aws_or_of_nobody_is_not_revoked() {
    let (server, ..) = server().await;
    let record = IssuedSession {
        upstream_id: Id::built_in(Upstream::AWS),
        ..session(&server, 1, "usr_ana", "ASIAAWS")
    };
    issue(&server, &record).await;
    let refused = server.revoke_session(record.id.as_str(), Actor::server(), None, None).await;
    assert!(matches!(refused, Err(RevokeError::NotOurs)), "{refused:?}");
    let refused = server.revoke_session("sess_none", Actor::server(), None, None).await;
    assert!(matches!(refused, Err(RevokeError::NoSession(_))), "{refused:?}");
    assert!(server.store.picture().revocations().next().is_none());
}

#[tokio::test]
async fn sessions_are_found_by_what_is_known_of_them_newest_first() {
    let bench = Bench::new().await;
    let server = &bench.server;
    for number in 0..7 {
        let caller = if number % 2 == 0 { "usr_ana" } else { "usr_bob" };
        issue(server, &session(server, number, caller, &format!("ASIA{number}"))).await;
    }
    let names = |page: &IssuedPage| {
        page.sessions.iter().map(|session| session.access_key_id.as_str().to_owned()).collect::<Vec<_>>()
    };
    let page = server.issued_sessions(Some((By::Caller, "usr_ana")), None, 3).await.unwrap();
    assert_eq!(names(&page), ["ASIA6", "ASIA4", "ASIA2"]);
    let rest = server.issued_sessions(Some((By::Caller, "usr_ana")), page.next.as_deref(), 3).await.unwrap();
    assert_eq!((names(&rest), rest.next), (vec!["ASIA0".to_owned()], None));
    for (by, value, count) in [
        (By::AccessKeyId, "ASIA3", 1),
        (By::Connector, "conn_1", 7),
        (By::SourceIdentity, "ana@example.com", 7),
        (By::Login, "login_2", 0),
    ] {
        let found = server.issued_sessions(Some((by, value)), None, 100).await.unwrap();
        assert_eq!(found.sessions.len(), count, "{by:?}");
    }
    let revoked = server.revoke_sessions((By::Caller, "usr_bob"), &Actor::server(), None).await.unwrap();
    assert_eq!((revoked, server.store.picture().revocations().count()), (3, 3));
    // Another node knows, after a restart too.
    let node = bench.node().await;
    assert!(node.store.picture().revocation("ASIA5").is_some());
    let again = node.revoke_sessions((By::Login, "login_1"), &Actor::server(), None).await.unwrap();
    assert_eq!((again, node.store.picture().revocations().count()), (4, 7));
    assert_eq!(node.verify_chain().await.unwrap().events, 7);
}
