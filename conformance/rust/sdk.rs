//! The Rust SDK, unmodified, against the server that `conformance/run` started.

#![expect(clippy::disallowed_methods, reason = "a client is a stranger with a clock of its own")]

use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_iam::operation::create_user::CreateUserError;
use aws_sdk_iam::operation::get_user::GetUserError;
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_async::time::StaticTimeSource;

/// What the SDK reads from environment and files, with root's keys of one of the accounts.
async fn root(profile: &str) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().build_http();
    aws_config::defaults(BehaviorVersion::latest()).http_client(http).profile_name(profile).load().await
}

fn with(config: &SdkConfig, credentials: SharedCredentialsProvider) -> SdkConfig {
    config.clone().into_builder().credentials_provider(credentials).build()
}

async fn arn(config: &SdkConfig) -> String {
    let identity = aws_sdk_sts::Client::new(config).get_caller_identity().send().await.unwrap();
    identity.arn.unwrap()
}

/// A user of the development account with an access key, who may take every role.
async fn user(name: &str) -> SdkConfig {
    let root = root("development").await;
    let iam = aws_sdk_iam::Client::new(&root);
    iam.create_user().user_name(name).send().await.unwrap();
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}"#;
    iam.put_user_policy().user_name(name).policy_name("own").policy_document(policy).send().await.unwrap();
    let key = iam.create_access_key().user_name(name).send().await.unwrap().access_key.unwrap();
    let credentials = Credentials::new(key.access_key_id, key.secret_access_key, None, None, "created");
    with(&root, SharedCredentialsProvider::new(credentials))
}

#[tokio::test]
async fn each_account_has_its_root_user() {
    for (profile, expected) in
        [("production", "arn:aws:iam::111122223333:root"), ("development", "arn:aws:iam::444455556666:root")]
    {
        assert_eq!(arn(&root(profile).await).await, expected);
    }
}

#[tokio::test]
async fn a_provider_takes_a_role_of_the_other_account() {
    let production = root("production").await;
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "444455556666"},
        "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "acme-42"}}}}"#;
    aws_sdk_iam::Client::new(&production)
        .create_role()
        .role_name("UpdateAPP")
        .assume_role_policy_document(trust)
        .send()
        .await
        .unwrap();
    let developer = user("Ana").await;

    let take = |external_id: &str| {
        AssumeRoleProvider::builder("arn:aws:iam::111122223333:role/UpdateAPP")
            .session_name("Ana")
            .external_id(external_id)
            .configure(&developer)
            .build_from_provider(developer.credentials_provider().unwrap())
    };
    let provider = take("acme-42").await;
    let session = with(&developer, SharedCredentialsProvider::new(provider));
    assert_eq!(arn(&session).await, "arn:aws:sts::111122223333:assumed-role/UpdateAPP/Ana");

    let refused = aws_sdk_iam::Client::new(&session).list_users().send().await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"));
    assert_eq!(
        refused.message(),
        Some(
            "User: arn:aws:sts::111122223333:assumed-role/UpdateAPP/Ana is not authorized to perform: iam:ListUsers \
             on resource: arn:aws:iam::111122223333:user/ because no identity-based policy allows the \
             iam:ListUsers action"
        )
    );

    let stranger = with(&developer, SharedCredentialsProvider::new(take("acme-43").await));
    let refused = aws_sdk_sts::Client::new(&stranger).get_caller_identity().send().await.unwrap_err();
    let chain = format!("{refused:?}");
    let expected = "User: arn:aws:iam::444455556666:user/Ana is not authorized to perform: sts:AssumeRole on \
         resource: arn:aws:iam::111122223333:role/UpdateAPP";
    assert!(chain.contains(expected), "{chain}");
}

#[tokio::test]
async fn a_chained_role_is_cut_at_an_hour() {
    let production = root("production").await;
    let iam = aws_sdk_iam::Client::new(&production);
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"},
        "Action": "sts:AssumeRole"}}"#;
    iam.create_role()
        .role_name("ReleaseAPP")
        .assume_role_policy_document(trust)
        .max_session_duration(43_200)
        .send()
        .await
        .unwrap();
    let developer = user("Eva").await;
    let take = |config: &SdkConfig, secs| {
        aws_sdk_sts::Client::new(config)
            .assume_role()
            .role_arn("arn:aws:iam::111122223333:role/ReleaseAPP")
            .role_session_name("Eva")
            .duration_seconds(secs)
            .send()
    };
    let long = take(&developer, 43_200).await.unwrap();
    let granted = long.credentials.unwrap();
    let credentials = Credentials::new(
        granted.access_key_id,
        granted.secret_access_key,
        Some(granted.session_token),
        Some(granted.expiration.try_into().unwrap()),
        "assumed",
    );
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}"#;
    iam.put_role_policy()
        .role_name("ReleaseAPP")
        .policy_name("own")
        .policy_document(policy)
        .send()
        .await
        .unwrap();
    let session = with(&developer, SharedCredentialsProvider::new(credentials));
    let refused = take(&session, 3601).await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationError"));
    assert_eq!(
        refused.message(),
        Some(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )
    );
    take(&session, 3600).await.unwrap();
}

#[tokio::test]
async fn errors_have_the_types_of_the_model() {
    let iam = aws_sdk_iam::Client::new(&root("production").await);
    iam.create_user().user_name("typed").send().await.unwrap();
    let exists = iam.create_user().user_name("typed").send().await.unwrap_err().into_service_error();
    let CreateUserError::EntityAlreadyExistsException(exists) = exists else { panic!("{exists:?}") };
    assert_eq!(exists.message(), Some("User with name typed already exists."));
    let missing = iam.get_user().user_name("nobody").send().await.unwrap_err().into_service_error();
    let GetUserError::NoSuchEntityException(missing) = missing else { panic!("{missing:?}") };
    assert_eq!(missing.message(), Some("The user with name nobody cannot be found."));
}

#[tokio::test]
async fn users_come_in_pages_without_gap_or_repetition() {
    let iam = aws_sdk_iam::Client::new(&root("production").await);
    let names: Vec<String> = (0..7).map(|n| format!("page-{n}")).collect();
    for name in &names {
        iam.create_user().user_name(name).path("/pages/").send().await.unwrap();
    }
    let mut pages = iam.list_users().path_prefix("/pages/").into_paginator().page_size(3).send();
    let (mut sizes, mut seen) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.users.len());
        seen.extend(page.users.into_iter().map(|user| user.user_name));
    }
    assert_eq!((sizes, seen), (vec![3, 3, 1], names));
}

/// It signs again by the `Date` of the refused answer.
#[tokio::test]
async fn a_wrong_clock_is_corrected() {
    let right = root("production").await;
    let off = Duration::from_secs(20 * 60);
    for wrong in [SystemTime::now() - off, SystemTime::now() + off] {
        let config = right.clone().into_builder().time_source(StaticTimeSource::new(wrong)).build();
        assert_eq!(arn(&config).await, "arn:aws:iam::111122223333:root");
    }
}

/// Without the second attempt it tells what is wrong.
#[tokio::test]
async fn a_wrong_clock_is_named() {
    let wrong = StaticTimeSource::new(SystemTime::now() - Duration::from_secs(20 * 60));
    let config = root("production").await.into_builder().time_source(wrong);
    let config = config.retry_config(RetryConfig::disabled()).build();
    let refused = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.unwrap_err();
    assert_eq!(refused.code(), Some("SignatureDoesNotMatch"));
    let message = refused.message().unwrap_or_default();
    assert!(message.starts_with("Signature expired: ") && message.ends_with(" - 15 min.)"), "{message}");
}
