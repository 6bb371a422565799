//! What would come of a connector, saved or not: `/connectors/preview`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use regent_broker::capability::{Answer, Capability, capability};
use regent_broker::plan::{self, Bound, Warning};
use regent_broker::template::{Asker, Subject as Around, System, Template, TemplatePurpose, User, suited};
use regent_broker::{Account, Connector, ConnectorTerms, GrantEffect, Person, PrincipalType, Subject};
use regent_policy::action;
use regent_store::directory::Broker;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::GrantView;
use crate::broker::caller::{self, BrokerCaller, Circumstances};
use crate::broker::usable::{self, Lifetime};
use crate::broker::{check_connector, members};
use crate::rest::body::{JsonBody, take};
use crate::rest::caller::Known;
use crate::rest::crud::{self, Resource as _};
use crate::rest::problem::{FieldProblem, Problem};
use crate::rest::resource::without_read_only;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(preview_connector))
}

/// A connector, saved or not, and for whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewRequest {
    /// The connector as it would be.
    #[schema(value_type = Object)]
    connector: Value,
    /// Whose session is looked at, by id or name; the caller's if nobody is named.
    #[serde(default)]
    user_id: Option<String>,
}

/// What would come of it.
#[derive(Debug, Serialize, ToSchema)]
struct Preview {
    /// Which lifetimes are possible; none if no session is.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<PreviewedLifetime>,
    /// The size of its session policies.
    policy: PolicySize,
    /// What the session would be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_name: Option<String>,
    /// The ARN that records of AWS would show.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_arn: Option<String>,
    /// Its source identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
    /// Its tags.
    tags: BTreeMap<String, String>,
    /// Who could use it.
    who: WhoMay,
    /// What keeps it from being saved, or from being used by this person.
    problems: Vec<FieldProblem>,
    /// Which members mean something for this kind of session.
    capabilities: Vec<FieldCapability>,
}

/// Which lifetimes are possible.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedLifetime {
    #[serde(flatten)]
    lifetime: Lifetime,
    /// What people should know.
    warnings: Vec<Warning>,
}

/// How much of the space for session policies is used.
#[derive(Debug, Serialize, ToSchema)]
struct PolicySize {
    /// Characters of the inline policy and the ARNs of managed ones.
    characters: usize,
    /// How many STS takes.
    limit: usize,
}

/// Who could use it.
#[derive(Debug, Serialize, ToSchema)]
struct WhoMay {
    /// How many people, each counted once.
    people: usize,
    /// The groups.
    groups: Vec<GroupSize>,
    /// How many system callers.
    system_callers: usize,
}

/// A group, and how many are in it.
#[derive(Debug, Serialize, ToSchema)]
struct GroupSize {
    id: String,
    name: String,
    members: usize,
}

/// Whether a member means something for this kind of session.
#[derive(Debug, Serialize, ToSchema)]
struct FieldCapability {
    field: &'static str,
    allowed: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Shows what would come of a connector: lifetimes, names, tags, who could use it, and what is wrong with it.
#[utoipa::path(post, path = "/connectors/preview", operation_id = "previewConnector", tag = "Connectors",
    request_body = PreviewRequest,
    responses((status = 200, body = Preview), (status = "default", body = Problem)))]
async fn preview_connector(
    known: Known,
    JsonBody(PreviewRequest { connector, user_id }): JsonBody<PreviewRequest>,
) -> Result<Json<Preview>, Problem> {
    known.must(&action!("regent:PreviewConnector"), "connector", "*")?;
    let connector = unsaved(&known, connector)?;
    let broker = known.directory.broker();
    let asker = asker(&known, user_id.as_deref())?;
    let terms = &connector.terms;
    let mut findings = check_connector::findings(broker, &connector).into_fields();
    let account = broker.accounts.get(terms.account_id.as_str()).map(|account| &account.value);
    let rendered = Rendered::of(terms, &asker, &known, &mut findings);
    let (characters, limit) = (check_connector::size(terms), check_connector::MAX_CHARACTERS);
    Ok(Json(Preview {
        lifetime: account.and_then(|account| lifetime(&connector, account)),
        policy: PolicySize { characters, limit },
        session_arn: account.and_then(|account| terms.session_arn(account, rendered.session_name.as_deref())),
        session_name: rendered.session_name,
        source_identity: rendered.source_identity,
        tags: rendered.tags,
        who: WhoMay::of(broker, &connector, known.asked.seconds()),
        problems: findings,
        capabilities: capabilities(terms.principal_type),
    }))
}

/// A connector as a body has it. What the body leaves out of one that is kept is as it is kept.
pub(super) fn unsaved(known: &Known, mut body: Value) -> Result<Connector, Problem> {
    let id = body.get("id").and_then(Value::as_str).map(str::to_owned);
    let kept = id.and_then(|id| crud::find::<Connector>(&known.directory, &id).ok());
    let kept = kept.map(|held| &held.entity.value);
    let grants = body.as_object_mut().and_then(|members| members.remove("grants"));
    without_read_only(&mut body, Connector::READ_ONLY);
    let terms: ConnectorTerms = take(body)?;
    let connector = kept.map_or_else(|| Connector::new(terms.clone()), |kept| kept.with(terms.clone()));
    match grants {
        None | Some(Value::Null) => Ok(connector),
        Some(grants) => {
            let grants = take::<Vec<GrantView>>(grants)?;
            Ok(Connector { grants: super::grants::made(known, &grants, &[])?, ..connector })
        }
    }
}

/// Whose session is looked at.
pub(super) fn asker(known: &Known, user_id: Option<&str>) -> Result<BrokerCaller, Problem> {
    let Some(id) = user_id else { return Ok(known.caller.clone()) };
    let person = &crud::find::<Person>(&known.directory, id)?.entity;
    let around = Circumstances {
        source_ip: Arc::clone(&known.asked.source_ip),
        user_agent: None,
        now: known.asked.seconds(),
    };
    BrokerCaller::of_person(known.directory.broker(), person, around)
        .map_err(|barred| Problem::conflict(barred.code(), barred.told(&person.value.name)))
}

fn lifetime(connector: &Connector, account: &Account) -> Option<PreviewedLifetime> {
    let terms = usable::terms(connector, account);
    let mut warnings = plan::plan(&terms).ok()?.warnings;
    // A maximum beyond the role's may be saved, and is not reached.
    let longest = plan::Terms { requested: terms.connector_max, ..terms };
    let beyond = plan::plan(&longest).ok()?.warnings;
    warnings.extend(beyond.into_iter().filter(|warning| warning.code == Bound::DurationRoleMax.name()));
    warnings.dedup();
    Some(PreviewedLifetime { lifetime: Lifetime::of(&terms)?, warnings })
}

/// The texts of a session, as far as there are any.
#[derive(Debug, Default)]
struct Rendered {
    session_name: Option<String>,
    source_identity: Option<String>,
    tags: BTreeMap<String, String>,
}

impl Rendered {
    fn of(
        terms: &ConnectorTerms,
        caller: &BrokerCaller,
        known: &Known,
        findings: &mut Vec<FieldProblem>,
    ) -> Self {
        let groups: Vec<&str> = caller.groups.iter().map(|group| group.value.name.as_str()).collect();
        let asker = match &caller.subject {
            caller::Subject::Person(person) => Asker::User(User {
                name: &person.value.name,
                email: person.value.email.as_deref(),
                shares_email: caller.shares_email,
                display_name: Some(&person.value.display_name),
                groups: &groups,
                attributes: Some(&person.value.attributes),
                ..User::new(person.id.as_str())
            }),
            caller::Subject::SystemCaller(system) => {
                Asker::System(System { id: system.id.as_str(), name: &system.value.name })
            }
        };
        let around = Around {
            connector_slug: &terms.slug,
            session_id: "sess_00000000000000000000000000",
            date: Some(known.asked.now.to_zoned(jiff::tz::TimeZone::UTC).date()),
            ..Around::new(asker)
        };
        // What cannot be read has been told already.
        let mut fill = |field: &str, text: &str, purpose| {
            let template = Template::parse(suited(text, &asker), purpose).ok()?;
            template
                .render(&around)
                .map_err(|error| {
                    findings.push(FieldProblem {
                        name: field.to_owned(),
                        code: error.code().to_owned(),
                        detail: format!("for {}: {error}", caller.name()),
                        fix: Some(error.fix().to_owned()),
                    });
                })
                .ok()
        };
        let mut rendered = Self::default();
        let name = match terms.principal_type {
            PrincipalType::AssumeRole => TemplatePurpose::SessionName,
            PrincipalType::FederatedUser => TemplatePurpose::FederatedName,
            PrincipalType::IamUserSession | PrincipalType::Provided => return rendered,
        };
        rendered.session_name = fill("session_name_template", &terms.session_name_template, name);
        if let (PrincipalType::AssumeRole, Some(text)) =
            (terms.principal_type, &terms.source_identity_template)
        {
            rendered.source_identity =
                fill("source_identity_template", text, TemplatePurpose::SourceIdentity);
        }
        for (key, tag) in &terms.session_tags {
            let purpose = if tag.lossy { TemplatePurpose::LossyTag } else { TemplatePurpose::Tag };
            let value = fill(&format!("session_tags.{key}.template"), &tag.template, purpose);
            rendered.tags.extend(value.map(|value| (key.clone(), value)));
        }
        if let Some(policy) = &terms.inline_policy {
            fill("inline_policy", policy, TemplatePurpose::Policy);
        }
        rendered
    }
}

impl WhoMay {
    fn of(broker: &Broker, connector: &Connector, now: i64) -> Self {
        let mut people = BTreeSet::new();
        let mut systems = BTreeSet::new();
        let mut groups = BTreeMap::new();
        for grant in connector.grants.iter().filter(|grant| grant.effect == GrantEffect::Use) {
            match &grant.subject {
                Subject::User(id) => drop(people.insert(id.as_str())),
                Subject::SystemCaller(id) => drop(systems.insert(id.as_str())),
                Subject::Group(id) => {
                    let Some(group) = broker.groups.get(id.as_str()) else { continue };
                    let inside: Vec<&str> =
                        members::of(broker, group, now).map(|person| person.id.as_str()).collect();
                    people.extend(inside.iter().copied());
                    let size = GroupSize {
                        id: id.to_string(),
                        name: group.value.name.clone(),
                        members: inside.len(),
                    };
                    groups.insert(group.value.name.clone(), size);
                }
            }
        }
        Self { people: people.len(), groups: groups.into_values().collect(), system_callers: systems.len() }
    }
}

fn capabilities(principal_type: PrincipalType) -> Vec<FieldCapability> {
    let fields = [
        ("inline_policy", Capability::SessionPolicy),
        ("policy_arns", Capability::SessionPolicy),
        ("session_tags", Capability::SessionTags),
        ("transitive", Capability::TransitiveTags),
        ("source_identity_template", Capability::SourceIdentity),
        ("external_id", Capability::ExternalId),
        ("mfa", Capability::Mfa),
        ("console", Capability::Console),
    ];
    let told = fields.map(|(field, of)| match capability(principal_type, of) {
        Answer::Yes { .. } => FieldCapability { field, allowed: true, reason: None },
        Answer::No { reason, .. } => FieldCapability { field, allowed: false, reason: Some(reason) },
    });
    told.into_iter().collect()
}
