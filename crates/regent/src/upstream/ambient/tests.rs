use std::io::Write as _;

use super::{AmbientError, Authorization, Endpoint, Source};
use crate::upstream::tests::{Say, Stranger, http};

const GIVEN: &str = r#"{"AccessKeyId":"ASIAHOST","SecretAccessKey":"canary-secret","Token":"canary-token","Expiration":"2026-11-22T18:00:00Z"}"#;

/// The source that these variables name, in a word or two.
fn find(variables: &[(&str, &str)]) -> String {
    let variable =
        |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    match Source::find(variable) {
        Ok(Source::Environment(credentials)) => {
            let left = credentials.seconds_left("2026-11-22T12:00:00Z".parse().unwrap());
            format!("{} temporary {} left {left:?}", credentials.access_key_id, credentials.is_temporary())
        }
        Ok(Source::Container { endpoint, authorization }) => {
            let authorization = match authorization {
                None => "nothing".to_owned(),
                Some(Authorization::Text(text)) => text.reveal().clone(),
                Some(Authorization::File(path)) => path.display().to_string(),
            };
            format!("{endpoint:?} with {authorization}")
        }
        Ok(Source::Instance { endpoint }) => format!("instance {endpoint:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_first_source_that_the_environment_names_is_the_one() {
    let (key, secret) = (("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "s"));
    let (relative, full) = (
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/x"),
    );
    let (token, file) =
        (("AWS_CONTAINER_AUTHORIZATION_TOKEN", "t"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/run/t"));
    let off = ("AWS_EC2_METADATA_DISABLED", "TRUE");
    for (variables, expected) in [
        (vec![key, secret, full], "AKIAENV temporary false left None"),
        (
            vec![
                key,
                secret,
                ("AWS_SESSION_TOKEN", "t"),
                ("AWS_CREDENTIAL_EXPIRATION", "2026-11-22T13:00:00Z"),
            ],
            "AKIAENV temporary true left Some(3600)",
        ),
        (
            vec![key, full],
            "`AWS_ACCESS_KEY_ID` is set and `AWS_SECRET_ACCESS_KEY` is not; set both or neither",
        ),
        (vec![secret], "`AWS_SECRET_ACCESS_KEY` is set and `AWS_ACCESS_KEY_ID` is not; set both or neither"),
        (vec![("AWS_ACCESS_KEY_ID", ""), relative], "Relative(\"/v2/x\") with nothing"),
        (vec![full, relative, token], "Relative(\"/v2/x\") with t"),
        (vec![full, token, file], "Full(\"http://localhost/x\") with /run/t"),
        (vec![full, off], "Full(\"http://localhost/x\") with nothing"),
        (vec![], "instance None"),
        (
            vec![("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6")],
            "instance Some(\"http://[fd00:ec2::254]\")",
        ),
        (
            vec![("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://10.0.0.1/")],
            "instance Some(\"http://10.0.0.1/\")",
        ),
        (
            vec![off],
            "the host has no credentials: no variables, no container endpoint, and `AWS_EC2_METADATA_DISABLED` is set",
        ),
    ] {
        assert_eq!(find(&variables), expected, "{variables:?}");
    }
}

async fn container(
    script: Vec<Say>,
    authorization: Option<Authorization>,
) -> (Result<String, String>, Vec<String>) {
    let stranger = Stranger::who_says(script).await;
    let endpoint = Endpoint::Full(stranger.url().join("creds?x=1").unwrap().into());
    let found = Source::Container { endpoint, authorization }.credentials().await;
    let found =
        found.map(|credentials| credentials.access_key_id).map_err(|error| format!("{error} {error:?}"));
    (found, stranger.heard())
}

#[tokio::test]
async fn a_containers_endpoint_is_asked_with_its_token_and_up_to_three_times() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"Bearer canary").unwrap();
    let mut lines = tempfile::NamedTempFile::new().unwrap();
    lines.write_all(b"one\r\nx-evil: 1").unwrap();
    let mut large = tempfile::NamedTempFile::new().unwrap();
    large.write_all(&vec![b'a'; 70_000]).unwrap();
    let from = |file: &tempfile::NamedTempFile| Some(Authorization::File(file.path().to_owned()));
    let (given, broken) = (http(200, "", GIVEN), http(500, "", ""));
    let missing = r#"{"AccessKeyId":"ASIAHOST","SecretAccessKey":"canary-secret","Token":"canary-token"}"#;
    for (script, authorization, expected, requests) in [
        (vec![given.clone()], None, Ok("ASIAHOST"), 1),
        (vec![given.clone()], from(&file), Ok("ASIAHOST"), 1),
        (vec![broken.clone(), broken.clone(), given.clone()], None, Ok("ASIAHOST"), 3),
        (vec![broken], None, Err("answers 500"), 3),
        (vec![Say::Bytes(vec![])], None, Err("broke off"), 3),
        (vec![http(404, "", "")], None, Err("answers 404"), 1),
        (vec![http(200, "", "<html>")], None, Err("holds no credentials"), 1),
        (vec![http(200, "", missing)], None, Err("expected `Expiration`"), 1),
        (vec![http(200, "", &"x".repeat(70_000))], None, Err("more than 65536 bytes"), 3),
        (vec![http(302, "location: http://169.254.169.254/\r\n", "")], None, Err("redirects"), 3),
        (vec![given.clone()], from(&lines), Err("one line of plain text"), 0),
        (vec![given.clone()], from(&large), Err("larger than 64 KiB"), 0),
        (vec![given], Some(Authorization::File("/nowhere".into())), Err("`/nowhere`: No such file"), 0),
    ] {
        let is_file = matches!(authorization, Some(Authorization::File(_)));
        let (found, heard) = container(script, authorization).await;
        assert_eq!(heard.len(), requests, "{found:?}");
        match expected {
            Ok(id) => assert_eq!(found.as_deref(), Ok(id)),
            Err(part) => assert!(found.as_ref().unwrap_err().contains(part), "{found:?}"),
        }
        assert!(!format!("{found:?}").contains("canary"), "{found:?}");
        for request in heard {
            assert!(request.starts_with("GET /creds?x=1 HTTP/1.1\r\n"), "{request}");
            assert_eq!(request.contains("authorization: Bearer canary\r\n"), is_file, "{request}");
        }
    }
}

async fn instance(script: Vec<Say>) -> (Result<String, AmbientError>, Vec<String>) {
    let stranger = Stranger::who_says(script).await;
    let found = Source::Instance { endpoint: Some(stranger.url().into()) }.credentials().await;
    (found.map(|credentials| credentials.access_key_id), stranger.heard())
}

#[tokio::test]
async fn the_metadata_service_is_asked_in_its_second_version_and_no_other() {
    let (token, role) = (http(200, "", "canary-token"), http(200, "", "broker-role\n"));
    let given = http(200, "", &GIVEN.replacen('{', "{\"Code\":\"Success\",", 1));
    let failed = http(200, "", r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"no"}"#);
    let (found, heard) = instance(vec![token.clone(), role.clone(), given.clone()]).await;
    assert_eq!(found.unwrap(), "ASIAHOST");
    for (request, line, header) in [
        (&heard[0], "PUT /latest/api/token HTTP/1.1", "x-aws-ec2-metadata-token-ttl-seconds: 60"),
        (
            &heard[1],
            "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1",
            "x-aws-ec2-metadata-token: canary-token",
        ),
        (
            &heard[2],
            "GET /latest/meta-data/iam/security-credentials/broker-role HTTP/1.1",
            "x-aws-ec2-metadata-token: canary-token",
        ),
    ] {
        assert!(request.starts_with(line) && request.contains(header), "{request}");
    }
    for (script, expected, requests) in [
        (vec![http(403, "", ""), role.clone(), given.clone()], "answers 403", 1),
        (vec![http(404, "", ""), role.clone(), given.clone()], "answers 404", 1),
        (vec![http(200, "", "one\ntwo")], "a token that can stand in a header", 1),
        (vec![token.clone(), http(200, "", "../../user-data")], "the name of a role", 2),
        (vec![token.clone(), http(200, "", "..")], "the name of a role", 2),
        (vec![token.clone(), http(200, "", "")], "the name of a role", 2),
        (vec![token.clone(), http(401, "", "")], "answers 401", 2),
        (vec![token, role, failed], "answers 200: AssumeRoleUnauthorizedAccess", 3),
    ] {
        let (found, heard) = instance(script).await;
        let text = found.unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
        assert_eq!(heard.len(), requests, "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn a_metadata_service_is_at_an_address_and_not_at_a_name() {
    for endpoint in ["http://metadata.example/", "https://example.com", "ftp://127.0.0.1/", "nonsense"] {
        let found = Source::Instance { endpoint: Some(endpoint.to_owned()) }.credentials().await;
        assert!(found.is_err(), "{endpoint}");
    }
}
