//! Tokens of builds.

use super::*;

#[tokio::test]
async fn a_job_is_let_in_by_its_issuer_audience_and_claims() {
    let setting = Setting::new(|world| {
        world.claims["aud"] = json!(["regent"]);
        world.claims["sub"] = json!("repo:acme/site:ref:refs/heads/main");
        world.claims["ref_protected"] = json!("true");
        world.claims["kubernetes.io"] = json!({"namespace": "ci", "pod": {"uid": 7}});
    })
    .await;
    let matchers =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let terms = |pairs: &[(&str, &str)]| regent_broker::JobToken {
        issuer: setting.provider.url.clone(),
        audience: "regent".to_owned(),
        jwks_url: None,
        matchers: matchers(pairs),
    };
    let job = |terms: regent_broker::JobToken| {
        let token = setting.with(|world| world.signer.token(&world.header, &world.claims));
        let openid = &setting.openid;
        async move {
            openid.job(&web(), (&token, &terms), NOW).await.map(|claims| claims.text("sub").unwrap().len())
        }
    };
    for (pairs, expected) in [
        (&[("sub", "repo:acme/site:ref:refs/heads/main")][..], Ok(34)),
        (&[("sub", "repo:acme/*:ref:refs/heads/main"), ("ref_protected", "true")], Ok(34)),
        (
            &[("sub", "repo:acme/s?te:*"), ("kubernetes.io.namespace", "ci"), ("kubernetes.io.pod.uid", "7")],
            Ok(34),
        ),
        (&[("kubernetes.io.namespace", "prod")], Err(Error::Matcher("kubernetes.io.namespace".to_owned()))),
        (&[("sub", "repo:acme/site")], Err(Error::Matcher("sub".to_owned()))),
        (&[("sub", "REPO:*")], Err(Error::Matcher("sub".to_owned()))),
        (&[("sub", "*"), ("missing", "*")], Err(Error::Matcher("missing".to_owned()))),
        (&[("kubernetes.io", "*")], Err(Error::Matcher("kubernetes.io".to_owned()))),
        (&[], Err(Error::Unbound)),
    ] {
        assert_eq!(job(terms(pairs)).await, expected, "{pairs:?}");
    }
    let sub = &[("sub", "repo:*")][..];
    let direct = Some(format!("{}/keys", setting.provider.url));
    assert_eq!(job(regent_broker::JobToken { jwks_url: direct, ..terms(sub) }).await, Ok(34));
    let other = regent_broker::JobToken { audience: "other".to_owned(), ..terms(sub) };
    assert_eq!(job(other).await, Err(Error::Token(TokenError::Audience)));
    let other = regent_broker::JobToken { issuer: "https://evil.example".to_owned(), ..terms(sub) };
    assert_eq!(job(other).await, Err(Error::Token(TokenError::Issuer)));
    setting.with(|world| world.claims["exp"] = Value::Null);
    assert_eq!(job(terms(sub)).await, Err(Error::Token(TokenError::Claim("exp"))));
    setting.with(|world| world.claims["exp"] = json!(NOW - 60));
    assert_eq!(job(terms(sub)).await, Err(Error::Token(TokenError::Expired)));
}
