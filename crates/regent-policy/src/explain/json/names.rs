//! The words that JSON has for what enums say.

use crate::explain::{Answer, Obstacle, Standing};
use crate::principal::GrantKind;

pub(super) fn standing_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Absent => "absent",
        Standing::OutOfReach => "outOfReach",
        Standing::Silent { .. } => "silent",
        Standing::NoObjection => "noObjection",
        Standing::Allows(_) => "allows",
        Standing::Denies(_) => "denies",
        Standing::Unusable { .. } => "unusable",
    }
}

pub(super) fn answer_name(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unfinished => "unfinished",
    }
}

pub(super) fn grant_name(grant: GrantKind) -> &'static str {
    match grant {
        GrantKind::Account => "Account",
        GrantKind::Issuer => "Issuer",
        GrantKind::Role => "Role",
        GrantKind::Federated => "Federated",
        GrantKind::Service => "Service",
        GrantKind::Session => "Session",
        GrantKind::User => "User",
        GrantKind::Everyone => "Everyone",
    }
}

pub(super) fn obstacle_name(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::RootMayNotAssumeRoles => "rootMayNotAssumeRoles",
        Obstacle::Unusable { .. } => "unusable",
        Obstacle::CallerHasNoName => "callerHasNoName",
        Obstacle::ResourceHasNoPattern => "resourceHasNoPattern",
        Obstacle::NotEditable { .. } => "notEditable",
        Obstacle::NothingHelped { .. } => "nothingHelped",
    }
}
