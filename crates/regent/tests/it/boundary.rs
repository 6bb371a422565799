//! Permissions boundaries.

use crate::support::{Client, TestServer, allowing};

const BOUND: &str = "arn:aws:iam::123456789012:policy/bound";
const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// The kinds, and the members that name one. Groups have no boundary.
const HOLDERS: [(&str, &str); 2] = [("User", "UserName"), ("Role", "RoleName")];

/// Makes a holder named `x`.
async fn make(root: &Client, noun: &str) {
    match noun {
        "Role" => root.create_role("x").await,
        _ => drop(root.must("CreateUser", &[("UserName", "x")]).await),
    }
}

async fn boundaries_and_attachments(root: &Client, arn: &str) -> (String, String) {
    let shown = root.must("GetPolicy", &[("PolicyArn", arn)]).await;
    (shown.text("PermissionsBoundaryUsageCount"), shown.text("AttachmentCount"))
}

#[tokio::test]
async fn a_boundary_is_put_replaced_counted_and_deleted() {
    let root = TestServer::new().await.root();
    root.make_policy("bound", "s3:*").await;
    for (noun, member) in HOLDERS {
        make(&root, noun).await;
        let (put, delete) =
            (format!("Put{noun}PermissionsBoundary"), format!("Delete{noun}PermissionsBoundary"));
        for arn in [BOUND, ADMIN, BOUND, BOUND] {
            root.must(&put, &[(member, "x"), ("PermissionsBoundary", arn)]).await;
        }
        assert_eq!(boundaries_and_attachments(&root, BOUND).await, ("1".into(), "0".into()), "{noun}");
        assert_eq!(boundaries_and_attachments(&root, ADMIN).await, ("0".into(), "0".into()), "{noun}");
        let in_use = "409 DeleteConflict: Cannot delete a policy attached to entities.";
        root.answers("DeletePolicy", &[("PolicyArn", BOUND)], in_use).await;
        root.must(&delete, &[(member, "x")]).await;
        root.must(&delete, &[(member, "x")]).await;
        assert_eq!(boundaries_and_attachments(&root, BOUND).await, ("0".into(), "0".into()), "{noun}");
    }
    root.must("DeletePolicy", &[("PolicyArn", BOUND)]).await;
}

#[tokio::test]
async fn a_user_shows_its_boundary_alone_and_not_in_listings() {
    let root = TestServer::new().await.root();
    root.make_policy("bound", "s3:*").await;
    let made = root.must("CreateUser", &[("UserName", "x"), ("PermissionsBoundary", BOUND)]).await;
    let boundary = ["PermissionsBoundaryType", "PermissionsBoundaryArn"];
    for shown in [made, root.must("GetUser", &[("UserName", "x")]).await] {
        assert_eq!(shown.children("PermissionsBoundary"), boundary);
        assert_eq!(shown.text("PermissionsBoundaryType"), "Policy");
        assert_eq!(shown.text("PermissionsBoundaryArn"), BOUND);
    }
    assert_eq!(root.must("ListUsers", &[]).await.find("PermissionsBoundary"), None);
    root.must("DeleteUserPermissionsBoundary", &[("UserName", "x")]).await;
    assert_eq!(root.must("GetUser", &[("UserName", "x")]).await.find("PermissionsBoundary"), None);
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_words_of_iam() {
    let root = TestServer::new().await.root();
    for (noun, member) in HOLDERS {
        make(&root, noun).await;
        let (put, delete) =
            (format!("Put{noun}PermissionsBoundary"), format!("Delete{noun}PermissionsBoundary"));
        let no_holder =
            format!("404 NoSuchEntity: The {} with name nobody cannot be found.", noun.to_lowercase());
        root.answers(&put, &[(member, "nobody"), ("PermissionsBoundary", ADMIN)], &no_holder).await;
        root.answers(&delete, &[(member, "nobody")], &no_holder).await;
        for arn in ["longpolicynamebutnoarn", "arn:aws:iam::123456789012:not_a_policy/invalid"] {
            let invalid = format!("400 InvalidInput: ARN {arn} is not valid.");
            root.answers(&put, &[(member, "x"), ("PermissionsBoundary", arn)], &invalid).await;
        }
        for arn in [
            "arn:aws:iam::123456789012:policy/nothing",
            "arn:aws:iam::111111111111:policy/bound",
            "arn:aws-cn:iam::aws:policy/AdministratorAccess",
        ] {
            let missing = format!("404 NoSuchEntity: Scope ARN: {arn} does not exist or is not attachable.");
            root.answers(&put, &[(member, "x"), ("PermissionsBoundary", arn)], &missing).await;
        }
        let service = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy";
        let refused = "400 PolicyNotAttachable: Cannot use a Service Role Policy as a permissions boundary.";
        root.answers(&put, &[(member, "x"), ("PermissionsBoundary", service)], refused).await;
    }
}

#[tokio::test]
async fn a_boundary_limits_what_policies_grant_and_follows_its_default_version() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.make_policy("bound", "iam:ListGroups").await;
    root.must("AttachUserPolicy", &[("UserName", "ana"), ("PolicyArn", ADMIN)]).await;
    root.must("PutUserPermissionsBoundary", &[("UserName", "ana"), ("PermissionsBoundary", BOUND)]).await;
    ana.must("ListGroups", &[]).await;
    let denied = "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::123456789012:user/ because no permissions boundary allows the iam:ListUsers action";
    ana.answers("ListUsers", &[], denied).await;
    let wider = allowing("iam:ListUsers");
    let version = [("PolicyArn", BOUND), ("PolicyDocument", &*wider), ("SetAsDefault", "true")];
    root.must("CreatePolicyVersion", &version).await;
    ana.must("ListUsers", &[]).await;
    assert_eq!(ana.iam("ListGroups", &[]).await.status, 403);
    root.must("DeleteUserPermissionsBoundary", &[("UserName", "ana")]).await;
    ana.must("ListGroups", &[]).await;
}

#[tokio::test]
async fn an_administrator_can_be_held_to_making_bounded_users() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.make_policy("bound", "s3:*").await;
    root.make_policy("wide", "*").await;
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["iam:CreateUser","iam:PutUserPermissionsBoundary","iam:DeleteUserPermissionsBoundary",
                "iam:AttachUserPolicy","iam:DetachUserPolicy","iam:PutUserPolicy","iam:DeleteUserPolicy"],"Resource":"*",
             "Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::123456789012:policy/bound"}}},
            {"Effect":"Deny","Action":"iam:DeleteUserPermissionsBoundary","Resource":"*"}]}"#,
    )
    .await;
    let denied = |action: &str, user: &str, reason: &str| {
        let arn = "arn:aws:iam::123456789012:user";
        format!(
            "403 AccessDenied: User: {arn}/ana is not authorized to perform: iam:{action} on resource: {arn}/{user} {reason}"
        )
    };
    let silent = |action: &str| format!("because no identity-based policy allows the iam:{action} action");
    let (user, bound) = (("UserName", "x"), ("PermissionsBoundary", BOUND));
    let wide = ("PermissionsBoundary", "arn:aws:iam::123456789012:policy/wide");
    let (policy, name) = (("PolicyArn", ADMIN), ("PolicyName", "p"));
    let document = allowing("s3:*");
    let document = ("PolicyDocument", &*document);
    for params in [&[user][..], &[user, wide]] {
        ana.answers("CreateUser", params, &denied("CreateUser", "x", &silent("CreateUser"))).await;
    }
    ana.must("CreateUser", &[user, bound]).await;
    ana.must("PutUserPermissionsBoundary", &[user, bound]).await;
    let put = "PutUserPermissionsBoundary";
    ana.answers(put, &[user, wide], &denied(put, "x", &silent(put))).await;
    let delete = "DeleteUserPermissionsBoundary";
    let explicit = "with an explicit deny in an identity-based policy";
    ana.answers(delete, &[user], &denied(delete, "x", explicit)).await;
    // What is asked of the bounded user is refused for the unbounded one.
    root.must("CreateUser", &[("UserName", "y")]).await;
    for (action, more) in [
        ("AttachUserPolicy", &[policy][..]),
        ("DetachUserPolicy", &[policy]),
        ("PutUserPolicy", &[name, document]),
        ("DeleteUserPolicy", &[name]),
    ] {
        ana.must(action, &[&[user], more].concat()).await;
        let refusal = denied(action, "y", &silent(action));
        ana.answers(action, &[&[("UserName", "y")], more].concat(), &refusal).await;
    }
}
