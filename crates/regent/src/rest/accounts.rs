//! Accounts, where base credentials come from: `/accounts`.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use regent_broker::{Account, AccountKind, AccountTerms, CutOff, Health, Id, PrincipalKind, Stored};
use regent_policy::action;
use regent_store::directory::{Broker, Directory, Versioned};
use regent_wire::secret::SecretAccessKey;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use super::body::{JsonBody, take};
use super::caller::Known;
use super::crud::{self, Edit, Resource};
use super::list::{List, Page};
use super::parameters::{Path, Query};
use super::problem::{FieldProblem, Problem};
use super::resource::{Shown, without_read_only};
use crate::broker::check::Findings;
use crate::broker::check_account;
use crate::seal::place;
use crate::time;

mod connection;

/// What is wrong with a change that a rotation would not survive, and what to do about it.
pub(super) const ROTATION_CUT_OFF: &str =
    "the account's key is being rotated, and the other one would be left at the upstream";
pub(super) const ROTATION_FIX: &str = "wait until the rotation is over, or roll it back";

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(connection::routes())
        .routes(routes!(list_accounts, create_account))
        .routes(routes!(get_account, replace_account, change_account, delete_account))
}

/// What there is to see of an account. Its secret is not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    #[serde(flatten)]
    terms: AccountTerms,
    /// When its secret was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    secret_set_at: Option<String>,
    /// Who stands behind the credentials.
    principal_kind: PrincipalKind,
    /// The AWS account they belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_account_id: Option<Box<str>>,
    /// The ARN they answer as.
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_arn: Option<Box<str>>,
    /// How the last test went, or that the key could not be rotated by itself.
    status: Health,
    /// Connectors and accounts that name it.
    used_by: Vec<UsedBy>,
}

/// Something that names something else.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct UsedBy {
    /// Its id.
    #[schema(value_type = String)]
    pub(crate) id: Id,
    /// Its name.
    pub(crate) name: String,
}

/// An account as it is to be.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes the body, of which the secret is taken out before the rest is read"
)]
struct NewAccount {
    #[serde(flatten)]
    terms: AccountTerms,
    /// The secret of the access key. Only ever written; left out of a change, it stays.
    #[schema(write_only, min_length = 16, max_length = 128)]
    secret_access_key: Option<String>,
}

impl Resource for Account {
    type View = AccountView;

    const READ_ONLY: &'static [&'static str] =
        &["secret_set_at", "principal_kind", "aws_account_id", "principal_arn", "status", "used_by"];

    fn show(known: &Known, directory: &Directory, held: &Versioned<Stored<Self>>) -> AccountView {
        let account = &held.entity.value;
        let mut terms = account.terms.clone();
        if !known.caller.has(regent_broker::BrokerRole::Administrator) {
            terms.access_key_id = terms.access_key_id.as_deref().map(masked);
        }
        AccountView {
            terms,
            secret_set_at: account.secret_set.map(time::iso_text),
            principal_kind: account.principal_kind,
            aws_account_id: account.aws_account_id.clone(),
            principal_arn: account.principal_arn.clone(),
            status: account.health.clone(),
            used_by: users(directory.broker(), &held.entity.id),
        }
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.terms.name, self.aws_account_id.as_deref().unwrap_or_default()]
    }

    fn check(broker: &Broker, id: &Id, value: &Self) -> Result<(), Problem> {
        check_account::account(broker, id, value)
    }

    fn check_unused(broker: &Broker, stored: &Stored<Self>) -> Result<(), Problem> {
        let users = users(broker, &stored.id);
        if users.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
        let detail = format!("the account is used by {}", names.join(", "));
        let fields = users.iter().map(|user| FieldProblem {
            name: user.id.to_string(),
            code: "uses_it".to_owned(),
            detail: format!("{} derives from this account", user.name),
            fix: None,
        });
        Err(Problem::conflict("account_in_use", detail)
            .fix("give these another account, or delete them first")
            .fields(fields.collect()))
    }
}

/// `AKIA…WXYZ`
fn masked(id: &str) -> String {
    let (head, tail) = (id.get(..4), id.len().checked_sub(4).and_then(|at| id.get(at..)));
    format!("{}…{}", head.unwrap_or_default(), tail.unwrap_or_default())
}

/// Who names an account.
fn users(broker: &Broker, account: &Id) -> Vec<UsedBy> {
    let connectors = broker.connectors.iter().filter(|held| held.entity.value.terms.account_id == *account);
    let connectors = connectors
        .map(|held| UsedBy { id: held.entity.id.clone(), name: held.entity.value.terms.name.clone() });
    let hops = broker
        .accounts
        .iter()
        .filter(|held| held.entity.value.terms.hop.as_ref().is_some_and(|hop| hop.base == *account));
    let hops =
        hops.map(|held| UsedBy { id: held.entity.id.clone(), name: held.entity.value.terms.name.clone() });
    connectors.chain(hops).collect()
}

/// Takes the secret out of a body.
fn take_secret(body: &mut Value) -> Result<Option<Zeroizing<String>>, Problem> {
    match body.as_object_mut().and_then(|members| members.remove("secret_access_key")) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(secret)) if secret.is_empty() => Ok(None),
        Some(Value::String(secret)) if secret.len() <= 128 => Ok(Some(Zeroizing::new(secret))),
        Some(_) => Err(Problem::bad_request(
            "malformed_body",
            "expected `secret_access_key` to be a text of at most 128 bytes",
        )),
    }
}

fn seal(known: &Known, id: &Id, secret: &SecretAccessKey) -> Result<Box<str>, Problem> {
    let sealed = known.asked.server.sealer.seal(&place::broker_account(id), secret.reveal().as_bytes());
    Ok(sealed.map_err(Problem::internal)?.into())
}

/// Lists accounts by name.
#[utoipa::path(get, path = "/accounts", operation_id = "listAccounts", tag = "Accounts", params(Page),
    responses((status = 200, body = List<Shown<AccountView>>), (status = "default", body = Problem)))]
async fn list_accounts(known: Known, Query(page): Query<Page>) -> Result<Response, Problem> {
    crud::list::<Account>(&known, &page, &action!("regent:ListAccounts"))
}

/// Makes an account. Its secret is sealed, and never told again.
#[utoipa::path(post, path = "/accounts", operation_id = "createAccount", tag = "Accounts", request_body = NewAccount,
    responses((status = 201, body = Shown<AccountView>), (status = "default", body = Problem)))]
async fn create_account(known: Known, JsonBody(mut body): JsonBody<Value>) -> Result<Response, Problem> {
    known.must(&action!("regent:CreateAccount"), "account", "*")?;
    let secret = take_secret(&mut body)?;
    without_read_only(&mut body, Account::READ_ONLY);
    let terms: AccountTerms = take(body)?;
    let id = known.asked.server.broker_id::<Account>()?;
    let mut account = Account::new(terms);
    if let Some(secret) = secret {
        check_has_secret(&account)?;
        account.sealed_secret = Some(seal(&known, &id, &SecretAccessKey::new(secret.to_string()))?);
        account.secret_set = Some(known.asked.seconds());
    }
    crud::create(&known, id, account).await
}

/// Shows an account, by id or name.
#[utoipa::path(get, path = "/accounts/{id}", operation_id = "getAccount", tag = "Accounts",
    params(("id" = String, Path)),
    responses((status = 200, body = Shown<AccountView>), (status = "default", body = Problem)))]
async fn get_account(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    crud::get::<Account>(&known, &id, &action!("regent:GetAccount"))
}

/// Replaces what is said of an account. Without a secret, the one it has stays.
#[utoipa::path(put, path = "/accounts/{id}", operation_id = "replaceAccount", tag = "Accounts",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewAccount,
    responses((status = 200, body = Shown<AccountView>), (status = "default", body = Problem)))]
async fn replace_account(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(mut body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateAccount"), "account", &id)?;
    let secret = take_secret(&mut body)?;
    save(&known, Edit::replacing::<Account>(&known, &id, &headers, body)?, secret).await
}

/// Changes what a merge patch names, and nothing else.
#[utoipa::path(patch, path = "/accounts/{id}", operation_id = "changeAccount", tag = "Accounts",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Object,
    responses((status = 200, body = Shown<AccountView>), (status = "default", body = Problem)))]
async fn change_account(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(mut patch): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateAccount"), "account", &id)?;
    let secret = take_secret(&mut patch)?;
    let terms = |account: &Account| serde_json::to_value(&account.terms);
    save(&known, Edit::merging(&known, &id, &headers, patch, terms)?, secret).await
}

async fn save(known: &Known, edit: Edit, secret: Option<Zeroizing<String>>) -> Result<Response, Problem> {
    let terms: AccountTerms = take(edit.terms)?;
    let sealed = match secret {
        Some(secret) => Some(seal(known, &edit.id, &SecretAccessKey::new(secret.to_string()))?),
        None => None,
    };
    let now = known.asked.seconds();
    let make = move |old: &Account| {
        let mut account = old.with(terms.clone());
        match &sealed {
            Some(sealed) => {
                check_has_secret(&account)?;
                check_rotation(old, &account, |cut_off| cut_off != CutOff::Key)?;
                account.sealed_secret = Some(sealed.clone());
                account.secret_set = Some(now);
            }
            None if account.terms.kind == AccountKind::AccessKey
                && account.terms.access_key_id != old.terms.access_key_id =>
            {
                let mut findings = Findings::default();
                findings.add("secret_access_key", "required", "another access key needs its secret");
                findings.settle()?;
            }
            None => check_rotation(old, &account, |_| true)?,
        }
        Ok(account)
    };
    crud::change(known, &edit.id, Some(edit.revision), make).await
}

/// Refuses a secret where there is no key that it could be of.
fn check_has_secret(account: &Account) -> Result<(), Problem> {
    let mut findings = Findings::default();
    if account.terms.kind != AccountKind::AccessKey {
        let detail = "only an account with an access key has a secret";
        findings.fix(
            "secret_access_key",
            "not_possible",
            detail,
            "leave it out, or make `kind` `access_key`",
        );
    }
    findings.settle()
}

/// Refuses to lose a rotation that is under way in passing.
fn check_rotation(old: &Account, new: &Account, counts: impl FnOnce(CutOff) -> bool) -> Result<(), Problem> {
    let mut findings = Findings::default();
    if let Some(cut_off) = old.cut_off_by(new).filter(|cut_off| counts(*cut_off)) {
        let name = match cut_off {
            CutOff::Kind => "kind",
            CutOff::Upstream => "upstream_id",
            CutOff::Key => "access_key_id",
        };
        let fix = format!("{ROTATION_FIX}; or enter another key first, with its secret");
        findings.fix(name, "rotation_under_way", ROTATION_CUT_OFF, fix);
    }
    findings.settle()
}

/// Deletes an account that nothing names.
#[utoipa::path(delete, path = "/accounts/{id}", operation_id = "deleteAccount", tag = "Accounts",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn delete_account(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    known.must(&action!("regent:DeleteAccount"), "account", &id)?;
    crud::delete::<Account>(&known, &id, &headers).await
}
