//! New identifiers and secrets.

use regent_store::entity::{AccountId, UniqueId};
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{AccessKeyId, AccessKeyKind};
use zeroize::Zeroizing;

use crate::entropy::{self, EntropyError};

/// Characters of a secret access key.
const SECRET_CHARACTERS: usize = 40;
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new account number.
pub(crate) fn account_id() -> Result<AccountId, EntropyError> {
    loop {
        // Below 10^12 and, as AWS's are, without leading zeros.
        let number = u64::from_ne_bytes(entropy::bytes()?) % 900_000_000_000 + 100_000_000_000;
        if let Some(account) = AccountId::new(number) {
            return Ok(account);
        }
    }
}

/// A new long-term access key id, `AKIA…`, which encodes its account.
pub(crate) fn access_key_id(account: AccountId) -> Result<String, EntropyError> {
    let random = entropy::bytes::<5>()?;
    let id = AccessKeyId::mint(AccessKeyKind::LongTerm, account.number(), random);
    // Every account number fits the encoding.
    id.map(|id| id.as_str().to_owned()).map_err(|_| EntropyError)
}

/// A new secret access key.
pub(crate) fn secret_access_key() -> Result<SecretAccessKey, EntropyError> {
    let random = Zeroizing::new(entropy::bytes::<SECRET_CHARACTERS>()?);
    let mut text = String::with_capacity(SECRET_CHARACTERS);
    text.extend(
        random.iter().filter_map(|byte| BASE64.get(usize::from(byte & 63))).map(|byte| char::from(*byte)),
    );
    Ok(SecretAccessKey::new(text))
}

/// A new unique id with this prefix, `AIDA` and its kin. Like a key id it encodes its account.
pub(crate) fn unique_id(prefix: &str, account: AccountId) -> Result<UniqueId, EntropyError> {
    let key = access_key_id(account)?;
    let [random] = entropy::bytes::<1>()?;
    let last = BASE32.get(usize::from(random & 31)).map_or('A', |byte| char::from(*byte));
    let text = format!("{prefix}{}{last}", key.get(4..).unwrap_or_default());
    text.parse().map_err(|_| EntropyError)
}

/// The account that a unique id tells; none if it was not made in this way.
pub(crate) fn account_of(id: &UniqueId) -> Option<AccountId> {
    let encoded = id.as_str().get(4..20)?;
    let key: AccessKeyId = format!("AKIA{encoded}").parse().ok()?;
    AccountId::new(key.account()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_form_and_tell_their_account() {
        let account = AccountId::new(123_456_789_012).unwrap();
        let id = unique_id("AIDA", account).unwrap();
        assert_eq!(id.prefix(), "AIDA");
        assert_eq!(account_of(&id), Some(account));
        assert_ne!(unique_id("AIDA", account).unwrap(), id);
    }

    #[test]
    fn a_secret_has_forty_characters_of_base64() {
        let secret = secret_access_key().unwrap();
        assert_eq!(secret.reveal().len(), 40);
        assert!(secret.reveal().bytes().all(|byte| BASE64.contains(&byte)));
    }
}
