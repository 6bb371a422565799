//! Users.

use crate::support::TestServer;

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    let root = TestServer::new().await.root();
    root.must("CreateUser", &[("UserName", "ana")]).await;
    let answer = root.iam("CreateUser", &[("UserName", "ANA")]).await;
    assert_eq!(answer.shape(), "409 EntityAlreadyExists: User with name ANA already exists.");
}

#[tokio::test]
async fn a_renamed_user_is_the_same_user() {
    let server = TestServer::new().await;
    let root = server.root();
    let ana = server.user("ana").await;
    let id = root.must("GetUser", &[("UserName", "ana")]).await.text("UserId");
    root.must("UpdateUser", &[("UserName", "ana"), ("NewUserName", "eva"), ("NewPath", "/dev/")]).await;
    let identity = ana.sts("GetCallerIdentity", &[]).await;
    assert_eq!(identity.text("Arn"), "arn:aws:iam::123456789012:user/dev/eva");
    assert_eq!(identity.text("UserId"), id);
    let gone = root.iam("GetUser", &[("UserName", "ana")]).await;
    assert_eq!(gone.shape(), "404 NoSuchEntity: The user with name ana cannot be found.");
}

#[tokio::test]
async fn who_asks_without_a_name_is_shown_itself() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let shown = root.must("GetUser", &[]).await;
    assert_eq!(shown.children("User"), ["UserId", "Arn", "CreateDate"]);
    assert_eq!(shown.text("UserId"), "123456789012");
    assert_eq!(shown.text("Arn"), "arn:aws:iam::123456789012:root");
    let own = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}"}}"#;
    root.allow("ana", own).await;
    let shown = ana.must("GetUser", &[]).await;
    assert_eq!(shown.children("User"), ["Path", "UserName", "UserId", "Arn", "CreateDate"]);
    assert_eq!(shown.text("UserName"), "ana");
}
