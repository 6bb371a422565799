//! Tools for whoever writes policies: `/policies`. They look at what is sent and keep nothing.

use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use regent_policy::PolicyKind;

use super::problem::Problem;

mod gallery;
mod generate;
mod lint;
mod services;
mod simulate;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(gallery::get_gallery))
        .routes(routes!(gallery::fill_gallery_entry))
        .routes(routes!(lint::lint_policy))
        .routes(routes!(simulate::simulate_policies))
        .routes(routes!(generate::generate_policy))
        .routes(routes!(services::list_services))
        .routes(routes!(services::get_service))
}

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = LintKind)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// Passed when a session is made.
    #[default]
    Session,
    /// On a user, a group or a role.
    Identity,
    /// On a role: who may assume it.
    Trust,
    /// On a resource: it names principals.
    Resource,
    /// A permissions boundary.
    Boundary,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
}

impl Kind {
    const fn policy_kind(self) -> PolicyKind {
        match self {
            Self::Session => PolicyKind::Session,
            Self::Identity => PolicyKind::Identity,
            Self::Trust => PolicyKind::RoleTrust,
            Self::Resource => PolicyKind::Resource,
            Self::Boundary => PolicyKind::PermissionsBoundary,
            Self::Scp => PolicyKind::ServiceControl,
            Self::Rcp => PolicyKind::ResourceControl,
        }
    }
}

/// Does what may take milliseconds where no other request waits for it.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}
