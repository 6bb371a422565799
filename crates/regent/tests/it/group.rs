//! Groups and their members.

use crate::support::{TestServer, allowing};

const MEMBER: [(&str, &str); 2] = [("GroupName", "devs"), ("UserName", "ana")];

#[tokio::test]
async fn a_group_is_shown_as_it_was_made() {
    let root = TestServer::new().await.root();
    let made = root.must("CreateGroup", &[("GroupName", "devs"), ("Path", "/a/b/")]).await;
    let shape = ["Path", "GroupName", "GroupId", "Arn", "CreateDate"];
    assert_eq!(made.children("Group"), shape);
    assert_eq!(made.text("Arn"), "arn:aws:iam::123456789012:group/a/b/devs");
    assert_eq!(made.text("CreateDate"), "2026-11-21T12:00:00Z");
    let shown = root.must("GetGroup", &[("GroupName", "devs")]).await;
    assert_eq!(shown.children("GetGroupResult"), ["Group", "Users", "IsTruncated"]);
    assert_eq!(shown.text("Users"), "");
    assert_eq!(shown.text("GroupId"), made.text("GroupId"));
    let listed = root.must("ListGroups", &[("PathPrefix", "/a")]).await;
    assert_eq!(listed.children("member"), shape);
    let other = root.must("ListGroups", &[("PathPrefix", "/b/")]).await;
    assert_eq!(other.text("Groups"), "");
}

#[tokio::test]
async fn what_is_refused_is_refused_in_the_words_of_iam() {
    let root = TestServer::new().await.root();
    for group in ["devs", "ops"] {
        root.must("CreateGroup", &[("GroupName", group)]).await;
    }
    root.must("CreateUser", &[("UserName", "ana")]).await;
    let no_group = "404 NoSuchEntity: The group with name nobody cannot be found.";
    let no_user = "404 NoSuchEntity: The user with name nobody cannot be found.";
    let taken = "409 EntityAlreadyExists: Group with name OPS already exists.";
    for (action, params, shape) in [
        ("CreateGroup", &[("GroupName", "OPS")][..], taken),
        ("UpdateGroup", &[("GroupName", "devs"), ("NewGroupName", "OPS")], taken),
        ("UpdateGroup", &[("GroupName", "nobody"), ("NewGroupName", "x")], no_group),
        ("GetGroup", &[("GroupName", "nobody")], no_group),
        ("GetGroup", &[("GroupName", "Devs")], "404 NoSuchEntity: The group with name Devs cannot be found."),
        ("DeleteGroup", &[("GroupName", "nobody")], no_group),
        ("AddUserToGroup", &[("GroupName", "devs"), ("UserName", "nobody")], no_user),
        ("AddUserToGroup", &[("GroupName", "nobody"), ("UserName", "ana")], no_group),
        ("RemoveUserFromGroup", &[("GroupName", "nobody"), ("UserName", "nobody")], no_user),
        ("RemoveUserFromGroup", &[("GroupName", "nobody"), ("UserName", "ana")], no_group),
        ("ListGroupsForUser", &[("UserName", "nobody")], no_user),
        ("ListGroups", &[("Marker", "garbage")], "400 ValidationError: Invalid Marker."),
    ] {
        root.answers(action, params, shape).await;
    }
}

#[tokio::test]
async fn joining_and_leaving_twice_is_no_error() {
    let root = TestServer::new().await.root();
    root.must("CreateGroup", &[("GroupName", "devs")]).await;
    root.must("CreateUser", &[("UserName", "ana")]).await;
    for (action, groups) in [
        ("RemoveUserFromGroup", ""),
        ("AddUserToGroup", "devs"),
        ("AddUserToGroup", "devs"),
        ("RemoveUserFromGroup", ""),
        ("RemoveUserFromGroup", ""),
    ] {
        root.must(action, &MEMBER).await;
        let groups_of_ana = root.must("ListGroupsForUser", &[("UserName", "ana")]).await;
        assert_eq!(groups_of_ana.all("GroupName").join(" "), groups, "after {action}");
        let members = root.must("GetGroup", &[("GroupName", "devs")]).await;
        assert_eq!(members.all("UserName").len(), usize::from(!groups.is_empty()), "after {action}");
    }
}

#[tokio::test]
async fn a_renamed_group_keeps_its_id_its_members_and_its_policies() {
    let root = TestServer::new().await.root();
    let id = root.must("CreateGroup", &[("GroupName", "devs")]).await.text("GroupId");
    root.must("CreateUser", &[("UserName", "ana")]).await;
    root.must("AddUserToGroup", &MEMBER).await;
    let document = allowing("iam:ListUsers");
    let put = [("GroupName", "devs"), ("PolicyName", "p"), ("PolicyDocument", &*document)];
    root.must("PutGroupPolicy", &put).await;
    for rename in [&[("NewGroupName", "Devs"), ("NewPath", "/x/")][..], &[("NewGroupName", "ops")], &[]] {
        let name = root.must("ListGroups", &[]).await.text("GroupName");
        root.must("UpdateGroup", &[&[("GroupName", &*name)], rename].concat()).await;
    }
    let shown = root.must("GetGroup", &[("GroupName", "ops")]).await;
    assert_eq!(shown.text("Arn"), "arn:aws:iam::123456789012:group/x/ops");
    assert_eq!((shown.text("GroupId"), shown.text("UserName")), (id, "ana".to_owned()));
    assert_eq!(root.must("ListGroupPolicies", &[("GroupName", "ops")]).await.all("member"), ["p"]);
}

#[tokio::test]
async fn a_group_is_deleted_once_it_holds_nothing() {
    let root = TestServer::new().await.root();
    root.must("CreateGroup", &[("GroupName", "devs")]).await;
    root.must("CreateUser", &[("UserName", "ana")]).await;
    let (group, document) = (("GroupName", "devs"), allowing("iam:ListUsers"));
    let policy = ("PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess");
    let name = ("PolicyName", "p");
    root.must("AddUserToGroup", &MEMBER).await;
    root.must("PutGroupPolicy", &[group, name, ("PolicyDocument", &document)]).await;
    root.must("AttachGroupPolicy", &[group, policy]).await;
    let refused = |what: &str| format!("409 DeleteConflict: Cannot delete entity, {what} first.");
    root.answers("DeleteGroup", &[group], &refused("must detach all policies")).await;
    root.must("DetachGroupPolicy", &[group, policy]).await;
    root.answers("DeleteGroup", &[group], &refused("must delete policies")).await;
    root.must("DeleteGroupPolicy", &[group, name]).await;
    root.answers("DeleteGroup", &[group], &refused("must remove users from group")).await;
    root.must("RemoveUserFromGroup", &MEMBER).await;
    root.must("DeleteGroup", &[group]).await;
    root.answers("DeleteGroup", &[group], "404 NoSuchEntity: The group with name devs cannot be found.")
        .await;
}

#[tokio::test]
async fn a_user_who_is_in_a_group_is_not_deleted() {
    let root = TestServer::new().await.root();
    root.must("CreateGroup", &[("GroupName", "devs")]).await;
    root.must("CreateUser", &[("UserName", "ana")]).await;
    root.must("AddUserToGroup", &MEMBER).await;
    let refused = "409 DeleteConflict: Cannot delete entity, must remove referenced objects first.";
    root.answers("DeleteUser", &[("UserName", "ana")], refused).await;
}

#[tokio::test]
async fn a_user_is_in_ten_groups_at_most() {
    let root = TestServer::new().await.root();
    root.must("CreateUser", &[("UserName", "ana")]).await;
    for number in 0..=10 {
        let name = format!("group-{number}");
        root.must("CreateGroup", &[("GroupName", &name)]).await;
        let shape =
            if number < 10 { "200" } else { "409 LimitExceeded: Cannot exceed quota for GroupsPerUser: 10" };
        root.answers("AddUserToGroup", &[("GroupName", &name), ("UserName", "ana")], shape).await;
    }
    root.must("AddUserToGroup", &[("GroupName", "group-0"), ("UserName", "ana")]).await;
}

#[tokio::test]
async fn an_account_has_three_hundred_groups_at_most() {
    let root = TestServer::new().await.root();
    for number in 0..300 {
        root.must("CreateGroup", &[("GroupName", &format!("group-{number}"))]).await;
    }
    let full = "409 LimitExceeded: Cannot exceed quota for GroupsPerAccount: 300";
    root.answers("CreateGroup", &[("GroupName", "one-too-many")], full).await;
    root.must("DeleteGroup", &[("GroupName", "group-7")]).await;
    root.must("CreateGroup", &[("GroupName", "one-too-many")]).await;
}

#[tokio::test]
async fn groups_and_members_are_listed_by_name_in_pages() {
    let root = TestServer::new().await.root();
    // Made in another order than that of their names, and told apart whatever their case.
    for name in ["e", "B", "d", "a", "C"] {
        root.must("CreateGroup", &[("GroupName", &format!("group-{name}"))]).await;
        root.must("CreateUser", &[("UserName", name)]).await;
    }
    for name in ["e", "B", "d", "a", "C"] {
        root.must("AddUserToGroup", &[("GroupName", "group-a"), ("UserName", name)]).await;
        root.must("AddUserToGroup", &[("GroupName", &format!("group-{name}")), ("UserName", "a")]).await;
    }
    let groups = [vec!["group-a", "group-B"], vec!["group-C", "group-d"], vec!["group-e"]];
    let members = [vec!["a", "B"], vec!["C", "d"], vec!["e"]];
    assert_eq!(root.pages("ListGroups", &[], 2, "GroupName").await, groups);
    assert_eq!(root.pages("ListGroupsForUser", &[("UserName", "a")], 2, "GroupName").await, groups);
    assert_eq!(root.pages("GetGroup", &[("GroupName", "group-a")], 2, "UserName").await, members);
}

#[tokio::test]
async fn a_page_goes_on_after_what_was_deleted_meanwhile() {
    let root = TestServer::new().await.root();
    for name in ["a", "b", "c"] {
        root.must("CreateGroup", &[("GroupName", name)]).await;
    }
    let first = root.must("ListGroups", &[("MaxItems", "2")]).await;
    root.must("DeleteGroup", &[("GroupName", "b")]).await;
    let second = root.must("ListGroups", &[("MaxItems", "2"), ("Marker", &first.text("Marker"))]).await;
    assert_eq!(
        (first.all("GroupName").concat(), second.all("GroupName").concat()),
        ("ab".into(), "c".into())
    );
    let marker = first.text("Marker");
    root.answers("ListUsers", &[("Marker", &marker)], "400 ValidationError: Invalid Marker.").await;
}

#[tokio::test]
async fn members_have_what_their_groups_have_until_they_leave() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.must("CreateGroup", &[("GroupName", "devs")]).await;
    let document = allowing("iam:ListUsers");
    let put = [("GroupName", "devs"), ("PolicyName", "p"), ("PolicyDocument", &*document)];
    root.must("PutGroupPolicy", &put).await;
    let arn = root.make_policy("groups", "iam:ListGroups").await;
    root.must("AttachGroupPolicy", &[("GroupName", "devs"), ("PolicyArn", &arn)]).await;
    for (change, status) in [(None, 403), (Some("AddUserToGroup"), 200), (Some("RemoveUserFromGroup"), 403)] {
        if let Some(change) = change {
            root.must(change, &MEMBER).await;
        }
        for action in ["ListUsers", "ListGroups"] {
            assert_eq!(ana.iam(action, &[]).await.status, status, "{action} after {change:?}");
        }
    }
}

#[tokio::test]
async fn moving_a_group_needs_both_places_and_joining_needs_the_group() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.must("CreateGroup", &[("GroupName", "devs"), ("Path", "/own/")]).await;
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:UpdateGroup","iam:AddUserToGroup"],"Resource":"arn:aws:iam::123456789012:group/own/*"}}"#,
    )
    .await;
    ana.must("AddUserToGroup", &MEMBER).await;
    ana.must("UpdateGroup", &[("GroupName", "devs"), ("NewGroupName", "devs2")]).await;
    ana.answers(
        "UpdateGroup",
        &[("GroupName", "devs2"), ("NewPath", "/other/")],
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:UpdateGroup on resource: arn:aws:iam::123456789012:group/other/devs2 because no identity-based policy allows the iam:UpdateGroup action",
    )
    .await;
}
