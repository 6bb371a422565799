//! Groups of people: `/groups`.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use regent_broker::{BrokerRole, Group, Id, Mapping, Stored};
use regent_policy::action;
use regent_store::directory::{Broker, Directory, Versioned};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::accounts::UsedBy;
use super::body::{JsonBody, take};
use super::caller::Known;
use super::crud::{self, Edit, Resource};
use super::in_use;
use super::list::{List, Page};
use super::parameters::{Path, Query};
use super::problem::Problem;
use super::resource::{Shown, without_read_only};
use crate::broker::check::{self, Findings};
use crate::broker::members;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_groups, create_group)).routes(routes!(
        get_group,
        replace_group,
        change_group,
        delete_group
    ))
}

/// A group as it is to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupTerms {
    /// Unique, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 4000, default = "")]
    description: String,
    /// What its members may do in the broker.
    #[serde(default)]
    #[schema(default = json!([]))]
    roles: Vec<BrokerRole>,
    /// Who is in it, by id.
    #[serde(default)]
    #[schema(max_items = 10_000, default = json!([]))]
    members: Vec<Id>,
    /// Whom an identity provider puts into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mapped: Option<MappedTerms>,
}

/// Whom an identity provider puts into a group.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MappedTerms {
    /// The identity source.
    source: Id,
    /// The claim: the one that the identity source reads groups from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claim: Option<String>,
    /// A value of it.
    value: String,
}

/// What there is to see of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupView {
    #[serde(flatten)]
    terms: GroupTerms,
    /// How many are in it, as far as providers have told lately.
    member_count: usize,
}

impl GroupTerms {
    fn of(group: &Group, broker: Option<&Broker>) -> Self {
        let mapped = group.mapped.as_ref().map(|Mapping { source, value }| {
            let known = broker.and_then(|broker| broker.identity_sources.get(source.as_str()));
            let claim = known.map(|known| known.value.terms.claims.groups.clone());
            MappedTerms { source: source.clone(), claim, value: value.clone() }
        });
        let Group { name, description, roles, members, .. } = group.clone();
        Self { name, description, roles, members, mapped }
    }

    /// The group, if the claim it names is the one that is read.
    fn group(self, broker: &Broker) -> Result<Group, Problem> {
        let mut findings = Findings::default();
        let Self { name, description, roles, members, mapped } = self;
        let mapped = mapped.map(|MappedTerms { source, claim, value }| {
            let known = broker.identity_sources.get(source.as_str());
            if let (Some(claim), Some(known)) = (claim, known)
                && claim != known.value.terms.claims.groups
            {
                let read = &known.value.terms.claims.groups;
                let detail = format!("the identity source reads groups from `{read}`, not from `{claim}`");
                findings.fix("mapped.claim", "not_possible", detail, "change that at the identity source");
            }
            Mapping { source, value }
        });
        findings.settle()?;
        Ok(check::tidy_group(Group { name, description, roles, members, mapped }))
    }
}

impl Resource for Group {
    type View = GroupView;

    const READ_ONLY: &'static [&'static str] = &["member_count"];
    const BEARS_ADMINISTRATORS: bool = true;

    fn show(known: &Known, directory: &Directory, held: &Versioned<Stored<Self>>) -> GroupView {
        let broker = directory.broker();
        GroupView {
            terms: GroupTerms::of(&held.entity.value, Some(broker)),
            member_count: members::count(broker, &held.entity, known.asked.seconds()),
        }
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.name, &self.description]
    }

    fn check(broker: &Broker, _: &Id, value: &Self) -> Result<(), Problem> {
        check::group(broker, value)
    }

    fn check_unused(broker: &Broker, stored: &Stored<Self>) -> Result<(), Problem> {
        let mut users = in_use::granting(broker, &stored.id);
        let owned = broker
            .system_callers
            .iter()
            .filter(|held| held.entity.value.owner_group.as_ref() == Some(&stored.id))
            .map(|held| UsedBy { id: held.entity.id.clone(), name: held.entity.value.name.to_string() });
        users.extend(owned);
        in_use::refuse("group_in_use", "group", &users)
    }
}

/// Lists groups by name.
#[utoipa::path(get, path = "/groups", operation_id = "listGroups", tag = "People", params(Page),
    responses((status = 200, body = List<Shown<GroupView>>), (status = "default", body = Problem)))]
async fn list_groups(known: Known, Query(page): Query<Page>) -> Result<Response, Problem> {
    crud::list::<Group>(&known, &page, &action!("regent:ListGroups"))
}

/// Makes a group.
#[utoipa::path(post, path = "/groups", operation_id = "createGroup", tag = "People", request_body = GroupTerms,
    responses((status = 201, body = Shown<GroupView>), (status = "default", body = Problem)))]
async fn create_group(known: Known, JsonBody(mut body): JsonBody<Value>) -> Result<Response, Problem> {
    known.must(&action!("regent:CreateGroup"), "group", "*")?;
    without_read_only(&mut body, Group::READ_ONLY);
    let group = take::<GroupTerms>(body)?.group(known.directory.broker())?;
    crud::create(&known, known.asked.server.broker_id::<Group>()?, group).await
}

/// Shows a group, by id or name.
#[utoipa::path(get, path = "/groups/{id}", operation_id = "getGroup", tag = "People", params(("id" = String, Path)),
    responses((status = 200, body = Shown<GroupView>), (status = "default", body = Problem)))]
async fn get_group(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    crud::get::<Group>(&known, &id, &action!("regent:GetGroup"))
}

/// Replaces what is said of a group, its members included.
#[utoipa::path(put, path = "/groups/{id}", operation_id = "replaceGroup", tag = "People",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = GroupTerms,
    responses((status = 200, body = Shown<GroupView>), (status = "default", body = Problem)))]
async fn replace_group(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateGroup"), "group", &id)?;
    save(&known, Edit::replacing::<Group>(&known, &id, &headers, body)?).await
}

/// Changes what a merge patch names, and nothing else.
#[utoipa::path(patch, path = "/groups/{id}", operation_id = "changeGroup", tag = "People",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Object,
    responses((status = 200, body = Shown<GroupView>), (status = "default", body = Problem)))]
async fn change_group(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateGroup"), "group", &id)?;
    let terms = |group: &Group| serde_json::to_value(GroupTerms::of(group, None));
    save(&known, Edit::merging(&known, &id, &headers, patch, terms)?).await
}

async fn save(known: &Known, edit: Edit) -> Result<Response, Problem> {
    let group = take::<GroupTerms>(edit.terms)?.group(known.directory.broker())?;
    crud::change(known, &edit.id, Some(edit.revision), move |_: &Group| Ok(group.clone())).await
}

/// Deletes a group that no grant names.
#[utoipa::path(delete, path = "/groups/{id}", operation_id = "deleteGroup", tag = "People",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn delete_group(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    known.must(&action!("regent:DeleteGroup"), "group", &id)?;
    crud::delete::<Group>(&known, &id, &headers).await
}
