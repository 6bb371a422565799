//! Who may do what, asked of the server with real policies: which keys are there for which caller, and that nothing
//! gets past what a policy says by being written in another way.

use regent::config::Settings;

use crate::support::{ACCOUNT, Client, TestServer, allowing};

mod condition_key;

const OTHER: &str = "210987654321";
const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// A document with one statement.
fn statement(effect: &str, action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Action":"{action}",{resource},"Condition":{condition}}}}}"#
    )
}

/// A user with a long-term key, a session of a role, and a session of that user with a one-time password.
async fn callers(server: &TestServer) -> (Client, Client, Client) {
    let root = server.root();
    let tag = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "blue")];
    root.must("CreateUser", &[&[("UserName", "ana"), ("Path", "/dev/")], &tag[..]].concat()).await;
    let ana = root.new_key_of("ana").await;
    let trust = crate::support::trusting("arn:aws:iam::123456789012:user/dev/ana");
    let role = [("RoleName", "deploy"), ("Path", "/ci/"), ("AssumeRolePolicyDocument", &*trust)];
    root.must("CreateRole", &[&role[..], &tag].concat()).await;
    let session = ana.assume("arn:aws:iam::123456789012:role/ci/deploy", "build", &[]).await.unwrap();
    let device = root.must("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "ana")]).await;
    let (serial, seed) = (device.text("SerialNumber"), device.text("Base32StringSeed"));
    let codes = [ana.code(&seed, -1), ana.code(&seed, 0)];
    let enable = [
        ("UserName", "ana"),
        ("SerialNumber", &*serial),
        ("AuthenticationCode1", &*codes[0]),
        ("AuthenticationCode2", &*codes[1]),
    ];
    root.must("EnableMFADevice", &enable).await;
    server.advance(30);
    let code = ana.code(&seed, 0);
    let proven = ana.sts("GetSessionToken", &[("SerialNumber", &serial), ("TokenCode", &code)]).await;
    let proven = proven.credentials(server).unwrap();
    (ana, session, proven)
}

#[tokio::test]
async fn a_statement_reaches_what_it_says_and_nothing_beside_it() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.must("CreateUser", &[("UserName", "Eva"), ("Path", "/admin/")]).await;
    let eva = r#""Resource":"arn:aws:iam::123456789012:user/admin/Eva""#;
    let not_admin = r#""NotResource":"arn:aws:iam::123456789012:user/admin/*""#;
    let get = ("GetUser", &[("UserName", "Eva")][..]);
    let make = |name, path| ("CreateUser", vec![("UserName", name), ("Path", path)]);
    let (inside, outside, odd) = (make("x", "/admin/"), make("y", "/dev/"), make("z", "//admin/"));
    for (policy, (action, params), status) in [
        (statement("Allow", "iam:GetUser", eva, "{}"), get, 200),
        (statement("Allow", "IAM:getuser", eva, "{}"), get, 200),
        (statement("Allow", "iam:GetUse?", &eva.replace("Eva", "E?a"), "{}"), get, 200),
        // Case counts in ARNs, and a path is part of one.
        (statement("Allow", "iam:GetUser", &eva.replace("Eva", "eva"), "{}"), get, 403),
        (statement("Allow", "iam:GetUser", &eva.replace("admin/", ""), "{}"), get, 403),
        (statement("Allow", "iam:GetUser", &eva.replace("123456789012", OTHER), "{}"), get, 403),
        (statement("Allow", "iam:GetUser", &eva.replace("arn:aws:", "arn:aws-cn:"), "{}"), get, 403),
        (statement("Allow", "iam:GetUser ", eva, "{}"), get, 403),
        (statement("Allow", "sts:GetUser", eva, "{}"), get, 403),
        (statement("Allow", "iam:*", &not_admin.replace("user/admin/*", "user/*"), "{}"), get, 403),
        (statement("Allow", "iam:*", not_admin, "{}"), ("CreateUser", &inside.1), 403),
        (statement("Allow", "iam:*", not_admin, "{}"), ("CreateUser", &outside.1), 200),
        (statement("Allow", "iam:*", not_admin, "{}"), ("CreateUser", &odd.1), 200),
        (statement("Allow", "iam:*", r#""Resource":"arn:aws:iam::123456789012:user/${aws:username}""#, "{}"), get, 403),
        (statement("Allow", "iam:*", r#""Resource":"arn:aws:iam::123456789012:user/${aws:PrincipalTag/none}*""#, "{}"), get, 403),
        (statement("Allow", "iam:*", r#""Resource":"arn:aws:iam::123456789012:user/admin/${aws:PrincipalTag/none, 'Eva'}""#, "{}"), get, 200),
        (r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}}"#.to_owned(), get, 403),
        (r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"IAM:getuser","Resource":"*"}}"#.to_owned(), get, 403),
        (r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"sts:*","Resource":"*"}}"#.to_owned(), get, 200),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","NotAction":"iam:GetUser","Resource":"*"}]}"#.to_owned(),
            get,
            200,
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","NotResource":"*"}]}"#.to_owned(),
            get,
            200,
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}]}"#.to_owned(),
            get,
            403,
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}]}"#.to_owned(),
            get,
            200,
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}"#.to_owned(),
            get,
            403,
        ),
    ] {
        root.allow("ana", &policy).await;
        let answer = ana.iam(action, params).await;
        assert_eq!(answer.status, status, "{policy} {params:?}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_thing_is_denied_however_it_is_named() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.make_policy("wide", "*").await;
    root.must("CreateUser", &[("UserName", "eva")]).await;
    let denied = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:*","Resource":"*"},
        {"Effect":"Deny","Action":"iam:Attach*","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":
            ["arn:aws:iam::aws:policy/AdministratorAccess","arn:aws:iam::123456789012:policy/wide"]}}},
        {"Effect":"Deny","Action":"iam:*","Resource":["arn:aws:iam::123456789012:policy/wide","arn:aws:iam::123456789012:role/admin"]}]}"#;
    root.must("PutUserPolicy", &[("UserName", "ana"), ("PolicyName", "p"), ("PolicyDocument", denied)]).await;
    let wide = "arn:aws:iam::123456789012:policy/wide";
    for arn in [ADMIN, wide] {
        let answer = ana.iam("AttachUserPolicy", &[("UserName", "eva"), ("PolicyArn", arn)]).await;
        assert_eq!(answer.status, 403, "{arn}: {}", answer.body);
    }
    // Neither is there under any other name.
    for arn in [
        "arn:aws:iam::aws:policy/administratoraccess",
        "arn:aws:iam::aws:policy//AdministratorAccess",
        "arn:aws:iam::aws:policy/x/AdministratorAccess",
        "arn:aws-cn:iam::aws:policy/AdministratorAccess",
        "arn:aws:iam::123456789012:policy/AdministratorAccess",
        "arn:aws:iam::123456789012:policy//wide",
        "arn:aws:iam::123456789012:policy/Wide",
        "arn:aws:iam::aws:policy/wide",
    ] {
        let answer = ana.iam("AttachUserPolicy", &[("UserName", "eva"), ("PolicyArn", arn)]).await;
        assert_eq!(answer.status, 404, "{arn}: {}", answer.body);
        let version = [("PolicyArn", arn), ("PolicyDocument", &*allowing("s3:*"))];
        let answer = ana.iam("CreatePolicyVersion", &version).await;
        assert!(matches!(answer.status, 403 | 404), "{arn}: {}", answer.body);
    }
    assert_eq!(root.must("ListPolicyVersions", &[("PolicyArn", wide)]).await.all("VersionId"), ["v1"]);
    assert_eq!(root.must("ListAttachedUserPolicies", &[("UserName", "eva")]).await.find("PolicyArn"), None);
    // What is made or renamed is asked about under the name that it is about to have.
    root.create_role("deploy").await;
    let trust = crate::support::trusting(ACCOUNT);
    let made = ana.iam("CreateRole", &[("RoleName", "admin"), ("AssumeRolePolicyDocument", &trust)]).await;
    assert_eq!(made.status, 403, "{}", made.body);
}

#[tokio::test]
async fn nobody_reaches_into_another_account() {
    let server = TestServer::new().await;
    let (root, other) = (server.root(), server.other_root(OTHER).await);
    let ana = server.user("ana").await;
    let policy = root.make_policy("wide", "iam:*").await;
    root.must("CreatePolicyVersion", &[("PolicyArn", &*policy), ("PolicyDocument", &allowing("*"))]).await;
    let device = root.must("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]).await;
    let serial = device.text("SerialNumber");
    root.create_role("deploy").await;
    other.create_role("deploy").await;
    other.must("CreateUser", &[("UserName", "ana")]).await;
    let (arn, version) = (("PolicyArn", &*policy), ("VersionId", "v2"));
    let (user, role) = (("UserName", "ana"), ("RoleName", "deploy"));
    let (bound, phone) = (("PermissionsBoundary", &*policy), ("SerialNumber", &*serial));
    let codes = [("AuthenticationCode1", "123456"), ("AuthenticationCode2", "654321")];
    let tag = [("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")];
    let key = ("AccessKeyId", &*ana.key);
    let document = allowing("*");
    let document = ("PolicyDocument", &*document);
    let everything = root.must("GetAccountAuthorizationDetails", &[]).await.body;
    for (action, params) in [
        ("GetPolicy", vec![arn]),
        ("GetPolicyVersion", vec![arn, version]),
        ("ListPolicyVersions", vec![arn]),
        ("ListPolicyTags", vec![arn]),
        ("ListEntitiesForPolicy", vec![arn]),
        ("DeletePolicy", vec![arn]),
        ("DeletePolicyVersion", vec![arn, version]),
        ("CreatePolicyVersion", vec![arn, document]),
        ("SetDefaultPolicyVersion", vec![arn, version]),
        ("TagPolicy", [&[arn], &tag[..]].concat()),
        ("UntagPolicy", vec![arn, ("TagKeys.member.1", "a")]),
        ("AttachUserPolicy", vec![user, arn]),
        ("AttachRolePolicy", vec![role, arn]),
        ("PutUserPermissionsBoundary", vec![user, bound]),
        ("PutRolePermissionsBoundary", vec![role, bound]),
        ("EnableMFADevice", [&[user, phone], &codes[..]].concat()),
        ("DeactivateMFADevice", vec![user, phone]),
        ("ResyncMFADevice", [&[user, phone], &codes[..]].concat()),
        ("GetMFADevice", vec![phone]),
        ("DeleteVirtualMFADevice", vec![phone]),
        ("TagMFADevice", [&[phone], &tag[..]].concat()),
        ("UntagMFADevice", vec![phone, ("TagKeys.member.1", "a")]),
        ("ListMFADeviceTags", vec![phone]),
        ("UpdateAccessKey", vec![user, key, ("Status", "Inactive")]),
        ("DeleteAccessKey", vec![user, key]),
        ("DeleteAccessKey", vec![key]),
        ("GetAccessKeyLastUsed", vec![key]),
    ] {
        let answer = other.iam(action, &params).await;
        assert!(matches!(answer.status, 403 | 404), "{action}: {}", answer.body);
        let now = root.must("GetAccountAuthorizationDetails", &[]).await.body;
        let end = everything.find("<ResponseMetadata>").unwrap();
        assert_eq!(now[..end], everything[..end], "{action}");
    }
    assert_eq!(root.must("ListVirtualMFADevices", &[]).await.all("SerialNumber"), [serial]);
    assert_eq!(ana.sts("GetCallerIdentity", &[]).await.status, 200);
}

#[tokio::test]
async fn a_session_follows_what_becomes_of_its_role() {
    let server = TestServer::new().await;
    let root = server.root();
    let (_, session, _) = callers(&server).await;
    root.allow_role("deploy", &allowing("iam:ListGroups iam:ListUsers")).await;
    root.make_policy("bound", "iam:ListGroups").await;
    let bound = ("PermissionsBoundary", "arn:aws:iam::123456789012:policy/bound");
    let role = ("RoleName", "deploy");
    let tagged = statement(
        "Allow",
        "iam:List*",
        r#""Resource":"*""#,
        r#"{"StringEquals":{"aws:PrincipalTag/Team":"red"}}"#,
    );
    let red = [role, ("Tags.member.1.Key", "TEAM"), ("Tags.member.1.Value", "red")];
    for (action, params, groups, users) in [
        ("GetRole", vec![role], 200, 200),
        ("PutRolePermissionsBoundary", vec![role, bound], 200, 403),
        ("DeleteRolePermissionsBoundary", vec![role], 200, 200),
        ("PutRolePolicy", vec![role, ("PolicyName", "test"), ("PolicyDocument", &*tagged)], 403, 403),
        ("TagRole", red.to_vec(), 200, 200),
        ("UntagRole", vec![role, ("TagKeys.member.1", "team")], 403, 403),
        ("AttachRolePolicy", vec![role, ("PolicyArn", ADMIN)], 200, 200),
        ("DetachRolePolicy", vec![role, ("PolicyArn", ADMIN)], 403, 403),
    ] {
        root.must(action, &params).await;
        assert_eq!(session.iam("ListGroups", &[]).await.status, groups, "{action}");
        assert_eq!(session.iam("ListUsers", &[]).await.status, users, "{action}");
    }
}

#[tokio::test]
async fn a_group_made_again_under_the_same_name_has_no_members() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let group = ("GroupName", "dev");
    root.must("CreateGroup", &[group]).await;
    root.must("AddUserToGroup", &[group, ("UserName", "ana")]).await;
    root.must("RemoveUserFromGroup", &[group, ("UserName", "ana")]).await;
    root.must("DeleteGroup", &[group]).await;
    root.must("CreateGroup", &[group]).await;
    let policy = allowing("*");
    root.must("PutGroupPolicy", &[group, ("PolicyName", "p"), ("PolicyDocument", &policy)]).await;
    assert_eq!(root.must("GetGroup", &[group]).await.find("UserName"), None);
    assert_eq!(ana.iam("ListGroups", &[]).await.status, 403);
}

#[tokio::test]
async fn a_role_is_assumed_by_its_own_arn_and_by_no_other_spelling() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let trust = crate::support::trusting("*");
    root.must(
        "CreateRole",
        &[("RoleName", "deploy"), ("Path", "/ci/"), ("AssumeRolePolicyDocument", &trust)],
    )
    .await;
    root.must(
        "CreateRole",
        &[("RoleName", "closed"), ("AssumeRolePolicyDocument", &crate::support::trusting(ACCOUNT))],
    )
    .await;
    root.allow(
        "ana",
        &statement("Allow", "sts:AssumeRole", r#""Resource":"arn:aws:iam::123456789012:role/*""#, "{}"),
    )
    .await;
    for (arn, is_open) in [
        ("arn:aws:iam::123456789012:role/ci/deploy", true),
        ("arn:aws:iam::123456789012:role/closed", true),
        ("arn:aws:iam::123456789012:role/deploy", false),
        ("arn:aws:iam::123456789012:role/ci/Deploy", false),
        ("arn:aws:iam::123456789012:role/CI/deploy", false),
        ("arn:aws:iam::123456789012:role//ci/deploy", false),
        ("arn:aws:iam::123456789012:role/ci//deploy", false),
        ("arn:aws:iam:us-east-1:123456789012:role/ci/deploy", false),
        ("arn:aws-cn:iam::123456789012:role/ci/deploy", false),
        ("arn:aws:sts::123456789012:role/ci/deploy", false),
        ("arn:aws:iam::210987654321:role/ci/deploy", false),
        ("arn:aws:iam::123456789012:user/ci/deploy", false),
    ] {
        let answer = ana.sts("AssumeRole", &[("RoleArn", arn), ("RoleSessionName", "s1")]).await;
        assert_eq!(answer.status, if is_open { 200 } else { 403 }, "{arn}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_policy_that_denies_is_named_within_the_account_alone() {
    let server = TestServer::new().await;
    let (root, other) = (server.root(), server.other_root(OTHER).await);
    let ana = server.user("ana").await;
    root.create_role("deploy").await;
    other.make_role("deploy", &crate::support::trusting(ACCOUNT)).await;
    root.allow("ana", &allowing("sts:AssumeRole")).await;
    let document = allowing("sts:AssumeRole").replace("Allow", "Deny");
    root.must("CreatePolicy", &[("PolicyName", "no"), ("PolicyDocument", &document)]).await;
    let no = "arn:aws:iam::123456789012:policy/no";
    root.must("AttachUserPolicy", &[("UserName", "ana"), ("PolicyArn", no)]).await;
    for (account, suffix) in [(ACCOUNT, format!(": {no}")), (OTHER, String::new())] {
        // One that is not there is denied in the same words.
        for role in ["deploy", "nobody"] {
            let role = format!("arn:aws:iam::{account}:role/{role}");
            let answer = ana.sts("AssumeRole", &[("RoleArn", &role), ("RoleSessionName", "s1")]).await;
            let denied = format!(
                "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: sts:AssumeRole on resource: {role} with an explicit deny in an identity-based policy{suffix}"
            );
            assert_eq!(answer.shape(), denied);
        }
    }
}

#[tokio::test]
async fn a_partition_of_ones_own_is_named_by_policies_like_any_other() {
    let settings = Settings { partition: Some("corp".to_owned()), ..Settings::default() };
    let server = TestServer::with(settings).await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let own = |action: &str, resource: &str| {
        statement("Allow", action, &format!(r#""Resource":"arn:corp:iam::123456789012:{resource}""#), "{}")
    };
    root.allow("ana", &own("iam:GetUser", "user/ana")).await;
    assert_eq!(ana.must("GetUser", &[]).await.text("Arn"), "arn:corp:iam::123456789012:user/ana");
    let role =
        root.make_role("deploy", &crate::support::trusting("arn:corp:iam::123456789012:user/ana")).await;
    root.allow_role("deploy", &allowing("iam:*")).await;
    let session = ana.assume(&role, "s1", &[("Policy", &own("iam:GetRole", "role/deploy"))]).await.unwrap();
    session.must("GetRole", &[("RoleName", "deploy")]).await;
    assert_eq!(session.iam("GetUser", &[("UserName", "ana")]).await.status, 403);
    let foreign = own("iam:GetUser", "user/ana").replace("arn:corp:", "arn:crop:");
    let refused = r#"400 MalformedPolicyDocument: Partition "crop" is not valid for resource "arn:crop:iam::123456789012:user/ana"."#;
    root.answers("CreatePolicy", &[("PolicyName", "p"), ("PolicyDocument", &foreign)], refused).await;
}
