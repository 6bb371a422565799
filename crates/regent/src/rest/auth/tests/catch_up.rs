//! A node that is behind, and is shown a revision that it has not seen.

use super::*;

/// A node on this folder that does not look by itself what the others do.
async fn node(folder: &std::path::Path, clock: &Clock) -> Site {
    let settings = Settings {
        data: Some(folder.to_owned()),
        poll_millis: Some(3_600_000),
        max_staleness_secs: Some(u64::from(u32::MAX)),
        ..Settings::default()
    };
    let config = Config::resolve(settings, Settings::default()).unwrap();
    Site { server: Server::start(config, clock.clone()).await.unwrap().server, clock: clock.clone() }
}

#[tokio::test]
async fn a_change_is_allowed_by_what_it_is_a_change_of() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(NOW.parse().unwrap());
    let site = node(folder.path(), &clock).await;
    let mut ana = site.nobody();
    let code = site.server.setup_code().unwrap().to_owned();
    assert_eq!(
        ana.post("/setup", json!({"code": code, "name": "ana", "password": PASSWORD})).await.status,
        200
    );
    let behind = node(folder.path(), &clock).await;
    let mut there = Browser { site: behind.clone(), ..ana.clone() };
    assert_eq!(there.get("/me").await.status, 200);
    assert!(ana.post("/auth/logout", json!({})).await.status < 300);

    let seen = behind.server.store.picture().seq();
    let newest = site.server.store.picture().seq();
    assert!(newest > seen);
    let tag = format!("\"{newest}\"");
    // Whoever only looks has no use for it.
    let looked = there.send(Method::GET, "/settings", None, &[("if-match", &tag)]).await;
    assert_eq!((looked.status, behind.server.store.picture().seq()), (200, seen));
    let refused = there.send(Method::PUT, "/settings", Some(json!({})), &[("if-match", &tag)]).await;
    assert_eq!(refused.shape(), "401 login_required");
    assert!(behind.server.store.picture().seq() >= newest);
}
