//! The bulk export: everything that decides who may do what, in one answer.

use crate::support::{ACCOUNT, Answer, Client, TestServer, allowing, escape, trusting};

const OPERATION: &str = "GetAccountAuthorizationDetails";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const BOUND: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

/// An account with one of everything, and everything attached to something.
async fn filled() -> (TestServer, Client) {
    let server = TestServer::new().await;
    let root = server.root();
    let document = allowing("s3:*");
    let inline = [("PolicyName", "own"), ("PolicyDocument", document.as_str())];
    let tag = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];

    let policy =
        [&[("PolicyName", "buckets"), ("Path", "/dev/"), ("Description", "All")][..], &inline[1..]].concat();
    let arn = root.must("CreatePolicy", &policy).await.text("Arn");
    root.must("CreatePolicyVersion", &[("PolicyArn", arn.as_str()), inline[1]]).await;

    root.must("CreateGroup", &[("GroupName", "devs")]).await;
    root.must("PutGroupPolicy", &[&[("GroupName", "devs")][..], &inline].concat()).await;
    root.must("AttachGroupPolicy", &[("GroupName", "devs"), ("PolicyArn", &arn)]).await;

    let ana = [&[("UserName", "ana"), ("Path", "/dev/"), ("PermissionsBoundary", BOUND)][..], &tag].concat();
    root.must("CreateUser", &ana).await;
    root.must("PutUserPolicy", &[&[("UserName", "ana")][..], &inline].concat()).await;
    root.must("AttachUserPolicy", &[("UserName", "ana"), ("PolicyArn", READ_ONLY)]).await;
    root.must("AddUserToGroup", &[("UserName", "ana"), ("GroupName", "devs")]).await;

    root.make_role("worker", &trusting(ACCOUNT)).await;
    root.must("PutRolePolicy", &[&[("RoleName", "worker")][..], &inline].concat()).await;
    root.must("AttachRolePolicy", &[("RoleName", "worker"), ("PolicyArn", &arn)]).await;
    root.must("CreateInstanceProfile", &[("InstanceProfileName", "web")]).await;
    let carried = [("InstanceProfileName", "web"), ("RoleName", "worker")];
    root.must("AddRoleToInstanceProfile", &carried).await;
    (server, root)
}

/// What stands in the first element of this name, as a whole.
fn part(answer: &Answer, element: &str) -> Answer {
    Answer { body: answer.text(element), ..answer.clone() }
}

#[tokio::test]
async fn everything_is_shown_with_all_it_holds() {
    let (_server, root) = filled().await;
    let all = root.must(OPERATION, &[]).await;
    assert_eq!(
        all.children("GetAccountAuthorizationDetailsResult"),
        ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies", "IsTruncated"]
    );
    let document = escape(&allowing("s3:*"));

    let users = part(&all, "UserDetailList");
    let mut shape = vec!["Path", "UserName", "UserId", "Arn", "CreateDate", "UserPolicyList", "GroupList"];
    shape.extend(["AttachedManagedPolicies", "PermissionsBoundary", "Tags"]);
    assert_eq!(users.children("member"), shape);
    assert_eq!(users.text("Arn"), "arn:aws:iam::123456789012:user/dev/ana");
    assert_eq!(users.text("PolicyDocument"), document);
    assert_eq!(part(&users, "GroupList").text("member"), "devs");
    assert_eq!(users.text("PolicyArn"), READ_ONLY);
    assert_eq!(users.text("PermissionsBoundaryType"), "Policy");
    assert_eq!(users.text("PermissionsBoundaryArn"), BOUND);
    assert_eq!(part(&users, "Tags").children("member"), ["Key", "Value"]);

    let groups = part(&all, "GroupDetailList");
    let mut shape = vec!["Path", "GroupName", "GroupId", "Arn", "CreateDate", "GroupPolicyList"];
    shape.push("AttachedManagedPolicies");
    assert_eq!(groups.children("member"), shape);
    assert_eq!(groups.text("PolicyDocument"), document);
    assert_eq!(groups.text("PolicyArn"), "arn:aws:iam::123456789012:policy/dev/buckets");

    let roles = part(&all, "RoleDetailList");
    let mut shape = vec!["Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"];
    shape.extend([
        "InstanceProfileList",
        "RolePolicyList",
        "AttachedManagedPolicies",
        "Tags",
        "RoleLastUsed",
    ]);
    assert_eq!(roles.children("member"), shape);
    assert_eq!(roles.text("AssumeRolePolicyDocument"), escape(&trusting(ACCOUNT)));
    assert_eq!((roles.text("Tags"), roles.text("RoleLastUsed")), (String::new(), String::new()));
    let profiles = part(&roles, "InstanceProfileList");
    assert_eq!(profiles.text("InstanceProfileName"), "web");
    assert_eq!(part(&profiles, "Roles").text("RoleName"), "worker");

    let policies = part(&all, "Policies");
    let mut shape = vec!["PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId", "AttachmentCount"];
    shape.extend([
        "PermissionsBoundaryUsageCount",
        "IsAttachable",
        "Description",
        "CreateDate",
        "UpdateDate",
    ]);
    shape.push("PolicyVersionList");
    assert_eq!(policies.children("member"), shape);
    assert_eq!(policies.all("PolicyName"), ["buckets", "PowerUserAccess", "ReadOnlyAccess"]);
    assert_eq!(policies.all("AttachmentCount"), ["2", "0", "1"]);
    assert_eq!(policies.all("PermissionsBoundaryUsageCount"), ["0", "1", "0"]);
    let versions = part(&policies, "PolicyVersionList");
    assert_eq!(versions.children("member"), ["Document", "VersionId", "IsDefaultVersion", "CreateDate"]);
    assert_eq!(versions.all("VersionId"), ["v2", "v1"]);
    assert_eq!(versions.all("IsDefaultVersion"), ["false", "true"]);
    assert_eq!(versions.all("Document"), [document.as_str(), &document]);
    // Of the three policies there are four versions, and each has its document.
    assert_eq!(policies.all("Document").len(), 4);
}

#[tokio::test]
async fn what_is_empty_is_an_empty_list_but_for_the_inline_policies_of_users() {
    let root = TestServer::new().await.root();
    root.must("CreateUser", &[("UserName", "ana")]).await;
    root.must("CreateGroup", &[("GroupName", "devs")]).await;
    root.create_role("worker").await;
    let all = root.must(OPERATION, &[]).await;
    for (list, expected, absent) in [
        (
            "UserDetailList",
            &["GroupList", "AttachedManagedPolicies", "Tags"][..],
            &["UserPolicyList", "PermissionsBoundary"][..],
        ),
        ("GroupDetailList", &["GroupPolicyList", "AttachedManagedPolicies"], &[]),
        (
            "RoleDetailList",
            &["InstanceProfileList", "RolePolicyList", "AttachedManagedPolicies", "Tags", "RoleLastUsed"],
            &["PermissionsBoundary", "Description", "MaxSessionDuration"],
        ),
    ] {
        let shown = part(&all, list);
        for element in expected {
            assert_eq!(shown.find(element).as_deref(), Some(""), "{list}: {element}");
        }
        for element in absent {
            assert_eq!(shown.find(element), None, "{list}: {element}");
        }
    }
    assert_eq!(all.text("Policies"), "");
}

#[tokio::test]
async fn a_filter_empties_the_lists_it_does_not_name() {
    let (_server, root) = filled().await;
    root.make_policy("spare", "s3:*").await;
    let names = |answer: &Answer| {
        ["UserName", "GroupName", "RoleDetailList", "Policies"].map(|list| match list {
            // Roles stand in profiles too, and policies have names everywhere.
            "RoleDetailList" => usize::from(!answer.text(list).is_empty()),
            "Policies" => part(answer, list).all("PolicyName").len(),
            name => answer.all(name).len(),
        })
    };
    for (filter, expected) in [
        (&["User"][..], [1, 0, 0, 0]),
        (&["Group"], [0, 1, 0, 0]),
        (&["Role"], [0, 0, 1, 0]),
        (&["LocalManagedPolicy"], [0, 0, 0, 2]),
        (&["AWSManagedPolicy"], [0, 0, 0, 2]),
        (&["AWSManagedPolicy", "User", "LocalManagedPolicy"], [1, 0, 0, 4]),
        (&[], [1, 1, 1, 4]),
    ] {
        let members: Vec<String> = (1..=filter.len()).map(|at| format!("Filter.member.{at}")).collect();
        let params: Vec<(&str, &str)> =
            members.iter().map(String::as_str).zip(filter.iter().copied()).collect();
        let answer = root.must(OPERATION, &params).await;
        assert_eq!(names(&answer), expected, "{filter:?}");
        assert_eq!(answer.children("GetAccountAuthorizationDetailsResult").len(), 5, "{filter:?}");
    }
    let message = root.iam(OPERATION, &[("Filter.member.1", "Policy")]).await.shape();
    assert!(
        message.starts_with("400 ValidationError: 1 validation error detected: Value at 'filter' "),
        "{message}"
    );
}

#[tokio::test]
async fn pages_go_through_users_groups_roles_and_policies_without_gap_or_repetition() {
    let (_server, root) = filled().await;
    root.must("CreateUser", &[("UserName", "Bob")]).await;
    let expected = [
        "arn:aws:iam::123456789012:user/dev/ana",
        "arn:aws:iam::123456789012:user/Bob",
        "arn:aws:iam::123456789012:group/devs",
        "arn:aws:iam::123456789012:role/worker",
        "arn:aws:iam::123456789012:policy/dev/buckets",
        BOUND,
        READ_ONLY,
    ];
    for size in 1..=7 {
        let pages = root.pages(OPERATION, &[], size, "Arn").await;
        // A role in its profile has an ARN too, and so has the profile.
        let mut seen: Vec<String> = pages.concat();
        seen.retain(|arn| !arn.contains(":instance-profile/"));
        seen.dedup();
        assert_eq!(seen, expected, "{size}");
        assert_eq!(pages.len(), 7_usize.div_ceil(size), "{size}");
    }
    root.answers(OPERATION, &[("Marker", "garbage")], "400 ValidationError: Invalid Marker.").await;
}

#[tokio::test]
async fn a_role_shows_when_a_session_of_it_last_asked() {
    let server = TestServer::new().await;
    let root = server.root();
    let arn = root.make_role("worker", &trusting(ACCOUNT)).await;
    let ana = server.user("ana").await;
    root.allow("ana", &allowing("sts:AssumeRole")).await;
    let session = ana.assume(&arn, "day", &[]).await.unwrap();
    assert_eq!(session.sts("GetCallerIdentity", &[]).await.status, 200);
    let shown = root.must(OPERATION, &[("Filter.member.1", "Role")]).await;
    assert_eq!(part(&shown, "RoleDetailList").text("LastUsedDate"), "2026-11-21T12:00:00Z");
}

#[tokio::test]
async fn a_page_has_two_hundred_entries_at_most_whatever_is_asked_for() {
    let root = TestServer::new().await.root();
    for number in 0..201 {
        root.must("CreateUser", &[("UserName", &format!("user{number}"))]).await;
    }
    let pages = root.pages(OPERATION, &[], 1000, "UserName").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [200, 1]);
}
