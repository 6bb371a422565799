use std::net::{Ipv4Addr, SocketAddr};

use regent_broker::{Id, Partition, Upstream as Record};
use regent_store::directory::Broker;
use serde_json::{Value, json};

use super::{Clients, Connect, check, record};
use crate::upstream::tests::{root, server};

fn custom(more: Value) -> Record {
    let mut record = json!({ "name": "Lab", "kind": "custom", "sts_url": "https://sts.example/" });
    let Value::Object(more) = more else { panic!("{more}") };
    record.as_object_mut().unwrap().extend(more);
    serde_json::from_value(record).unwrap()
}

#[test]
fn an_upstream_that_would_lead_inside_is_refused_before_it_is_kept() {
    const CERTIFICATE: &str = include_str!("../../../tests/it/http/localhost.pem");
    let insecure = |url: &str| json!({ "sts_url": url, "tls": "insecure_loopback_only" });
    for (more, expected) in [
        (json!({}), ""),
        (json!({ "sts_url": null }), "no `sts_url`"),
        (json!({ "sts_url": "sts.example" }), "is no URL"),
        (json!({ "sts_url": "http://sts.example/" }), "not encrypted"),
        (json!({ "sts_url": "https://ana:x@sts.example/" }), "user name"),
        (json!({ "iam_url": "https://169.254.169.254/" }), "metadata"),
        (json!({ "signin_url": "https://[::1]/federation" }), "loopback"),
        (json!({ "sts_url": "https://10.0.0.1/" }), ""),
        (json!({ "sts_url": "https://sts.lan/", "allow_private": true }), ""),
        (json!({ "sts_url": "https://169.254.169.254/", "allow_private": true }), "metadata"),
        (json!({ "tls": "ca_pem" }), "no `ca_pem`"),
        (json!({ "tls": "ca_pem", "ca_pem": CERTIFICATE }), ""),
        (insecure("http://127.0.0.1:4566/"), ""),
        (insecure("http://localhost:4566/"), ""),
        (insecure("http://10.0.0.1/"), "private"),
        (insecure("https://sts.example/"), ""),
        (json!({ "proxy": "http://proxy.lan:3128" }), ""),
        (json!({ "proxy": "http://169.254.169.254" }), "metadata"),
        (json!({ "proxy": "not a url" }), "is no URL"),
        (
            json!({ "sts_url": "http://127.0.0.1/", "tls": "insecure_loopback_only", "proxy": "http://p" }),
            "proxy",
        ),
    ] {
        match check(&custom(more.clone())) {
            Ok(()) => assert_eq!(expected, "", "{more}"),
            Err(error) => {
                let text = error.to_string();
                assert!(!expected.is_empty() && text.contains(expected), "{more}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn built_in_upstreams_need_no_record_and_the_embedded_one_answers() {
    let (server, _) = server().await;
    let clients = Clients::default();
    let from = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let connect =
        Connect { server: &server, clients: &clients, from, partition: Partition::Aws, region: "eu-west-1" };
    let broker = Broker::default();
    let embedded = record(&broker, &Id::built_in(Record::EMBEDDED)).unwrap();
    let identity = connect.to(&embedded).unwrap().get_caller_identity(&root()).await.unwrap();
    assert!(identity.value.arn.ends_with(":root"));

    let aws = record(&broker, &Id::built_in(Record::AWS)).unwrap();
    if let Ok(upstream) = connect.to(&aws) {
        assert_eq!(upstream.sts.url.as_str(), "https://sts.eu-west-1.amazonaws.com/");
        assert_eq!(upstream.iam.unwrap().region, "us-east-1");
    }
    let regent = Connect { partition: Partition::Regent, ..connect };
    assert!(regent.to(&aws).unwrap_err().to_string().contains("no STS endpoint"));
    assert!(record(&broker, &Id::built_in("upst_none")).is_none());

    let lab = custom(
        json!({ "sigv4_region": "lab-1", "tls": "insecure_loopback_only", "sts_url": "http://127.0.0.1:1/" }),
    );
    let upstream = connect.to(&lab).unwrap();
    assert_eq!((upstream.sts.region.as_str(), upstream.iam), ("lab-1", None));
    connect.to(&lab).unwrap();
    assert_eq!(
        clients.kept.lock().unwrap().keys().filter(|route| route.reach == super::Reach::Loopback).count(),
        1
    );
}
