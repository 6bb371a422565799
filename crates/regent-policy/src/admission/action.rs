//! The form of actions.

use super::{Refused, Stage, TRUST_ACTIONS, refuse};
use crate::document::{Element, Statement};
use crate::kind::PolicyKind;
use crate::pattern::glob;
use crate::scope::Meter;

/// The actions of STS, in lower case. A trust policy may name these and patterns that fit one of them.
const STS_ACTIONS: [&str; 16] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:assumeroot",
    "sts:decodeauthorizationmessage",
    "sts:getaccesskeyinfo",
    "sts:getcalleridentity",
    "sts:getdelegatedaccesstoken",
    "sts:getfederationtoken",
    "sts:getservicebearertoken",
    "sts:getsessiontoken",
    "sts:getwebidentitytoken",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:taggetwebidentitytoken",
    "sts:tagsession",
];
/// Searching allowed for one action: the longest pattern against each of the names.
const ALLOWANCE: u32 = 1 << 20;

/// Unknown services and actions pass, and so does a blank inside a name: AWS stores them too.
pub(super) fn check_form(kind: PolicyKind, statement: &Statement<'_>) -> Result<(), Refused> {
    let Some(actions) = statement.actions() else { return Ok(()) };
    for action in actions.elements() {
        check_one(action)?;
    }
    if kind != PolicyKind::RoleTrust {
        return Ok(());
    }
    // CHOICE: what a trust policy leaves out (`NotAction`) is not a set of STS actions.
    let not_sts = |action: &Element<'_>| !is_sts_action(action.value());
    let wrong =
        actions.elements().find(|action| super::statement::excludes_actions(statement) || not_sts(action));
    match wrong {
        None => Ok(()),
        Some(action) => {
            let explanation = format!("expected an action of STS, not `{}`", action.value());
            refuse(Stage::ActionForm, TRUST_ACTIONS, explanation, action.span())
        }
    }
}

fn check_one(action: Element<'_>) -> Result<(), Refused> {
    let text = action.value();
    let refuse =
        |message: String, explanation: String| refuse(Stage::ActionForm, message, explanation, action.span());
    if text == "*" {
        return Ok(());
    }
    let Some((vendor, name)) = text.split_once(':') else {
        let message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
        return refuse(message.to_owned(), format!("expected `service:Name` or `*`, not `{text}`"));
    };
    if name.contains(':') {
        let message = "Actions/Condition can contain only one colon.";
        return refuse(message.to_owned(), format!("expected one colon in `{text}`"));
    }
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    // CHOICE: `*:Name` passes, as it does in AWS's policy checks, which only advise against it.
    if vendor == "*" || (!vendor.is_empty() && vendor.bytes().all(is_valid)) {
        return Ok(());
    }
    refuse(
        format!("Vendor {vendor} is not valid"),
        format!("expected letters, digits, `.` and `-` before the colon of `{text}`"),
    )
}

fn is_sts_action(pattern: &str) -> bool {
    let lowered = pattern.to_ascii_lowercase();
    let mut meter = Meter::new(ALLOWANCE);
    lowered.starts_with("sts:")
        && STS_ACTIONS.iter().any(|known| glob::covers(lowered.as_bytes(), known.as_bytes(), &mut meter))
}
