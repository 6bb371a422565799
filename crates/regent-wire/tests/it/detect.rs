//! From heads to protocols.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use regent_wire::protocol::{Protocol, detect as detect_protocol};

#[track_caller]
fn check(
    method: &Method,
    uri: &str,
    headers: &[(&str, &str)],
    expected: (Protocol, Option<&str>, Option<&str>),
) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let uri: Uri = uri.parse().unwrap();
    let found = detect_protocol(method, &uri, &map);
    assert_eq!((found.protocol, found.service, found.operation), expected, "{method} {uri} {headers:?}");
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");

#[test]
fn forms_are_query() {
    let query = (Protocol::Query, None, None);
    check(&Method::POST, "/", &[FORM], query);
    check(&Method::POST, "/", &[], query);
    check(&Method::GET, "/?Action=GetCallerIdentity&Version=2011-06-15", &[], query);
    check(&Method::GET, "/", &[], query);
    check(&Method::POST, "/?Action=ListUsers", &[("content-type", "text/plain")], query);
    check(&Method::POST, "/", &[FORM, ("accept", "*/*")], query);
    check(&Method::GET, "/?Action=X", &[("accept", "text/html,application/json;q=0.9")], query);
}

#[test]
fn who_accepts_json_gets_it() {
    let json = (Protocol::QueryJson, None, None);
    check(&Method::POST, "/", &[FORM, ("accept", "application/json")], json);
    check(
        &Method::GET,
        "/?Action=GetCallerIdentity",
        &[("accept", "application/json; charset=utf-8, */*")],
        json,
    );
}

#[test]
fn a_target_is_aws_json() {
    let target = ("x-amz-target", "com.amazonaws.codeconnections.CodeConnections_20231201.ListConnections");
    let service = Some("com.amazonaws.codeconnections.CodeConnections_20231201");
    let operation = Some("ListConnections");
    let json = ("content-type", "application/x-amz-json-1.0");
    check(&Method::POST, "/", &[json, target], (Protocol::AwsJson10, service, operation));
    let json = ("content-type", "application/x-amz-json-1.1");
    let target = ("x-amz-target", "AWSOrganizationsV20161128.ListRoots");
    check(
        &Method::POST,
        "/",
        &[json, target],
        (Protocol::AwsJson11, Some("AWSOrganizationsV20161128"), Some("ListRoots")),
    );
    check(
        &Method::POST,
        "/",
        &[("x-amz-target", "ListRoots")],
        (Protocol::AwsJson10, None, Some("ListRoots")),
    );
}

#[test]
fn a_path_or_header_is_rpc_v2_cbor() {
    let header = ("smithy-protocol", "rpc-v2-cbor");
    let found = (Protocol::RpcV2Cbor, Some("CodeConnections_20231201"), Some("ListConnections"));
    let path = "/service/CodeConnections_20231201/operation/ListConnections";
    check(&Method::POST, path, &[header], found);
    check(&Method::POST, path, &[], found);
    check(&Method::POST, &format!("/base/path{path}"), &[header], found);
    check(&Method::POST, "/", &[header], (Protocol::RpcV2Cbor, None, None));
}

#[test]
fn everything_else_is_rest() {
    let rest = (Protocol::RestJson, None, None);
    check(&Method::GET, "/federation/credentials?role_name=r", &[], rest);
    check(&Method::POST, "/v1/token", &[("content-type", "application/json")], rest);
    check(&Method::POST, "/clusters/c/assume-role-for-pod-identity", &[], rest);
    check(&Method::PUT, "/", &[("content-type", "application/json")], rest);
    check(&Method::POST, "/service//operation/X", &[], rest);
}
