//! What policies can be about: `/policies/services`.

use axum::Json;
use regent_policy::action;
use regent_policy::catalogue::{Catalogue, CatalogueAction, ConditionKey, ResourceType, Service};
use serde::Serialize;
use utoipa::ToSchema;

use crate::policy::nearest::unknown_service;
use crate::rest::caller::Known;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;

/// All services of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceList {
    /// The day of the data. AWS may have added some since.
    date: &'static str,
    /// By prefix.
    items: Vec<ServiceSummary>,
}

/// A service.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceSummary {
    /// What its actions begin with: `s3`.
    prefix: &'static str,
    /// Its name.
    title: &'static str,
    /// How many actions it has.
    actions: usize,
}

/// A service, with what a policy can say about it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceView {
    /// What its actions begin with: `s3`.
    prefix: &'static str,
    /// Its name.
    title: &'static str,
    /// Its actions by name.
    actions: Vec<ActionView>,
    /// Its types of resources.
    resource_types: Vec<ResourceTypeView>,
    /// Its condition keys.
    condition_keys: Vec<KeyView>,
}

/// An action.
#[derive(Debug, Serialize, ToSchema)]
struct ActionView {
    /// Without the prefix: `GetObject`.
    name: &'static str,
    /// How far it reaches.
    access_level: &'static str,
    /// Whether it is about `*` and nothing else.
    wildcard_only: bool,
    /// The types of resources that it takes, those that it needs marked.
    resources: Vec<UseView>,
    /// The condition keys that it sets, for itself or for a resource.
    condition_keys: Vec<&'static str>,
}

/// A type of resource that an action takes.
#[derive(Debug, Serialize, ToSchema)]
struct UseView {
    /// Its name.
    #[serde(rename = "type")]
    name: &'static str,
    /// Whether a request must name one.
    required: bool,
}

/// A type of resource.
#[derive(Debug, Serialize, ToSchema)]
struct ResourceTypeView {
    /// Its name.
    name: &'static str,
    /// How its ARNs look.
    arns: Vec<&'static str>,
}

/// A condition key.
#[derive(Debug, Serialize, ToSchema)]
struct KeyView {
    /// Its name; a placeholder stands for what a policy writes there.
    name: &'static str,
    /// What its values are.
    #[serde(rename = "type")]
    key_type: &'static str,
    /// Whether it can have several values.
    multivalued: bool,
}

/// Lists the services that policies can be about.
#[utoipa::path(get, path = "/policies/services", operation_id = "listServices", tag = "Policies",
    responses((status = 200, body = ServiceList), (status = "default", body = Problem)))]
pub(super) async fn list_services(known: Known) -> Result<Json<ServiceList>, Problem> {
    known.must(&action!("regent:GeneratePolicy"), "policy", "*")?;
    super::aside(|| {
        let catalogue = Catalogue::bundled();
        let items = catalogue.services().map(|service| ServiceSummary {
            prefix: service.prefix(),
            title: service.title(),
            actions: service.actions().len(),
        });
        Ok(ServiceList { date: catalogue.date(), items: items.collect() })
    })
    .await
    .map(Json)
}

/// Shows a service: its actions, the resources they take and the condition keys they set.
#[utoipa::path(get, path = "/policies/services/{prefix}", operation_id = "getService", tag = "Policies",
    params(("prefix" = String, Path)),
    responses((status = 200, body = ServiceView), (status = "default", body = Problem)))]
pub(super) async fn get_service(
    known: Known,
    Path(prefix): Path<String>,
) -> Result<Json<ServiceView>, Problem> {
    known.must(&action!("regent:GeneratePolicy"), "policy", "*")?;
    super::aside(move || {
        let catalogue = Catalogue::bundled();
        let unknown = || Problem::not_found(unknown_service(catalogue, &prefix));
        Ok(view(catalogue.service(&prefix).ok_or_else(unknown)?))
    })
    .await
    .map(Json)
}

fn view(service: Service<'static>) -> ServiceView {
    ServiceView {
        prefix: service.prefix(),
        title: service.title(),
        actions: service.actions().map(action_view).collect(),
        resource_types: service.resource_types().map(resource_type_view).collect(),
        condition_keys: service.condition_keys().map(key_view).collect(),
    }
}

fn action_view(action: CatalogueAction<'static>) -> ActionView {
    ActionView {
        name: action.name(),
        access_level: action.access_level().as_str(),
        wildcard_only: action.is_wildcard_only(),
        resources: action
            .resources()
            .map(|used| UseView { name: used.resource_type().name(), required: used.is_required() })
            .collect(),
        condition_keys: crate::policy::keys::of_action(action),
    }
}

fn resource_type_view(resource_type: ResourceType<'static>) -> ResourceTypeView {
    ResourceTypeView { name: resource_type.name(), arns: resource_type.arns().collect() }
}

fn key_view(key: ConditionKey<'static>) -> KeyView {
    KeyView { name: key.name(), key_type: key.key_type().as_str(), multivalued: key.is_multivalued() }
}
