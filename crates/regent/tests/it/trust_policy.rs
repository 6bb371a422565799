//! Trust policies: what is stored, and what is shown of it later.

use crate::support::{ACCOUNT, Client, TestServer, allowing, escape, trusting};

const OTHER: &str = "210987654321";
const ANA: &str = "arn:aws:iam::123456789012:user/ana";
const ROLE: (&str, &str) = ("RoleName", "deploy");

async fn document_of(root: &Client, role: &str) -> String {
    root.must("GetRole", &[("RoleName", role)]).await.text("AssumeRolePolicyDocument")
}

/// Somebody who wants to write this document hears this, whether the role is made or changed.
async fn check(root: &Client, document: &str, shape: &str) {
    let made = [("RoleName", "new"), ("AssumeRolePolicyDocument", document)];
    root.answers("CreateRole", &made, shape).await;
    if shape == "200" {
        root.must("DeleteRole", &[("RoleName", "new")]).await;
    }
    root.answers("UpdateAssumeRolePolicy", &[ROLE, ("PolicyDocument", document)], shape).await;
}

#[tokio::test]
async fn a_document_comes_back_byte_for_byte() {
    let root = TestServer::new().await.root();
    root.create_role("deploy").await;
    let document = "{ \"Version\" : \"2012-10-17\",\r\n\t\"Statement\": [{\"Effect\":\"Allow\", \
                    \"Principal\" : { \"AWS\": [ \"123456789012\" ] },\"Action\":\"sts:AssumeRole\",\n \
                    \"Condition\": {\"StringEquals\": {\"sts:ExternalId\": \"a%3Ab+c/\u{e9}&<>'\"}}}] }\n";
    root.must("UpdateAssumeRolePolicy", &[ROLE, ("PolicyDocument", document)]).await;
    assert_eq!(document_of(&root, "deploy").await, escape(document));
}

#[tokio::test]
async fn a_document_that_is_no_trust_policy_is_refused() {
    let root = TestServer::new().await.root();
    root.create_role("deploy").await;
    let whole = trusting(ACCOUNT);
    for (document, message) in [
        ("{".to_owned(), "This policy contains invalid Json"),
        (
            whole.replace("sts:AssumeRole", "s3:GetObject"),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (whole.replace("\"Action\"", "\"Resource\":\"*\",\"Action\""), "Has prohibited field Resource"),
    ] {
        check(&root, &document, &format!("400 MalformedPolicyDocument: {message}")).await;
    }
    for action in ["sts:*", "sts:Assume*", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"] {
        check(&root, &whole.replace("sts:AssumeRole", action), "200").await;
    }
}

#[tokio::test]
async fn a_principal_must_exist_where_that_can_be_known() {
    let server = TestServer::new().await;
    let root = server.root();
    let other = server.other_root(OTHER).await;
    for (root, path) in [(&root, "/"), (&other, "/staff/")] {
        root.must("CreateUser", &[("UserName", "ana"), ("Path", path)]).await;
    }
    root.create_role("deploy").await;
    root.must("CreateGroup", &[("GroupName", "devs")]).await;
    for principal in [
        "*",
        ACCOUNT,
        "arn:aws:iam::123456789012:root",
        ANA,
        "arn:aws:iam::123456789012:role/deploy",
        "arn:aws:sts::123456789012:assumed-role/deploy/session",
        "arn:aws:sts::123456789012:federated-user/bob",
        "arn:aws:iam::210987654321:user/staff/ana",
        // Nobody here can tell who is in an account that is elsewhere.
        "999999999999",
        "arn:aws:iam::999999999999:root",
        "arn:aws:iam::999999999999:user/nobody",
        "arn:aws:iam::999999999999:role/x/nobody",
    ] {
        check(&root, &trusting(principal), "200").await;
    }
    for principal in [
        "ana",
        "12345678901",
        "AIDAJQABLZS4A3QDU576Q",
        "arn:aws:iam::123456789012:user/nobody",
        "arn:aws:iam::123456789012:user/ANA",
        "arn:aws:iam::123456789012:user/staff/ana",
        "arn:aws:iam::123456789012:user/*",
        "arn:aws:iam::123456789012:role/nobody",
        "arn:aws:iam::123456789012:group/devs",
        "arn:aws:iam::123456789012:policy/p",
        "arn:aws:sts::123456789012:assumed-role/nobody/session",
        "arn:aws:iam::210987654321:user/ana",
        "arn:aws:iam::210987654321:role/deploy",
        "arn:aws-cn:iam::123456789012:user/ana",
        "arn:aws:s3:::bucket",
    ] {
        let refused =
            format!("400 MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{principal}\"");
        check(&root, &trusting(principal), &refused).await;
    }
    let service = |member: &str, value: &str| trusting(value).replace("\"AWS\"", &format!("{member:?}"));
    for (member, value, label) in [
        ("Service", "ec2.example.com", "SERVICE"),
        ("Service", "ec2", "SERVICE"),
        ("Federated", "login.example.com", "FEDERATED"),
        ("Federated", "arn:aws-cn:iam::123456789012:saml-provider/idp", "FEDERATED"),
    ] {
        let refused =
            format!("400 MalformedPolicyDocument: Invalid principal in policy: \"{label}\":\"{value}\"");
        check(&root, &service(member, value), &refused).await;
    }
    check(&root, &service("Service", "ec2.amazonaws.com"), "200").await;
}

#[tokio::test]
async fn who_trusts_an_issuer_of_everybodys_tokens_must_say_whose() {
    let root = TestServer::new().await.root();
    root.create_role("deploy").await;
    let document = |condition: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity",
                "Principal":{{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}},
                "Condition":{{"StringLike":{{"token.actions.githubusercontent.com:{condition}"}}}}}}}}"#
        )
    };
    let refused = "400 MalformedPolicyDocument: Federated principal token.actions.githubusercontent.com is shared: the trust policy must evaluate the condition key token.actions.githubusercontent.com:sub, and not against a wildcard alone.";
    check(&root, &document(r#"aud":"sts.amazonaws.com"#), refused).await;
    check(&root, &document(r#"sub":"*"#), refused).await;
    check(&root, &document(r#"sub":"repo:team/app:*"#), "200").await;
}

#[tokio::test]
async fn a_document_has_2048_characters_at_most_without_white_space() {
    let root = TestServer::new().await.root();
    root.create_role("deploy").await;
    let bare = trusting(ACCOUNT).replace(r#","Condition":{}"#, r#","Sid":"""#);
    for (size, shape) in
        [(2048, "200"), (2049, "409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048")]
    {
        let sid = format!(r#""Sid":"{}""#, "a".repeat(size - bare.len()));
        check(&root, &bare.replace(r#""Sid":"""#, &sid).replace(',', ",\n    "), shape).await;
    }
}

#[tokio::test]
async fn a_principal_who_is_gone_is_shown_by_id_and_cannot_be_written_again() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let id = root.must("GetUser", &[("UserName", "ana")]).await.text("UserId");
    let document = format!(
        r#"{{ "Statement": [{{ "Effect": "Allow", "Principal": {{ "AWS": [ "{ANA}", "{ACCOUNT}" ] }}, "Action": "sts:AssumeRole" }}] }}"#
    );
    root.make_role("deploy", &document).await;
    // Renamed, she is still who is trusted.
    root.must("UpdateUser", &[("UserName", "ana"), ("NewUserName", "eva"), ("NewPath", "/x/")]).await;
    let renamed = document.replace(ANA, "arn:aws:iam::123456789012:user/x/eva");
    assert_eq!(document_of(&root, "deploy").await, escape(&renamed));
    let arn = "arn:aws:iam::123456789012:role/deploy";
    assert!(ana.assume(arn, "session", &[]).await.is_ok());
    root.must("UpdateUser", &[("UserName", "eva"), ("NewUserName", "ana"), ("NewPath", "/")]).await;
    assert_eq!(document_of(&root, "deploy").await, escape(&document));
    // Deleted, she is nobody, and whoever has her name is somebody else.
    root.must("DeleteAccessKey", &[("UserName", "ana"), ("AccessKeyId", &ana.key)]).await;
    root.must("DeleteUser", &[("UserName", "ana")]).await;
    let namesake = server.user("ana").await;
    let shown = document.replace(ANA, &id);
    assert_eq!(document_of(&root, "deploy").await, escape(&shown));
    for (action, params) in [("ListRoles", &[][..]), ("UpdateRoleDescription", &[ROLE, ("Description", "x")])]
    {
        let answer = root.must(action, params).await;
        assert_eq!(answer.text("AssumeRolePolicyDocument"), escape(&shown), "{action}");
    }
    let refused = "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/deploy because no identity-based policy allows the sts:AssumeRole action";
    assert_eq!(namesake.assume(arn, "session", &[]).await.err().unwrap().shape(), refused);
    let dead = format!("400 MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{id}\"");
    root.answers("UpdateAssumeRolePolicy", &[ROLE, ("PolicyDocument", &shown)], &dead).await;
    // Written again by name, the document means the namesake.
    root.must("UpdateAssumeRolePolicy", &[ROLE, ("PolicyDocument", &document)]).await;
    assert!(namesake.assume(arn, "session", &[]).await.is_ok());
}

#[tokio::test]
async fn a_role_made_again_is_another_role() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    let first = root.make_role("first", &trusting(ANA)).await;
    let second = root.make_role("second", &trusting(&first)).await;
    let session = ana.assume(&first, "one", &[]).await.unwrap();
    assert!(session.assume(&second, "two", &[]).await.is_ok());
    let id = root.must("GetRole", &[("RoleName", "first")]).await.text("RoleId");
    root.must("DeleteRole", &[("RoleName", "first")]).await;
    let over = "403 InvalidClientTokenId: The security token included in the request is invalid";
    assert_eq!(session.sts("GetCallerIdentity", &[]).await.shape(), over);
    root.make_role("first", &trusting(ANA)).await;
    root.allow_role("first", &allowing("iam:*")).await;
    assert_eq!(session.sts("GetCallerIdentity", &[]).await.shape(), over);
    assert_eq!(session.iam("ListRoles", &[]).await.shape(), over);
    let again = ana.assume(&first, "one", &[]).await.unwrap();
    again.must("ListRoles", &[]).await;
    let refused = again.assume(&second, "two", &[]).await.err().unwrap().shape();
    assert!(
        refused
            .starts_with("403 AccessDenied: User: arn:aws:sts::123456789012:assumed-role/first/one is not"),
        "{refused}"
    );
    assert_eq!(document_of(&root, "second").await, escape(&trusting(&id)));
}
