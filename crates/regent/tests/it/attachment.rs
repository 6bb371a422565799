//! Managed policies attached to users, groups and roles: the same rules, three times.

use crate::support::{Client, TestServer, allowing};

const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// The kinds, and the members that name one.
const HOLDERS: [(&str, &str); 3] = [("User", "UserName"), ("Group", "GroupName"), ("Role", "RoleName")];

/// Makes a holder named `x`.
async fn make(root: &Client, noun: &str, member: &str) {
    match noun {
        "Role" => root.create_role("x").await,
        noun => drop(root.must(&format!("Create{noun}"), &[(member, "x")]).await),
    }
}

async fn attached(root: &Client, noun: &str, member: &str) -> Vec<String> {
    root.must(&format!("ListAttached{noun}Policies"), &[(member, "x")]).await.all("PolicyArn")
}

#[tokio::test]
async fn attaching_twice_is_no_error_and_detaching_twice_is() {
    let root = TestServer::new().await.root();
    let own = root.make_policy("own", "s3:GetObject").await;
    for (noun, member) in HOLDERS {
        make(&root, noun, member).await;
        let (attach, detach) = (format!("Attach{noun}Policy"), format!("Detach{noun}Policy"));
        for arn in [&*own, READ_ONLY, &own] {
            root.must(&attach, &[(member, "x"), ("PolicyArn", arn)]).await;
        }
        assert_eq!(attached(&root, noun, member).await, [&own, READ_ONLY]);
        let listed = root.must(&format!("ListAttached{noun}Policies"), &[(member, "x")]).await;
        assert_eq!(listed.children("member"), ["PolicyName", "PolicyArn"]);
        assert_eq!(listed.all("PolicyName"), ["own", "ReadOnlyAccess"]);
        root.must(&detach, &[(member, "x"), ("PolicyArn", &own)]).await;
        assert_eq!(attached(&root, noun, member).await, [READ_ONLY]);
        let gone = format!("404 NoSuchEntity: Policy {own} was not found.");
        root.answers(&detach, &[(member, "x"), ("PolicyArn", &own)], &gone).await;
    }
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_words_of_iam() {
    let root = TestServer::new().await.root();
    root.must("CreatePolicy", &[("PolicyName", "p"), ("Path", "/a/"), ("PolicyDocument", &allowing("s3:*"))])
        .await;
    for (noun, member) in HOLDERS {
        make(&root, noun, member).await;
        let (attach, detach) = (format!("Attach{noun}Policy"), format!("Detach{noun}Policy"));
        let no_holder =
            format!("404 NoSuchEntity: The {} with name nobody cannot be found.", noun.to_lowercase());
        for action in [&attach, &detach, &format!("ListAttached{noun}Policies")] {
            root.answers(action, &[(member, "nobody"), ("PolicyArn", READ_ONLY)], &no_holder).await;
        }
        for arn in [
            "longpolicynamebutnoarn",
            "arn:aws:iam::123456789012:user/x",
            "arn:aws:iam::123456789012:policy/",
            "arn:aws:iam:us-east-1:123456789012:policy/p",
        ] {
            let invalid = format!("400 ValidationError: ARN {arn} is not valid.");
            root.answers(&attach, &[(member, "x"), ("PolicyArn", arn)], &invalid).await;
            root.answers(&detach, &[(member, "x"), ("PolicyArn", arn)], &invalid).await;
        }
        for arn in [
            "arn:aws:iam::123456789012:policy/nothing",
            "arn:aws:iam::123456789012:policy/p",
            "arn:aws:iam::123456789012:policy/a/P",
            "arn:aws:iam::111111111111:policy/a/p",
            "arn:aws-cn:iam::123456789012:policy/a/p",
            "arn:aws-cn:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::aws:policy/Nothing",
            "arn:aws:iam::aws:policy/job-function/ReadOnlyAccess",
        ] {
            let missing = format!("404 NoSuchEntity: Policy {arn} does not exist or is not attachable.");
            root.answers(&attach, &[(member, "x"), ("PolicyArn", arn)], &missing).await;
            let unattached = format!("404 NoSuchEntity: Policy {arn} was not found.");
            root.answers(&detach, &[(member, "x"), ("PolicyArn", arn)], &unattached).await;
        }
        let service = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy";
        let refused =
            format!("400 PolicyNotAttachable: Cannot attach a Service Role Policy to a Customer {noun}.");
        root.answers(&attach, &[(member, "x"), ("PolicyArn", service)], &refused).await;
        assert_eq!(attached(&root, noun, member).await, [""; 0]);
    }
}

#[tokio::test]
async fn ten_policies_can_be_attached() {
    let root = TestServer::new().await.root();
    let mut arns = Vec::new();
    for number in 0..=10 {
        arns.push(root.make_policy(&format!("policy-{number:02}"), "s3:GetObject").await);
    }
    for (noun, member) in HOLDERS {
        make(&root, noun, member).await;
        let attach = format!("Attach{noun}Policy");
        let (last, first) = arns.split_last().unwrap();
        for arn in first {
            root.must(&attach, &[(member, "x"), ("PolicyArn", arn)]).await;
        }
        let full = format!("409 LimitExceeded: Cannot exceed quota for PoliciesPer{noun}: 10");
        root.answers(&attach, &[(member, "x"), ("PolicyArn", last)], &full).await;
        root.must(&attach, &[(member, "x"), ("PolicyArn", &first[0])]).await;
        root.must(&format!("Detach{noun}Policy"), &[(member, "x"), ("PolicyArn", &first[0])]).await;
        root.must(&attach, &[(member, "x"), ("PolicyArn", last)]).await;
        assert_eq!(attached(&root, noun, member).await, arns[1..]);
    }
}

#[tokio::test]
async fn attached_policies_are_listed_by_name_and_path_in_pages() {
    let root = TestServer::new().await.root();
    let document = allowing("s3:GetObject");
    for (name, path) in [("b", "/x/y/"), ("A", "/x/"), ("ReadOnlyAccess", "/x/")] {
        root.must("CreatePolicy", &[("PolicyName", name), ("Path", path), ("PolicyDocument", &document)])
            .await;
    }
    let own = |name: &str| format!("arn:aws:iam::123456789012:policy/x/{name}");
    for (noun, member) in HOLDERS {
        make(&root, noun, member).await;
        let arns = [READ_ONLY, &own("y/b"), &own("ReadOnlyAccess"), &own("A")];
        for arn in arns {
            root.must(&format!("Attach{noun}Policy"), &[(member, "x"), ("PolicyArn", arn)]).await;
        }
        let listing = format!("ListAttached{noun}Policies");
        let pages = root.pages(&listing, &[(member, "x")], 1, "PolicyArn").await;
        assert_eq!(pages.concat(), [&own("A"), &own("y/b"), &own("ReadOnlyAccess"), READ_ONLY]);
        assert_eq!(pages.len(), 4);
        for (prefix, count) in [("/", 4), ("/x/", 3), ("/x/y/", 1), ("/y/", 0)] {
            let listed = root.must(&listing, &[(member, "x"), ("PathPrefix", prefix)]).await;
            assert_eq!(listed.all("PolicyArn").len(), count, "{prefix}");
        }
    }
}

#[tokio::test]
async fn a_denial_names_the_managed_policy_that_denies() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let denying = allowing("iam:ListUsers").replace("Allow", "Deny");
    root.must("CreatePolicy", &[("PolicyName", "no"), ("PolicyDocument", &denying)]).await;
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    root.must("AttachUserPolicy", &[("UserName", "ana"), ("PolicyArn", admin)]).await;
    ana.must("ListUsers", &[]).await;
    let no = "arn:aws:iam::123456789012:policy/no";
    root.must("AttachUserPolicy", &[("UserName", "ana"), ("PolicyArn", no)]).await;
    let denied = "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::123456789012:user/ with an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/no";
    ana.answers("ListUsers", &[], denied).await;
    root.must("DetachUserPolicy", &[("UserName", "ana"), ("PolicyArn", no)]).await;
    ana.must("ListUsers", &[]).await;
}

#[tokio::test]
async fn who_may_attach_one_policy_may_not_attach_another() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let (good, bad) = (root.make_policy("good", "s3:Get*").await, root.make_policy("bad", "s3:*").await);
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:Attach*","iam:Detach*"],"Resource":"*",
            "Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::123456789012:policy/good"}}}}"#,
    )
    .await;
    for (noun, member) in HOLDERS {
        make(&root, noun, member).await;
        for verb in ["Attach", "Detach"] {
            let action = format!("{verb}{noun}Policy");
            ana.must(&action, &[(member, "x"), ("PolicyArn", &good)]).await;
            let word = noun.to_lowercase();
            let denied = format!(
                "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:{action} on resource: arn:aws:iam::123456789012:{word}/x because no identity-based policy allows the iam:{action} action"
            );
            ana.answers(&action, &[(member, "x"), ("PolicyArn", &bad)], &denied).await;
        }
    }
}
