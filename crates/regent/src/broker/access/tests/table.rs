//! Who may use which connector, and what everybody else is told.

use super::*;

/// A grant to Ana, but for a change.
fn grant(change: &Value) -> Value {
    let mut grant = json!({ "id": id("grnt", 1), "subject": { "user": id("usr", 1) } });
    grant.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    grant
}

fn to_group() -> Value {
    grant(&json!({ "subject": { "group": id("grp", 1) } }))
}

fn to_build() -> Value {
    grant(&json!({ "subject": { "system_caller": id("sys", 1) } }))
}

fn hours(days: &[&str], from: &str, to: &str, timezone: &str) -> Value {
    grant(
        &json!({ "conditions": { "hours": { "days": days, "from": from, "to": to, "timezone": timezone } } }),
    )
}

/// Terms of a connector, its grant, and who is answered what about it: `grant`, `admin` or a refusal.
pub(super) type Row = (Value, Option<Value>, Vec<(Asked, &'static str)>);

#[expect(clippy::too_many_lines, reason = "a table of who may use what")]
pub(super) fn table() -> Vec<Row> {
    let none = || json!({});
    let network = json!({ "network": { "cidrs": ["203.0.113.0/24", "2001:db8::/32"] } });
    let work = ["mon", "tue", "wed", "thu", "fri"];
    vec![
        (none(), None, vec![(by(Ana), "NotGranted"), (by(Build), "Scope")]),
        (none(), Some(grant(&none())), vec![(by(Ana), "grant"), (by(Ben), "NotGranted")]),
        // Groups are of people.
        (none(), Some(to_group()), vec![(by(Ana), "grant"), (by(Ben), "NotGranted")]),
        (
            json!({ "scope": "both" }),
            Some(to_group()),
            vec![(by(Ana), "grant"), (by(GroupedBuild), "NotGranted")],
        ),
        // Whom it is for.
        (none(), Some(to_build()), vec![(by(Build), "Scope")]),
        (json!({ "scope": "system" }), Some(to_build()), vec![(by(Build), "grant"), (by(Ana), "Scope")]),
        (json!({ "scope": "system" }), Some(grant(&none())), vec![(by(Ana), "Scope")]),
        (json!({ "scope": "both" }), Some(to_build()), vec![(by(Build), "grant"), (by(Ana), "NotGranted")]),
        // A grant to ask or to approve lets nobody in.
        (none(), Some(grant(&json!({ "effect": "request" }))), vec![(by(Ana), "NotGranted")]),
        (none(), Some(grant(&json!({ "effect": "approve" }))), vec![(by(Ana), "NotGranted")]),
        // Until when.
        (none(), Some(grant(&json!({ "expires_at": seconds(NOON) }))), vec![(by(Ana), "NotGranted")]),
        (none(), Some(grant(&json!({ "expires_at": seconds(NOON) + 1 }))), vec![(by(Ana), "grant")]),
        // From where, by the grant and by the connector.
        (
            none(),
            Some(grant(&json!({ "conditions": { "cidrs": ["203.0.113.0/24", "2001:db8::/32"] } }))),
            vec![
                (by(Ana), "grant"),
                (by(Ana).from("203.0.114.1"), "NotGranted"),
                (by(Ana).from("2001:db8::1"), "grant"),
                (by(Ana).from("2001:db9::1"), "NotGranted"),
            ],
        ),
        (
            network.clone(),
            Some(grant(&none())),
            vec![
                (by(Ana), "grant"),
                (by(Ana).from("2001:db8::1"), "grant"),
                (by(Ana).from("203.0.114.1"), "Network"),
                (by(Ben).from("203.0.114.1"), "NotGranted"),
                (by(Admin).from("203.0.114.1"), "Network"),
            ],
        ),
        // When, where the day has another hour.
        (
            none(),
            Some(hours(&work, "08:00", "18:00", "Europe/Berlin")),
            vec![
                (by(Ana).at("2026-11-23T07:00:00Z"), "grant"),
                (by(Ana).at("2026-11-23T06:59:59Z"), "NotGranted"),
                (by(Ana).at("2026-11-23T16:59:59Z"), "grant"),
                (by(Ana).at("2026-11-23T17:00:00Z"), "NotGranted"),
                (by(Ana).at("2026-07-20T06:00:00Z"), "grant"),
                (by(Ana), "NotGranted"),
            ],
        ),
        // Past midnight the hours belong to the day on which they began.
        (
            none(),
            Some(hours(&["fri"], "22:00", "06:00", "UTC")),
            vec![
                (by(Ana).at("2026-11-27T21:59:59Z"), "NotGranted"),
                (by(Ana).at("2026-11-27T22:00:00Z"), "grant"),
                (by(Ana).at("2026-11-28T00:00:00Z"), "grant"),
                (by(Ana).at("2026-11-28T05:59:59Z"), "grant"),
                (by(Ana).at("2026-11-28T06:00:00Z"), "NotGranted"),
                (by(Ana).at("2026-11-28T22:00:00Z"), "NotGranted"),
                (by(Ana).at("2026-11-27T05:59:59Z"), "NotGranted"),
            ],
        ),
        // With which second factor, by the grant and by the connector.
        (
            none(),
            Some(grant(&json!({ "conditions": { "mfa_minutes": 10 } }))),
            vec![
                (by(Ana), "MfaRequired"),
                (by(Ana).mfa(600), "grant"),
                (by(Ana).mfa(601), "MfaRequired"),
                (by(Ben), "NotGranted"),
            ],
        ),
        // One that would not help is not asked for.
        (
            none(),
            Some(grant(&json!({ "conditions": {
                "mfa_minutes": 10, "hours": { "days": ["sat"], "from": "08:00", "to": "18:00", "timezone": "UTC" },
            } }))),
            vec![
                (by(Ana).at("2026-11-28T09:00:00Z"), "MfaRequired"),
                (by(Ana).at("2026-11-28T19:00:00Z"), "NotGranted"),
                (by(Ana).at("2026-11-28T19:00:00Z").mfa(1), "NotGranted"),
            ],
        ),
        (
            none(),
            Some(grant(&json!({ "expires_at": seconds(NOON), "conditions": { "mfa_minutes": 10 } }))),
            vec![(by(Ana), "NotGranted"), (by(Ana).mfa(1), "NotGranted")],
        ),
        (
            json!({ "require_mfa": "fresh" }),
            Some(hours(&["sat"], "08:00", "18:00", "UTC")),
            vec![
                (by(Ana).at("2026-11-28T09:00:00Z"), "MfaRequired"),
                (by(Ana).at("2026-11-28T19:00:00Z"), "NotGranted"),
                (by(Ana).at("2026-11-28T19:00:00Z").mfa(1), "NotGranted"),
            ],
        ),
        (
            json!({ "require_mfa": "login" }),
            Some(grant(&none())),
            vec![
                (by(Ana), "MfaRequired"),
                (by(Ana).mfa(86_000), "grant"),
                (by(Ben), "NotGranted"),
                (by(Admin), "MfaRequired"),
            ],
        ),
        (
            json!({ "require_mfa": "fresh" }),
            Some(grant(&none())),
            vec![
                (by(Ana), "MfaRequired"),
                (by(Ana).mfa(600), "grant"),
                (by(Ana).mfa(601), "MfaRequired"),
                (by(Admin), "MfaRequired"),
            ],
        ),
        (
            json!({ "require_mfa": "fresh", "mfa_minutes": 5 }),
            Some(grant(&none())),
            vec![(by(Ana).mfa(300), "grant"), (by(Ana).mfa(301), "MfaRequired")],
        ),
        // What is passed on to the upstream is the upstream's to judge.
        (json!({ "require_mfa": "upstream" }), Some(grant(&none())), vec![(by(Ana), "grant")]),
        // Administrators.
        (
            none(),
            None,
            vec![
                (by(Admin), "admin"),
                (by(SafeAdmin), "MfaRequired"),
                (by(SafeAdmin).mfa(600), "admin"),
                (by(SafeAdmin).mfa(601), "MfaRequired"),
                (by(Admin).unless_granted(), "NotGranted"),
                (by(SafeAdmin).mfa(1).unless_granted(), "NotGranted"),
            ],
        ),
        (
            none(),
            Some(grant(&json!({ "subject": { "user": id("usr", 3) } }))),
            vec![(by(Admin).unless_granted(), "grant")],
        ),
        // What keeps everybody out.
        (
            json!({ "access_mode": "request" }),
            Some(grant(&none())),
            vec![(by(Ana), "RequestRequired"), (by(Ben), "NotGranted"), (by(Admin), "RequestRequired")],
        ),
        (json!({ "access_mode": "break_glass" }), Some(grant(&none())), vec![(by(Ana), "RequestRequired")]),
        (
            json!({ "disabled": true }),
            Some(grant(&none())),
            vec![(by(Ana), "Disabled"), (by(Ben), "NotGranted"), (by(Admin), "Disabled")],
        ),
    ]
}
