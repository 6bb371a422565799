//! Something to try: a user with a key and a role in Regent's own IAM, and an account and a connector on them.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use regent_broker::{Account, AccountTerms, Connector, ConnectorTerms, Id, Partition};
use regent_policy::action;
use regent_store::entity::{
    AccessKey, AccountId, Binding, Entity, InlinePolicy, KeyOwner, KeyStatus, PolicyDocument, Role, UniqueId,
    User,
};
use regent_wire::secret::SecretAccessKey;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::accounts::AccountView;
use super::body::take;
use super::caller::Known;
use super::connectors::ConnectorView;
use super::crud::{self, Resource as _};
use super::problem::Problem;
use super::resource::Shown;
use crate::broker::change::{BrokerChange, NotChanged};
use crate::mint;
use crate::seal::place;

const USER: &str = "regent-broker";
const ROLE: &str = "regent-demo";
const MAX_SESSION_SECS: u32 = 43_200;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(set_up_demo))
}

/// What was made to try.
#[derive(Debug, Serialize, ToSchema)]
struct Demo {
    /// The account, with the key of the user `regent-broker`.
    account: Shown<AccountView>,
    /// The connector to the role `regent-demo`.
    connector: Shown<ConnectorView>,
}

/// Makes something to try: in Regent's own IAM a user with a key and a role that trusts it and may read, in the broker
/// an account and a connector on them.
#[utoipa::path(post, path = "/setup/demo", operation_id = "setUpDemo", tag = "Settings",
    responses((status = 201, body = Demo), (status = "default", body = Problem)))]
async fn set_up_demo(known: Known) -> Result<Response, Problem> {
    known.must(&action!("regent:SetUpDemo"), "connector", "*")?;
    let server = &known.asked.server;
    let home = known.directory.accounts().next().map(regent_store::directory::AccountView::id);
    let home = home.ok_or_else(|| Problem::conflict("no_account", "this server's IAM has no account yet"))?;
    let made = Made::new(&known, home)?;
    let (account_id, connector_id) = (made.account_id.clone(), made.connector_id.clone());
    server.change_broker(known.actor()?, move |change| made.put(change)).await?;
    let now = server.store.picture();
    let account = crud::show(&known, &now, crud::find::<Account>(&now, account_id.as_str())?);
    let connector = crud::show(&known, &now, crud::find::<Connector>(&now, connector_id.as_str())?);
    Ok((StatusCode::CREATED, Json(Demo { account, connector })).into_response())
}

/// Everything that is made, ready to be written.
struct Made {
    home: AccountId,
    user: Arc<User>,
    key: Arc<AccessKey>,
    role: Arc<Role>,
    account_id: Id,
    account: Account,
    connector_id: Id,
    connector: Connector,
}

impl Made {
    fn new(known: &Known, home: AccountId) -> Result<Self, Problem> {
        let (server, now) = (&known.asked.server, known.asked.seconds());
        let user_id = mint::unique_id("AIDA", home).map_err(Problem::internal)?;
        let user_arn = server.partition.iam(home, crate::arn::Noun::User, "/", USER);
        let role_arn = server.partition.iam(home, crate::arn::Noun::Role, "/", ROLE);
        let key_id = mint::access_key_id(home).map_err(Problem::internal)?;
        let secret = mint::secret_access_key().map_err(Problem::internal)?;
        let seal = |place: &str, secret: &SecretAccessKey| {
            server.sealer.seal(place, secret.reveal().as_bytes()).map_err(Problem::internal)
        };
        let account_id = server.broker_id::<Account>()?;
        let account = Account {
            sealed_secret: Some(seal(&place::broker_account(&account_id), &secret)?.into()),
            secret_set: Some(now),
            aws_account_id: Some(home.digits().as_str().into()),
            principal_arn: Some(user_arn.as_str().into()),
            principal_kind: regent_broker::PrincipalKind::IamUser,
            ..Account::new(account_terms(&key_id)?)
        };
        let connector_id = server.broker_id::<Connector>()?;
        let connector = Connector::new(connector_terms(&account_id, &role_arn)?);
        let key = AccessKey {
            id: key_id.as_str().into(),
            owner: KeyOwner::User(user_id),
            status: KeyStatus::Active,
            created: now,
            rotated: now,
            sealed_secret: seal(&place::access_key(home, &key_id), &secret)?.into(),
        };
        let role = Role {
            id: mint::unique_id("AROA", home).map_err(Problem::internal)?,
            name: ROLE.into(),
            path: "/".into(),
            created: now,
            description: Some("What the demonstration connector gives: reading, and nothing else".into()),
            max_session_secs: MAX_SESSION_SECS,
            trust: Arc::new(trust(&user_arn, user_id)),
            inline: Vec::new(),
            attached: vec![server.partition.aws_policy("/", "ReadOnlyAccess").into()],
            boundary: None,
            tags: Vec::new(),
        };
        let user = Arc::new(user(user_id, &role_arn, now));
        Ok(Self {
            home,
            user,
            key: Arc::new(key),
            role: Arc::new(role),
            account_id,
            account,
            connector_id,
            connector,
        })
    }

    /// Writes all of it, if none of the names is taken.
    fn put(&self, change: &mut BrokerChange<'_>) -> Result<(), NotChanged> {
        let taken = |what: &str, name: &str| {
            Problem::conflict("name_taken", format!("there is a {what} called `{name}` already"))
                .fix("use what there is, or delete it first")
        };
        let view = change.draft.account(self.home);
        let view = view.ok_or_else(|| Problem::not_found("the account of this server is gone"))?;
        if view.users.clash(USER).is_some() {
            return Err(taken("user of IAM", USER).into());
        }
        if view.roles.clash(ROLE).is_some() {
            return Err(taken("role of IAM", ROLE).into());
        }
        let digits = self.home.digits();
        change.draft.put(digits.as_str(), Entity::User(Arc::clone(&self.user)));
        change.draft.put(digits.as_str(), Entity::AccessKey(Arc::clone(&self.key)));
        change.draft.put(digits.as_str(), Entity::Role(Arc::clone(&self.role)));
        Account::check(change.draft.broker(), &self.account_id, &self.account)?;
        change.create(&self.account_id, self.account.clone())?;
        Connector::check(change.draft.broker(), &self.connector_id, &self.connector)?;
        change.create(&self.connector_id, self.connector.clone())
    }
}

/// The statement of both sides: the role's trust, and the user's right.
const ACTIONS: [&str; 3] = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

fn trust(user_arn: &str, user_id: UniqueId) -> PolicyDocument {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": { "AWS": user_arn }, "Action": ACTIONS }],
    });
    let bindings = vec![Binding { arn: user_arn.into(), id: user_id }];
    PolicyDocument::new(&document.to_string(), bindings)
}

fn user(id: UniqueId, role_arn: &str, now: i64) -> User {
    let may_assume = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": ACTIONS, "Resource": role_arn }],
    });
    let document = PolicyDocument::new(&may_assume.to_string(), Vec::new());
    User {
        id,
        name: USER.into(),
        path: "/".into(),
        created: now,
        groups: Vec::new(),
        inline: vec![InlinePolicy { name: "assume-regent-demo".into(), document: Arc::new(document) }],
        attached: Vec::new(),
        boundary: None,
        tags: Vec::new(),
    }
}

fn account_terms(key_id: &str) -> Result<AccountTerms, Problem> {
    take(json!({
        "name": "Regent demo", "kind": "access_key", "access_key_id": key_id, "partition": Partition::Regent,
    }))
}

fn connector_terms(account: &Id, role_arn: &str) -> Result<ConnectorTerms, Problem> {
    take(json!({
        "name": "Regent demo", "slug": "regent-demo", "account_id": account,
        "principal_type": "assume_role", "role_arn": role_arn,
        "description": "A role of Regent's own IAM that may read and do nothing else.",
    }))
}
