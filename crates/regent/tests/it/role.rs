//! Roles.

use crate::support::{ACCOUNT, Client, TestServer, allowing, escape, trusting};

const ROLE: (&str, &str) = ("RoleName", "deploy");
const ARN: &str = "arn:aws:iam::123456789012:role/deploy";
const BOUND: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const NO_ROLE: &str = "404 NoSuchEntity: The role with name nobody cannot be found.";

fn denied(action: &str, arn: &str) -> String {
    format!(
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:{action} on resource: {arn} because no identity-based policy allows the iam:{action} action"
    )
}

#[tokio::test]
async fn every_answer_shows_as_much_of_a_role_as_it_should() {
    let root = TestServer::new().await.root();
    let trust = trusting(ACCOUNT);
    let made = root
        .must(
            "CreateRole",
            &[
                ROLE,
                ("Path", "/ci/"),
                ("AssumeRolePolicyDocument", &trust),
                ("Description", "Deploys"),
                ("MaxSessionDuration", "43200"),
                ("PermissionsBoundary", BOUND),
                ("Tags.member.1.Key", "team"),
                ("Tags.member.1.Value", "build"),
            ],
        )
        .await;
    let bare = ["Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"];
    let held = ["PermissionsBoundary", "Tags"];
    let settings = ["Description", "MaxSessionDuration"];
    assert_eq!(made.children("Role"), [&bare[..], &held].concat());
    assert_eq!(made.text("Arn"), "arn:aws:iam::123456789012:role/ci/deploy");
    assert_eq!(made.text("AssumeRolePolicyDocument"), escape(&trust));
    assert_eq!(made.text("CreateDate"), "2026-11-21T12:00:00Z");
    let shown = root.must("GetRole", &[ROLE]).await;
    assert_eq!(shown.children("Role"), [&bare[..], &settings, &held, &["RoleLastUsed"]].concat());
    assert_eq!(shown.text("RoleId"), made.text("RoleId"));
    assert_eq!(
        (shown.text("Description"), shown.text("MaxSessionDuration")),
        ("Deploys".into(), "43200".into())
    );
    assert_eq!(
        (shown.text("PermissionsBoundaryType"), shown.text("PermissionsBoundaryArn")),
        ("Policy".into(), BOUND.into())
    );
    assert_eq!(shown.children("RoleLastUsed"), [""; 0]);
    let listed = root.must("ListRoles", &[]).await;
    assert_eq!(listed.children("member"), [&bare[..], &settings].concat());
    let described = root.must("UpdateRoleDescription", &[ROLE, ("Description", "x")]).await;
    assert_eq!(described.children("Role"), [&bare[..], &["Description"]].concat());
    assert_eq!(described.text("Description"), "x");
    // What was never given is not there.
    let plain = root.must("CreateRole", &[("RoleName", "plain"), ("AssumeRolePolicyDocument", &trust)]).await;
    assert_eq!(plain.children("Role"), bare);
    let plain = root.must("GetRole", &[("RoleName", "plain")]).await;
    assert_eq!(plain.children("Role"), [&bare[..], &["MaxSessionDuration", "RoleLastUsed"]].concat());
    assert_eq!(plain.text("MaxSessionDuration"), "3600");
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let root = TestServer::new().await.root();
    root.create_role("deploy").await;
    for (params, description, secs) in [
        (&[("Description", "Deploys")][..], Some("Deploys"), "3600"),
        (&[("MaxSessionDuration", "7200")], Some("Deploys"), "7200"),
        (&[], Some("Deploys"), "7200"),
        (&[("Description", "")], None, "7200"),
        (&[("Description", "x"), ("MaxSessionDuration", "3600")], Some("x"), "3600"),
    ] {
        let updated = root.must("UpdateRole", &[&[ROLE], params].concat()).await;
        assert!(updated.body.contains("<UpdateRoleResult"), "{}", updated.body);
        let shown = root.must("GetRole", &[ROLE]).await;
        assert_eq!(shown.find("Description").as_deref(), description, "{params:?}");
        assert_eq!(shown.text("MaxSessionDuration"), secs, "{params:?}");
    }
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_words_of_iam() {
    let root = TestServer::new().await.root();
    root.create_role("deploy").await;
    let trust = trusting(ACCOUNT);
    let (nobody, new) = (("RoleName", "nobody"), ("RoleName", "new"));
    let (trust, tag) = (("AssumeRolePolicyDocument", &*trust), ("Tags.member.1.Value", "v"));
    let path = |path| ("Path", path);
    let boundary = |arn| ("PermissionsBoundary", arn);
    let duplicate =
        [("Tags.member.1.Key", "a"), tag, ("Tags.member.2.Key", "A"), ("Tags.member.2.Value", "v")];
    let twice = "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    for (action, params, shape) in [
        (
            "CreateRole",
            vec![("RoleName", "DEPLOY"), trust],
            "409 EntityAlreadyExists: Role with name DEPLOY already exists.",
        ),
        ("CreateRole", [&[new, trust][..], &duplicate].concat(), twice),
        ("TagRole", [&[ROLE][..], &duplicate].concat(), twice),
        (
            "CreateRole",
            vec![new, trust, boundary("arn:aws:iam::123456789012:role/x")],
            "400 InvalidInput: ARN arn:aws:iam::123456789012:role/x is not valid.",
        ),
        (
            "CreateRole",
            vec![new, trust, boundary("arn:aws:iam::aws:policy/Nothing")],
            "404 NoSuchEntity: Scope ARN: arn:aws:iam::aws:policy/Nothing does not exist or is not attachable.",
        ),
        (
            "CreateRole",
            vec![new, trust, path("/aws-service-role/ecs.amazonaws.com/")],
            "400 InvalidInput: Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles",
        ),
        (
            "CreateRole",
            vec![new, trust, path("/aws-reserved/sso.amazonaws.com/")],
            "400 InvalidInput: Path prefix '/aws-reserved/' can only be used by AWS",
        ),
        (
            "CreateRole",
            vec![new, trust, ("MaxSessionDuration", "3599")],
            "400 ValidationError: 1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600",
        ),
        (
            "UpdateRole",
            vec![ROLE, ("MaxSessionDuration", "43201")],
            "400 ValidationError: 1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200",
        ),
        ("GetRole", vec![nobody], NO_ROLE),
        (
            "GetRole",
            vec![("RoleName", "Deploy")],
            "404 NoSuchEntity: The role with name Deploy cannot be found.",
        ),
        ("DeleteRole", vec![nobody], NO_ROLE),
        ("UpdateRole", vec![nobody], NO_ROLE),
        ("UpdateRole", vec![nobody, ("MaxSessionDuration", "3600")], NO_ROLE),
        ("UpdateRoleDescription", vec![nobody, ("Description", "x")], NO_ROLE),
        ("UpdateAssumeRolePolicy", vec![nobody, ("PolicyDocument", trust.1)], NO_ROLE),
        ("TagRole", vec![nobody, ("Tags.member.1.Key", "a"), tag], NO_ROLE),
        ("UntagRole", vec![nobody, ("TagKeys.member.1", "a")], NO_ROLE),
        ("ListRoleTags", vec![nobody], NO_ROLE),
        ("ListRoles", vec![("Marker", "garbage")], "400 ValidationError: Invalid Marker."),
        ("ListRoleTags", vec![ROLE, ("Marker", "garbage")], "400 ValidationError: Invalid Marker."),
    ] {
        root.answers(action, &params, shape).await;
    }
    assert_eq!(root.must("ListRoles", &[]).await.all("RoleName"), ["deploy"]);
}

#[tokio::test]
async fn a_role_is_deleted_once_it_has_no_policies() {
    let root = TestServer::new().await.root();
    root.create_role("deploy").await;
    root.allow_role("deploy", &allowing("s3:*")).await;
    let policy = ("PolicyArn", BOUND);
    root.must("AttachRolePolicy", &[ROLE, policy]).await;
    let refused = |what: &str| format!("409 DeleteConflict: Cannot delete entity, {what} first.");
    root.answers("DeleteRole", &[ROLE], &refused("must detach all policies")).await;
    root.must("DetachRolePolicy", &[ROLE, policy]).await;
    root.answers("DeleteRole", &[ROLE], &refused("must delete policies")).await;
    root.must("DeleteRolePolicy", &[ROLE, ("PolicyName", "test")]).await;
    // A boundary holds nothing up.
    root.must("PutRolePermissionsBoundary", &[ROLE, ("PermissionsBoundary", BOUND)]).await;
    root.must("DeleteRole", &[ROLE]).await;
    root.answers("DeleteRole", &[ROLE], "404 NoSuchEntity: The role with name deploy cannot be found.").await;
}

#[tokio::test]
async fn roles_are_listed_by_name_and_path_in_pages() {
    let root = TestServer::new().await.root();
    let trust = trusting(ACCOUNT);
    for (name, path) in [("b", "/x/"), ("A", "/x/y/"), ("e", "/"), ("C", "/x/"), ("d", "/z/")] {
        root.must("CreateRole", &[("RoleName", name), ("Path", path), ("AssumeRolePolicyDocument", &trust)])
            .await;
    }
    let pages = root.pages("ListRoles", &[], 2, "RoleName").await;
    assert_eq!(pages, [vec!["A", "b"], vec!["C", "d"], vec!["e"]]);
    for (prefix, names) in [("/x/", "A b C"), ("/x/y/", "A"), ("/", "A b C d e"), ("/y/", "")] {
        let listed = root.must("ListRoles", &[("PathPrefix", prefix)]).await;
        assert_eq!(listed.all("RoleName").join(" "), names, "{prefix}");
    }
}

#[tokio::test]
async fn an_account_has_a_thousand_roles_at_most() {
    let root = TestServer::new().await.root();
    for number in 0..1000 {
        root.create_role(&format!("r{number}")).await;
    }
    let trust = trusting(ACCOUNT);
    let full = "409 LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000";
    root.answers("CreateRole", &[ROLE, ("AssumeRolePolicyDocument", &trust)], full).await;
}

#[tokio::test]
async fn a_tag_is_replaced_by_one_that_differs_in_case_alone() {
    let root = TestServer::new().await.root();
    root.create_role("deploy").await;
    for (key, value) in [("Team", "a"), ("stage", "test"), ("TEAM", "b")] {
        root.must("TagRole", &[ROLE, ("Tags.member.1.Key", key), ("Tags.member.1.Value", value)]).await;
    }
    let listed = root.must("ListRoleTags", &[ROLE]).await;
    assert_eq!(
        (listed.all("Key").join(" "), listed.all("Value").join(" ")),
        ("TEAM stage".into(), "b test".into())
    );
    root.must("UntagRole", &[ROLE, ("TagKeys.member.1", "team"), ("TagKeys.member.2", "nothing")]).await;
    assert_eq!(root.must("ListRoleTags", &[ROLE]).await.all("Key"), ["stage"]);
}

#[tokio::test]
async fn a_role_has_fifty_tags_at_most_and_they_are_listed_in_pages() {
    let root = TestServer::new().await.root();
    root.create_role("deploy").await;
    for number in 0..50 {
        let key = format!("k{number:02}");
        root.must("TagRole", &[ROLE, ("Tags.member.1.Key", &key), ("Tags.member.1.Value", "v")]).await;
    }
    let full = "409 LimitExceeded: The number of tags has reached the maximum limit.";
    let (value, reserved) = (("Tags.member.1.Value", "v"), ("Tags.member.1.Key", "AWS:x"));
    root.answers("TagRole", &[ROLE, ("Tags.member.1.Key", "k50"), value], full).await;
    root.must("TagRole", &[ROLE, ("Tags.member.1.Key", "K49"), value]).await;
    assert_eq!(root.iam("TagRole", &[ROLE, reserved, value]).await.status, 400);
    let pages = root.pages("ListRoleTags", &[ROLE], 20, "Key").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 10]);
    assert_eq!(pages.concat().len(), 50);
}

#[tokio::test]
async fn when_a_role_was_last_used_is_shown_and_forgotten_with_it() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.allow("ana", &allowing("sts:AssumeRole")).await;
    root.create_role("deploy").await;
    let session = ana.assume(ARN, "one", &[]).await.unwrap();
    // To be assumed is not to be used.
    assert_eq!(root.must("GetRole", &[ROLE]).await.children("RoleLastUsed"), [""; 0]);
    server.advance(90);
    session.sts("GetCallerIdentity", &[]).await;
    let shown = root.must("GetRole", &[ROLE]).await;
    assert_eq!(shown.children("RoleLastUsed"), ["LastUsedDate", "Region"]);
    assert_eq!(
        (shown.text("LastUsedDate"), shown.text("Region")),
        ("2026-11-21T12:01:30Z".into(), "us-east-1".into())
    );
    root.must("DeleteRole", &[ROLE]).await;
    root.create_role("deploy").await;
    assert_eq!(root.must("GetRole", &[ROLE]).await.children("RoleLastUsed"), [""; 0]);
}

#[tokio::test]
async fn making_with_tags_needs_the_right_to_tag() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let trust = trusting(ACCOUNT);
    let plain = [ROLE, ("AssumeRolePolicyDocument", &*trust)];
    let tagged = [&plain[..], &[("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "a")]].concat();
    root.allow("ana", &allowing("iam:CreateRole")).await;
    ana.answers("CreateRole", &tagged, &denied("TagRole", ARN)).await;
    ana.must("CreateRole", &plain).await;
    root.must("DeleteRole", &[ROLE]).await;
    root.allow("ana", &allowing("iam:CreateRole iam:TagRole")).await;
    ana.must("CreateRole", &tagged).await;
}

#[tokio::test]
async fn tags_decide_who_may_make_and_change_roles() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["iam:CreateRole","iam:TagRole"],"Resource":"arn:aws:iam::*:role/team/*",
             "Condition":{"StringEquals":{"aws:RequestTag/team":"a"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}},
            {"Effect":"Allow","Action":["iam:UpdateRole","iam:DeleteRole","iam:UntagRole"],"Resource":"*",
             "Condition":{"StringEquals":{"iam:ResourceTag/team":"a"}}},
            {"Effect":"Deny","Action":"iam:UntagRole","Resource":"*",
             "Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"team"}}}]}"#,
    )
    .await;
    let trust = trusting(ACCOUNT);
    let make = |path, value| {
        [
            ROLE,
            ("Path", path),
            ("AssumeRolePolicyDocument", &*trust),
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", value),
        ]
    };
    ana.answers("CreateRole", &make("/", "a"), &denied("CreateRole", ARN)).await;
    let arn = "arn:aws:iam::123456789012:role/team/deploy";
    ana.answers("CreateRole", &make("/team/", "b"), &denied("CreateRole", arn)).await;
    ana.must("CreateRole", &make("/team/", "a")).await;
    let untag = "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:UntagRole on resource: arn:aws:iam::123456789012:role/team/deploy with an explicit deny in an identity-based policy";
    ana.answers("UntagRole", &[ROLE, ("TagKeys.member.1", "team")], untag).await;
    ana.must("UntagRole", &[ROLE, ("TagKeys.member.1", "x")]).await;
    let two = [
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "a"),
        ("Tags.member.2.Key", "x"),
        ("Tags.member.2.Value", "y"),
    ];
    ana.answers("TagRole", &[&[ROLE], &two[..]].concat(), &denied("TagRole", arn)).await;
    root.must("TagRole", &[ROLE, ("Tags.member.1.Key", "TEAM"), ("Tags.member.1.Value", "b")]).await;
    ana.answers("UpdateRole", &[ROLE], &denied("UpdateRole", arn)).await;
    ana.answers("DeleteRole", &[ROLE], &denied("DeleteRole", arn)).await;
    root.must("TagRole", &[ROLE, ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "a")]).await;
    ana.must("UpdateRole", &[ROLE]).await;
    ana.must("DeleteRole", &[ROLE]).await;
}

/// Makes `bound` and `free`, two roles of which one is bound.
async fn two_roles(root: &Client) {
    root.create_role("free").await;
    let trust = trusting(ACCOUNT);
    let bound =
        [("RoleName", "bound"), ("AssumeRolePolicyDocument", &*trust), ("PermissionsBoundary", BOUND)];
    root.must("CreateRole", &bound).await;
}

#[tokio::test]
async fn an_administrator_can_be_held_to_bounded_roles() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    two_roles(&root).await;
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*",
            "Action":["iam:CreateRole","iam:GetRole","iam:UpdateRole","iam:UpdateRoleDescription","iam:UpdateAssumeRolePolicy","iam:DeleteRole"],
            "Condition":{"ArnEquals":{"iam:PermissionsBoundary":"arn:aws:iam::aws:policy/ReadOnlyAccess"}}}}"#,
    )
    .await;
    let trust = trusting(ACCOUNT);
    for (action, more) in [
        ("GetRole", &[][..]),
        ("UpdateRole", &[("Description", "x")]),
        ("UpdateRoleDescription", &[("Description", "x")]),
        ("UpdateAssumeRolePolicy", &[("PolicyDocument", &trust)]),
        ("DeleteRole", &[]),
    ] {
        ana.must(action, &[&[("RoleName", "bound")], more].concat()).await;
        let refusal = denied(action, "arn:aws:iam::123456789012:role/free");
        ana.answers(action, &[&[("RoleName", "free")], more].concat(), &refusal).await;
    }
    let make = [("RoleName", "bound"), ("AssumeRolePolicyDocument", &*trust)];
    ana.answers("CreateRole", &make, &denied("CreateRole", "arn:aws:iam::123456789012:role/bound")).await;
    ana.must("CreateRole", &[&make[..], &[("PermissionsBoundary", BOUND)]].concat()).await;
}

#[tokio::test]
async fn a_session_of_a_role_is_seen_by_its_own_arn_and_bound_by_its_roles_path() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let trust = trusting("arn:aws:iam::123456789012:user/ana");
    root.must("CreateRole", &[ROLE, ("Path", "/ci/"), ("AssumeRolePolicyDocument", &trust)]).await;
    let arn = "arn:aws:iam::123456789012:role/ci/deploy";
    let session = ana.assume(arn, "run-1", &[]).await.unwrap();
    let identity = session.sts("GetCallerIdentity", &[]).await;
    assert_eq!(identity.text("Arn"), "arn:aws:sts::123456789012:assumed-role/deploy/run-1");
    let id = root.must("GetRole", &[ROLE]).await.text("RoleId");
    assert_eq!(identity.text("UserId"), format!("{id}:run-1"));
    let denied = "403 AccessDenied: User: arn:aws:sts::123456789012:assumed-role/deploy/run-1 is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::123456789012:role/ because no identity-based policy allows the iam:ListRoles action";
    session.answers("ListRoles", &[], denied).await;
    root.allow_role("deploy", &allowing("iam:ListRoles").replace(
        r#""Resource":"*""#,
        r#""Resource":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/ci/deploy"}}"#,
    )).await;
    session.must("ListRoles", &[]).await;
    let nameless = "400 ValidationError: Must specify userName when calling with non-User credentials";
    session.answers("GetUser", &[], nameless).await;
}
