//! The forms that programs read.

use super::variables::expiration;
use super::{Buffer, Issued};
use crate::PrincipalType;

/// The members of an object; what is absent is left out.
fn members(buffer: &mut Buffer, members: &[(&str, Option<&str>)]) {
    let present = members.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    for (index, (name, value)) in present.enumerate() {
        if index > 0 {
            buffer.push(",");
        }
        buffer.push_json(name);
        buffer.push(":");
        buffer.push_json(value);
    }
}

/// `{access_key_id, secret_access_key, session_token, expiration, region, session_id, arn, endpoints, warnings}`.
pub(super) fn json(issued: &Issued, buffer: &mut Buffer) {
    let fields = [
        ("access_key_id", Some(issued.access_key_id.as_str())),
        ("secret_access_key", Some(issued.secret_access_key.reveal())),
        ("session_token", Some(issued.session_token.reveal())),
        ("expiration", Some(&expiration(issued.expiration))),
        ("region", issued.region.as_deref()),
        ("session_id", Some(&issued.session_id)),
        ("arn", issued.identity.arn.as_deref()),
    ];
    buffer.push("{");
    members(buffer, &fields);
    if let Some(endpoints) = &issued.endpoints {
        buffer.push(",\"endpoints\":{");
        members(buffer, &[("sts", Some(&endpoints.sts)), ("iam", endpoints.iam.as_deref())]);
        buffer.push("}");
    }
    buffer.push(",\"warnings\":[");
    for (index, warning) in issued.warnings.iter().enumerate() {
        if index > 0 {
            buffer.push(",");
        }
        buffer.push("{");
        members(buffer, &[("code", Some(&warning.code)), ("text", Some(&warning.text))]);
        buffer.push("}");
    }
    buffer.push("]}\n");
}

/// The answer of `AssumeRole`, `GetFederationToken` or `GetSessionToken`, as AWS's command line prints it.
pub(super) fn aws(issued: &Issued, buffer: &mut Buffer) {
    buffer.push("{\"Credentials\":{");
    members(
        buffer,
        &[
            ("AccessKeyId", Some(&issued.access_key_id)),
            ("SecretAccessKey", Some(issued.secret_access_key.reveal())),
            ("SessionToken", Some(issued.session_token.reveal())),
            ("Expiration", Some(&expiration(issued.expiration))),
        ],
    );
    buffer.push("}");
    let user = match issued.identity.principal_type {
        PrincipalType::AssumeRole => Some(("AssumedRoleUser", "AssumedRoleId")),
        PrincipalType::FederatedUser => Some(("FederatedUser", "FederatedUserId")),
        PrincipalType::IamUserSession | PrincipalType::Provided => None,
    };
    if let Some((user, id)) = user {
        buffer.push_all(&[",\"", user, "\":{"]);
        let identity = &issued.identity;
        members(buffer, &[(id, identity.user_id.as_deref()), ("Arn", identity.arn.as_deref())]);
        buffer.push("}");
    }
    buffer.push("}\n");
}

/// AWS: AWS SDKs and Tools Reference Guide, "Process credential provider".
pub(super) fn credential_process(issued: &Issued, buffer: &mut Buffer) {
    buffer.push("{\"Version\":1,");
    members(
        buffer,
        &[
            ("AccessKeyId", Some(&issued.access_key_id)),
            ("SecretAccessKey", Some(issued.secret_access_key.reveal())),
            ("SessionToken", Some(issued.session_token.reveal())),
            ("Expiration", Some(&expiration(issued.expiration))),
        ],
    );
    buffer.push("}\n");
}

/// AWS: AWS SDKs and Tools Reference Guide, "Container credential provider".
pub(super) fn container(issued: &Issued, buffer: &mut Buffer) {
    buffer.push("{");
    members(
        buffer,
        &[
            ("AccessKeyId", Some(&issued.access_key_id)),
            ("SecretAccessKey", Some(issued.secret_access_key.reveal())),
            ("Token", Some(issued.session_token.reveal())),
            ("Expiration", Some(&expiration(issued.expiration))),
            ("RoleArn", issued.identity.role_arn.as_deref()),
        ],
    );
    buffer.push("}\n");
}
