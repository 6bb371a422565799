//! Commands of the AWS CLI, for a POSIX shell.

use super::base::{Holder, RoleArn};
use super::document::Node;

/// Makes the role with its trust policy.
///
/// The command for a role that exists is a comment: it replaces what the role trusts already.
pub(super) fn role(role: &RoleArn<'_>, trust: &Node) -> String {
    let trust = quoted(&trust.to_json_line());
    let name = quoted(role.name);
    let path = if role.path == "/" { String::new() } else { format!(" --path {}", quoted(role.path)) };
    format!(
        "trust={trust}\n\
         # a new role\n\
         aws iam create-role{path} --role-name {name} --assume-role-policy-document \"$trust\"\n\
         # a role that exists; this replaces its whole trust policy\n\
         # aws iam update-assume-role-policy --role-name {name} --policy-document \"$trust\"\n"
    )
}

/// Puts a policy into a user or a role.
pub(super) fn inline_policy(holder: Holder<'_>, name: &str, policy: &Node) -> String {
    let (command, option, holder) = match holder {
        Holder::User(user) => ("put-user-policy", "--user-name", user),
        Holder::Role(role) => ("put-role-policy", "--role-name", role),
    };
    format!(
        "policy={}\naws iam {command} {option} {} --policy-name {} --policy-document \"$policy\"\n",
        quoted(&policy.to_json_line()),
        quoted(holder),
        quoted(name)
    )
}

/// A text as one word, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_word() {
        for (text, expected) in
            [("", "''"), ("a b", "'a b'"), ("$x `y` \"z\" \\", "'$x `y` \"z\" \\'"), ("it's", r"'it'\''s'")]
        {
            assert_eq!(quoted(text), expected);
        }
    }
}
