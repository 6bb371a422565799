//! What claims say of a person, at a sign-in and after.

use super::*;

#[tokio::test]
async fn claims_are_read_where_an_administrator_says() {
    let claims = Claims(
        json!({
            "sub": "1", "upn": "ana", "https://idp.example/groups": ["a"], "realm_access": {"roles": ["b", "c"]}, "one": "d",
            "none": [], "odd": [1], "deep": {"list": {"x": 1}}, "email": "x@y", "email_verified": "false", "name": " ",
            "long": "x".repeat(300), "control": "a\nb", "amr": ["pwd", "mfa"], "auth_time": 1500,
        })
        .as_object()
        .unwrap()
        .clone(),
    );
    let read = |groups: &str, name: &str| {
        let names = ClaimNames { groups: groups.to_owned(), name: name.to_owned(), ..ClaimNames::default() };
        Identity::of(&claims, &names)
    };
    for (path, expected) in [
        ("https://idp.example/groups", vec!["a"]),
        ("realm_access.roles", vec!["b", "c"]),
        ("one", vec!["d"]),
        ("none", vec![]),
        ("missing", vec![]),
        ("realm_access.missing", vec![]),
    ] {
        assert_eq!(read(path, "upn").unwrap().groups, expected, "{path}");
    }
    for path in ["odd", "deep.list", "deep"] {
        assert_eq!(read(path, "upn"), Err(OidcError::Groups(path.to_owned())));
    }
    let identity = read("none", "upn").unwrap();
    assert_eq!(
        (identity.name.as_deref(), &identity.email, &identity.display_name),
        (Some("ana"), &None, &None)
    );
    assert!(identity.is_multi_factor);
    assert_eq!((identity.mfa_at(2000), identity.mfa_at(1000)), (Some(1500), Some(1000)));
    let unknown = Identity { authenticated_at: None, ..identity.clone() };
    let single = Identity { is_multi_factor: false, ..identity };
    assert_eq!((unknown.mfa_at(2000), single.mfa_at(2000)), (None, None));
    for path in ["long", "control", "deep", "missing"] {
        assert_eq!(read("none", path).unwrap().name, None, "{path}");
    }
}

#[test]
fn an_address_counts_when_the_provider_vouches_for_it() {
    for (said, trust_email, counts) in [
        (json!(true), false, true),
        (json!("true"), false, true),
        (json!(false), true, false),
        (json!("false"), true, false),
        (json!(1), true, false),
        (Value::Null, true, false),
    ] {
        let claims = json!({"sub": "1", "email": "ana@example.com", "email_verified": said});
        let claims = Claims(claims.as_object().unwrap().clone());
        let names = ClaimNames { trust_email, ..ClaimNames::default() };
        assert_eq!(Identity::of(&claims, &names).unwrap().email.is_some(), counts, "{said} {trust_email}");
    }
    let claims = Claims(json!({"sub": "1", "email": "ana@example.com"}).as_object().unwrap().clone());
    for trust_email in [false, true] {
        let names = ClaimNames { trust_email, ..ClaimNames::default() };
        assert_eq!(Identity::of(&claims, &names).unwrap().email.is_some(), trust_email);
    }
}

#[test]
fn attributes_are_texts_from_where_an_administrator_says() {
    let claims = json!({
        "sub": "1", "team": " blue ", "org": {"unit": "7"}, "level": 3, "teams": ["a"], "empty": "", "bad": "a\nb",
    });
    let claims = Claims(claims.as_object().unwrap().clone());
    let attributes = ["team", "org.unit", "level", "teams", "empty", "bad", "missing"];
    let attributes = attributes.map(|path| (path.replace('.', "_"), path.to_owned())).into();
    let names = ClaimNames { attributes, ..ClaimNames::default() };
    let read = Identity::of(&claims, &names).unwrap().attributes;
    let found: Vec<(&str, &str)> =
        read.iter().filter_map(|(name, value)| Some((&**name, value.as_deref()?))).collect();
    assert_eq!((found, read.len()), (vec![("org_unit", "7"), ("team", "blue")], 7));
}

#[tokio::test]
async fn groups_that_are_elsewhere_are_not_taken_for_none() {
    let groups = || OidcError::Groups("groups".to_owned());
    let lies: Vec<Lie> = vec![
        (
            "distributed",
            |w| {
                w.claims["groups"] = Value::Null;
                w.claims["_claim_names"] = json!({"groups": "src1"});
            },
            groups(),
        ),
        ("a sign that there are some", |w| w.claims["hasgroups"] = json!(true), groups()),
        ("objects", |w| w.claims["groups"] = json!([{"id": 1}]), groups()),
        ("too many", |w| w.claims["groups"] = json!(vec!["g"; 1001]), groups()),
    ];
    refuses(lies).await;
}

#[tokio::test]
async fn what_the_token_does_not_say_is_asked_and_is_about_the_same_person() {
    fn asked(world: &mut World, subject: &str) {
        world.claims.as_object_mut().unwrap().remove("groups");
        world.userinfo =
            Answer::json(&json!({"sub": subject, "groups": ["late"], "preferred_username": "mallory"}));
    }
    let identity = sign_in(|world| asked(world, "248289761001")).await.unwrap();
    assert_eq!((identity.groups, identity.name.as_deref()), (vec!["late".to_owned()], Some("ana")));
    let other = sign_in(|world| asked(world, "7")).await;
    assert_eq!(other, Err(OidcError::Mismatch("another subject")));
    let down = sign_in(|world| {
        world.claims.as_object_mut().unwrap().remove("groups");
    })
    .await;
    assert_eq!(down, Err(status(500, None)));
}

#[tokio::test]
async fn groups_are_refreshed_for_the_same_person_only() {
    let setting = Setting::new(|world| world.refresh_token = Some("r1")).await;
    let signed_in = setting.sign_in(NOW).await.unwrap();
    let token = signed_in.refresh_token.unwrap();
    let client = setting.client();
    let refresh = |subject: &'static str| {
        let (openid, token) = (&setting.openid, &token);
        async move {
            openid
                .refresh(&web(), client, (token, subject), NOW + 60)
                .await
                .map(|again| again.identity.groups)
        }
    };
    setting.with(|world| {
        world.nonce = None;
        world.claims["groups"] = json!(["new"]);
    });
    assert_eq!(refresh("248289761001").await, Ok(vec!["new".to_owned()]));
    assert_eq!(refresh("another").await, Err(OidcError::Mismatch("another subject")));
    let body = setting
        .provider
        .asked
        .lock()
        .unwrap()
        .iter()
        .rfind(|asked| asked.line.contains("/token"))
        .unwrap()
        .body
        .clone();
    assert_eq!(body, "grant_type=refresh_token&refresh_token=r1&client_id=regent%3A1");
    // Without an ID token the provider is asked, and what it says is about them or not taken.
    setting.with(|world| {
        world.tokens = Some(Answer::json(&json!({"access_token": "a", "token_type": "Bearer"})));
        world.userinfo = Answer::json(&json!({"sub": "248289761001", "groups": []}));
    });
    assert_eq!(refresh("248289761001").await, Ok(vec![]));
    assert_eq!(refresh("another").await, Err(OidcError::Mismatch("another subject")));
    setting.with(|world| {
        world.tokens =
            Some(Answer { status: 400, header: "x: y", body: br#"{"error":"invalid_grant"}"#.to_vec() });
    });
    assert_eq!(refresh("248289761001").await, Err(status(400, Some("invalid_grant"))));
}
