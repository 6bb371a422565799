//! Instance profiles, and the one role each may carry.

use crate::support::TestServer;

const WEB: [(&str, &str); 1] = [("InstanceProfileName", "web")];
const BOTH: [(&str, &str); 2] = [("InstanceProfileName", "web"), ("RoleName", "worker")];

#[tokio::test]
async fn a_profile_is_shown_as_it_was_made() {
    let root = TestServer::new().await.root();
    let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    let params = [&[("InstanceProfileName", "web"), ("Path", "/a/b/")][..], &tag].concat();
    let made = root.must("CreateInstanceProfile", &params).await;
    let shape = ["Path", "InstanceProfileName", "InstanceProfileId", "Arn", "CreateDate", "Roles"];
    let with_tags = [&shape[..], &["Tags"]].concat();
    assert_eq!(made.children("InstanceProfile"), with_tags);
    assert_eq!(made.text("Arn"), "arn:aws:iam::123456789012:instance-profile/a/b/web");
    assert_eq!(made.text("CreateDate"), "2026-11-21T12:00:00Z");
    assert!(made.text("InstanceProfileId").starts_with("AIPA"));
    assert_eq!(made.text("Roles"), "");
    let shown = root.must("GetInstanceProfile", &WEB).await;
    assert_eq!(shown.children("InstanceProfile"), with_tags);
    assert_eq!(shown.text("InstanceProfileId"), made.text("InstanceProfileId"));
    let listed = root.must("ListInstanceProfiles", &[("PathPrefix", "/a")]).await;
    assert_eq!(listed.children("member"), shape);
    let other = root.must("ListInstanceProfiles", &[("PathPrefix", "/b/")]).await;
    assert_eq!(other.text("InstanceProfiles"), "");

    // Without tags the making shows none, and looking shows that there are none.
    let plain = root.must("CreateInstanceProfile", &[("InstanceProfileName", "plain")]).await;
    assert_eq!(plain.children("InstanceProfile"), shape);
    let shown = root.must("GetInstanceProfile", &[("InstanceProfileName", "plain")]).await;
    assert_eq!((shown.children("InstanceProfile"), shown.text("Tags")), (with_tags, String::new()));
}

#[tokio::test]
async fn a_role_in_a_profile_is_shown_without_what_is_only_its_own() {
    let root = TestServer::new().await.root();
    root.create_role("worker").await;
    let tag = [("RoleName", "worker"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    root.must("TagRole", &tag).await;
    root.must("CreateInstanceProfile", &WEB).await;
    root.must("AddRoleToInstanceProfile", &BOTH).await;
    let role = ["Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"];
    let shown = root.must("GetInstanceProfile", &WEB).await;
    assert_eq!(shown.children("member"), role);
    for (action, params) in
        [("ListInstanceProfiles", &[][..]), ("ListInstanceProfilesForRole", &[("RoleName", "worker")])]
    {
        let listed = root.must(action, params).await;
        assert_eq!(listed.all("InstanceProfileName"), ["web"], "{action}");
        assert_eq!(listed.children("Roles"), ["member"], "{action}");
        assert_eq!(listed.text("RoleName"), "worker", "{action}");
    }
    root.must("RemoveRoleFromInstanceProfile", &BOTH).await;
    assert_eq!(root.must("GetInstanceProfile", &WEB).await.text("Roles"), "");
    let listed = root.must("ListInstanceProfilesForRole", &[("RoleName", "worker")]).await;
    assert_eq!(listed.text("InstanceProfiles"), "");
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_words_of_iam() {
    let root = TestServer::new().await.root();
    for role in ["worker", "other"] {
        root.create_role(role).await;
    }
    root.must("CreateInstanceProfile", &WEB).await;
    root.must("AddRoleToInstanceProfile", &BOTH).await;
    let nothing = "404 NoSuchEntity: Instance Profile nothing cannot be found.";
    let no_role = "404 NoSuchEntity: The role with name nobody cannot be found.";
    let full = "409 LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
    let of_nothing = [("InstanceProfileName", "nothing"), ("RoleName", "nobody")];
    for (action, params, shape) in [
        (
            "CreateInstanceProfile",
            &[("InstanceProfileName", "WEB")][..],
            "409 EntityAlreadyExists: Instance Profile WEB already exists.",
        ),
        ("GetInstanceProfile", &of_nothing[..1], nothing),
        (
            "GetInstanceProfile",
            &[("InstanceProfileName", "Web")],
            "404 NoSuchEntity: Instance Profile Web cannot be found.",
        ),
        ("DeleteInstanceProfile", &of_nothing[..1], nothing),
        ("ListInstanceProfileTags", &of_nothing[..1], nothing),
        ("UntagInstanceProfile", &[("InstanceProfileName", "nothing"), ("TagKeys.member.1", "a")], nothing),
        (
            "TagInstanceProfile",
            &[("InstanceProfileName", "nothing"), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")],
            nothing,
        ),
        ("AddRoleToInstanceProfile", &of_nothing, nothing),
        ("AddRoleToInstanceProfile", &[WEB[0], ("RoleName", "nobody")], no_role),
        ("AddRoleToInstanceProfile", &[WEB[0], ("RoleName", "other")], full),
        ("AddRoleToInstanceProfile", &BOTH, full),
        ("RemoveRoleFromInstanceProfile", &of_nothing, nothing),
        (
            "RemoveRoleFromInstanceProfile",
            &[WEB[0], ("RoleName", "other")],
            "404 NoSuchEntity: Role other in Instance Profile web cannot be found.",
        ),
        (
            "RemoveRoleFromInstanceProfile",
            &[WEB[0], ("RoleName", "nobody")],
            "404 NoSuchEntity: Role nobody in Instance Profile web cannot be found.",
        ),
        ("ListInstanceProfilesForRole", &[("RoleName", "nobody")], no_role),
        ("ListInstanceProfiles", &[("Marker", "garbage")], "400 ValidationError: Invalid Marker."),
        (
            "DeleteInstanceProfile",
            &WEB,
            "409 DeleteConflict: Cannot delete entity, must remove roles from instance profile first.",
        ),
        (
            "DeleteRole",
            &[("RoleName", "worker")],
            "409 DeleteConflict: Cannot delete entity, must remove roles from instance profile first.",
        ),
        ("RemoveRoleFromInstanceProfile", &BOTH, "200"),
        ("DeleteRole", &[("RoleName", "worker")], "200"),
        ("DeleteInstanceProfile", &WEB, "200"),
        ("DeleteInstanceProfile", &WEB, "404 NoSuchEntity: Instance Profile web cannot be found."),
    ] {
        root.answers(action, params, shape).await;
    }
}

#[tokio::test]
async fn profiles_are_listed_in_pages_by_name() {
    let root = TestServer::new().await.root();
    root.create_role("worker").await;
    let names = ["e", "A", "d", "B", "c"];
    for name in names {
        root.must("CreateInstanceProfile", &[("InstanceProfileName", name)]).await;
        root.must("AddRoleToInstanceProfile", &[("InstanceProfileName", name), ("RoleName", "worker")]).await;
    }
    let pages = [&["A", "B"][..], &["c", "d"], &["e"]];
    assert_eq!(root.pages("ListInstanceProfiles", &[], 2, "InstanceProfileName").await, pages);
    let of_role = [("RoleName", "worker")];
    assert_eq!(root.pages("ListInstanceProfilesForRole", &of_role, 2, "InstanceProfileName").await, pages);
}

#[tokio::test]
async fn tags_of_a_profile_are_set_replaced_and_removed() {
    let root = TestServer::new().await.root();
    root.must("CreateInstanceProfile", &WEB).await;
    let tag = |key, value| [WEB[0], ("Tags.member.1.Key", key), ("Tags.member.1.Value", value)];
    for (key, value) in [("team", "blue"), ("a", "1"), ("bb", "2"), ("Team", "red")] {
        root.must("TagInstanceProfile", &tag(key, value)).await;
    }
    assert_eq!(root.pages("ListInstanceProfileTags", &WEB, 1, "Key").await, [["a"], ["bb"], ["Team"]]);
    root.must("UntagInstanceProfile", &[WEB[0], ("TagKeys.member.1", "A"), ("TagKeys.member.2", "none")])
        .await;
    let shown = root.must("GetInstanceProfile", &WEB).await;
    let (mut keys, mut values) = (shown.all("Key"), shown.all("Value"));
    keys.sort();
    values.sort();
    assert_eq!((keys, values), (vec!["Team".into(), "bb".into()], vec!["2".into(), "red".into()]));
    let twice = [
        ("InstanceProfileName", "x"),
        ("Tags.member.1.Key", "x"),
        ("Tags.member.1.Value", "1"),
        ("Tags.member.2.Key", "X"),
        ("Tags.member.2.Value", "2"),
    ];
    let duplicate =
        "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    root.answers("CreateInstanceProfile", &twice, duplicate).await;
}

/// Otherwise whoever may fill profiles could run machines with any role there is.
#[tokio::test]
async fn who_fills_a_profile_must_be_allowed_to_pass_the_role_to_ec2() {
    let server = TestServer::new().await;
    let root = server.root();
    let ana = server.user("ana").await;
    root.create_role("worker").await;
    root.must("CreateInstanceProfile", &WEB).await;
    let add = r#"{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"arn:aws:iam::123456789012:instance-profile/web"}"#;
    let pass = |condition: &str| {
        format!(
            r#"{{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/worker","Condition":{condition}}}"#
        )
    };
    let denied = "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:PassRole \
                  on resource: arn:aws:iam::123456789012:role/worker because no identity-based policy allows the \
                  iam:PassRole action";
    let ec2 = r#"{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"},"ArnLike":{"iam:AssociatedResourceArn":"arn:aws:ec2:*:123456789012:instance/*"}}"#;
    let elsewhere = r#"{"Effect":"Deny","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"aws:ResourceAccount":"123456789012"}}}"#;
    let explicit = denied.replace(
        "because no identity-based policy allows the iam:PassRole action",
        "with an explicit deny in an identity-based policy",
    );
    for (statements, shape) in [
        (add.to_owned(), denied),
        (format!("{add},{},{elsewhere}", pass(ec2)), &*explicit),
        (
            format!("{add},{}", pass(r#"{"StringEquals":{"iam:PassedToService":"ecs.amazonaws.com"}}"#)),
            denied,
        ),
        (format!("{add},{}", pass(ec2)), "200"),
    ] {
        root.allow("ana", &format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)).await;
        ana.answers("AddRoleToInstanceProfile", &BOTH, shape).await;
    }
}

#[tokio::test]
async fn tags_of_request_and_profile_are_conditions() {
    let server = TestServer::new().await;
    let root = server.root();
    let ana = server.user("ana").await;
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["iam:CreateInstanceProfile","iam:TagInstanceProfile"],"Resource":"*",
             "Condition":{"StringEquals":{"aws:RequestTag/team":"blue"}}},
            {"Effect":"Allow","Action":"iam:DeleteInstanceProfile","Resource":"*",
             "Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}}]}"#,
    )
    .await;
    for (name, team, status) in [("a", "blue", 200), ("b", "red", 403)] {
        let params =
            [("InstanceProfileName", name), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", team)];
        assert_eq!(ana.iam("CreateInstanceProfile", &params).await.status, status, "{team}");
    }
    root.must("CreateInstanceProfile", &[("InstanceProfileName", "plain")]).await;
    for (name, status) in [("plain", 403), ("a", 200)] {
        let answer = ana.iam("DeleteInstanceProfile", &[("InstanceProfileName", name)]).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_account_has_a_thousand_profiles_at_most() {
    let root = TestServer::new().await.root();
    for number in 0..1000 {
        root.must("CreateInstanceProfile", &[("InstanceProfileName", &format!("web{number}"))]).await;
    }
    let full = "409 LimitExceeded: Cannot exceed quota for InstanceProfilesPerAccount: 1000";
    root.answers("CreateInstanceProfile", &WEB, full).await;
    root.must("DeleteInstanceProfile", &[("InstanceProfileName", "web7")]).await;
    root.answers("CreateInstanceProfile", &WEB, "200").await;
}
