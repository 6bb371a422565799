//! The alias of an account: a name that people can remember, one at most, no two accounts with the same.

use std::sync::Arc;

use regent_store::entity::{Account, Entity};
use regent_wire::iam::{self as wire, op};
use regent_wire::{Fault, Operation};

use super::page::Page;
use crate::authz::Authorized;
use crate::call::Call;
use crate::change::Change;
use crate::fault;

/// Digits of an account's number.
const ACCOUNT_DIGITS: usize = 12;

/// Gives the account an alias, in the place of the one it has. It must be nobody's, not even the account's own.
///
/// AWS: IAM API reference, CreateAccountAlias.
pub(crate) async fn create_account_alias(
    call: &Call<'_>,
    input: Authorized<op::CreateAccountAlias>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let alias = &input.account_alias;
        if alias.len() == ACCOUNT_DIGITS && alias.bytes().all(|byte| byte.is_ascii_digit()) {
            // CHOICE: that it is refused is documented, in which words is not.
            return Err(Fault::validation("An account alias must not be a 12 digit number."));
        }
        if change.directory().account_by_alias(alias).is_some() {
            // CHOICE: the text is known from public reports; that the account's own alias is refused like another's too.
            return Err(fault::entity_already_exists(format!("The account alias {alias} already exists.")));
        }
        set(change, Some(alias))
    })
    .await
}

/// Takes its alias from the account.
///
/// AWS: IAM API reference, DeleteAccountAlias.
pub(crate) async fn delete_account_alias(
    call: &Call<'_>,
    input: Authorized<op::DeleteAccountAlias>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let (alias, own) = (&input.account_alias, change.account()?.id());
        if change.directory().account_by_alias(alias) != Some(own) {
            // CHOICE: in the words of whatever else cannot be found.
            return Err(fault::no_such_entity(format!("The account alias {alias} cannot be found.")));
        }
        set(change, None)
    })
    .await
}

/// Lists the account's one alias, or none.
///
/// AWS: IAM API reference, ListAccountAliases.
pub(crate) fn list_account_aliases(
    call: &Call<'_>,
    input: &Authorized<op::ListAccountAliases>,
) -> Result<wire::ListAccountAliasesResponse, Fault> {
    let account = call.account()?;
    let operation = op::ListAccountAliases::META.name;
    // There is never a second page, so every marker is one that nobody gave out.
    Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let alias = account.account().and_then(|account| account.alias.as_deref());
    Ok(wire::ListAccountAliasesResponse {
        account_aliases: alias.map(str::to_owned).into_iter().collect(),
        is_truncated: Some(false),
        marker: None,
    })
}

fn set(change: &mut Change<'_>, alias: Option<&str>) -> Result<(), Fault> {
    let account = change.account()?.account();
    let account = account.ok_or_else(|| Fault::bug("the account of a change has no record"))?;
    let account = Account { alias: alias.map(Into::into), ..Account::clone(account) };
    change.put(Entity::Account(Arc::new(account)));
    Ok(())
}
