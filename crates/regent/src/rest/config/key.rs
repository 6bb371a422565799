//! What a document may say of an account's access key. It has no secrets, so it can put no key in another's place.

use regent_broker::{Account, AccountKind, AccountTerms, CutOff};

use crate::broker::check::Findings;
use crate::rest::accounts::{ROTATION_CUT_OFF, ROTATION_FIX};
use crate::rest::problem::Problem;

const FIX: &str = "leave it out of the document, and the account keeps its key; enter another key with its secret at the account";

/// The account on the terms of a document, with the secret that it has.
///
/// A rotation changes the key, and the document does not know. So a document that names no key means the one there is,
/// and so does one that names the key which the rotation is replacing.
pub(super) fn keeping(old: &Account, mut terms: AccountTerms) -> Result<Account, Problem> {
    if terms.kind == AccountKind::AccessKey {
        let rotated = old.rotation.as_ref().map(|rotation| &*rotation.old_key_id);
        let is_kept = terms.access_key_id.as_deref().is_none_or(|id| Some(id) == rotated);
        if is_kept && old.terms.access_key_id.is_some() {
            terms.access_key_id.clone_from(&old.terms.access_key_id);
        }
    }
    let mut findings = Findings::default();
    if old.sealed_secret.is_some() {
        if terms.kind != old.terms.kind {
            let detail = "the account has a secret, which another kind of account would lose";
            let fix = "make another account, or change the kind at the account itself";
            findings.fix("kind", "key_has_secret", detail, fix);
        } else if terms.access_key_id != old.terms.access_key_id {
            let detail = "the account has another key, with its secret, which this document would take away";
            findings.fix("access_key_id", "key_has_secret", detail, FIX);
        }
    }
    let new = old.with(terms);
    if old.cut_off_by(&new) == Some(CutOff::Upstream) {
        findings.fix("upstream", "rotation_under_way", ROTATION_CUT_OFF, ROTATION_FIX);
    }
    findings.settle()?;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use regent_broker::{Rotation, RotationStep};
    use serde_json::json;

    use super::*;

    fn terms(key: Option<&str>) -> AccountTerms {
        let terms = json!({ "name": "key", "kind": "access_key", "access_key_id": key });
        serde_json::from_value(terms).unwrap()
    }

    fn account() -> Account {
        let rotation = Rotation {
            old_key_id: "AKIAOLDOLDOLDOLDOLD0".into(),
            old_sealed_secret: "old".into(),
            old_secret_set: None,
            step: RotationStep::Deactivated,
            at: 1,
            taken: None,
            taken_by: None,
        };
        Account {
            sealed_secret: Some("sealed".into()),
            secret_set: Some(1),
            rotation: Some(rotation),
            ..Account::new(terms(Some("AKIANEWNEWNEWNEWNEW0")))
        }
    }

    #[test]
    fn a_document_from_before_a_rotation_leaves_the_key_as_it_is() {
        let old = account();
        for key in [None, Some("AKIANEWNEWNEWNEWNEW0"), Some("AKIAOLDOLDOLDOLDOLD0")] {
            let region = AccountTerms { region: Some("eu-west-1".to_owned()), ..terms(key) };
            let new = keeping(&old, region.clone()).unwrap();
            let kept = AccountTerms { access_key_id: old.terms.access_key_id.clone(), ..region };
            assert_eq!(new, Account { terms: kept, ..old.clone() }, "{key:?}");
        }
    }

    #[test]
    fn a_document_takes_no_secret_away() {
        let old = account();
        let settled = Account { rotation: None, ..old.clone() };
        let elsewhere = AccountTerms { upstream_id: regent_broker::Id::built_in("upst_aws"), ..terms(None) };
        let ambient = AccountTerms { kind: AccountKind::Ambient, ..terms(None) };
        for (old, terms, member) in [
            (&old, terms(Some("AKIAANOTHERANOTHER00")), "access_key_id"),
            (&settled, terms(Some("AKIAOLDOLDOLDOLDOLD0")), "access_key_id"),
            (&settled, ambient, "kind"),
            (&old, elsewhere, "upstream"),
        ] {
            let refused = keeping(old, terms).unwrap_err();
            let told = format!("{refused:?}");
            let named: Vec<&str> =
                told.split("name: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert_eq!(named, [member], "{told}");
        }
        // Of a key without a secret there is nothing to lose.
        let bare = Account { sealed_secret: None, ..settled };
        assert!(keeping(&bare, terms(Some("AKIAANOTHERANOTHER00"))).is_ok());
    }
}
