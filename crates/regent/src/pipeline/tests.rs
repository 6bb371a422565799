use super::*;
use crate::clock::Clock;
use crate::config::{Config, Settings};
use http_body_util::BodyExt as _;

async fn server() -> Arc<Server> {
    let settings = Settings { ephemeral: Some(true), ..Settings::default() };
    let config = Config::resolve(settings, Settings::default()).unwrap();
    let clock = Clock::manual("2026-11-21T12:00:00Z".parse().unwrap());
    Server::start(config, clock).await.unwrap().server
}

#[test]
fn an_id_is_a_random_uuid() {
    let (one, other) = ids([0xff; 32]);
    assert_eq!(as_text(&one), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    assert_eq!(one, other);
}

#[tokio::test]
async fn a_panic_is_an_answer_and_a_record() {
    let server = server().await;
    let (parts, ()) = Request::post("/").body(()).unwrap().into_parts();
    let exchange = Exchange {
        parts: &parts,
        body: b"",
        source_ip: "203.0.113.7",
        is_secure: false,
        now: server.clock.now(),
        request_id: "4d1ee1e0-0000-4000-8000-000000000000",
        event_id: "4d1ee1e0-0000-4000-8000-000000000001",
    };
    for is_late in [false, true] {
        let before = server.audit_records().len();
        let response = server.recorded(&exchange, async |note: &mut Note| {
            note.asked_for("CreateUser");
            if is_late {
                tokio::task::yield_now().await;
            }
            panic!("an operation made a mistake")
        });
        let response = response.await;
        assert_eq!(response.status(), 500);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert_eq!(
            body,
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Receiver</Type>\
             <Code>InternalFailure</Code><Message>The request processing has failed because of an unknown error, \
             exception or failure.</Message></Error><RequestId>4d1ee1e0-0000-4000-8000-000000000000</RequestId>\
             </ErrorResponse>"
        );
        let records = server.audit_records();
        assert_eq!(records.len(), before + 1);
        let record: serde_json::Value = serde_json::from_str(records.last().unwrap()).unwrap();
        assert_eq!(record["eventName"], "CreateUser");
        assert_eq!(record["errorCode"], "InternalFailure");
        assert!(!record.to_string().contains("mistake"), "what a panic says is for the log alone");
    }
}
