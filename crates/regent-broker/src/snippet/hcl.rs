//! Terraform's language, laid out as `terraform fmt` does.

use super::base::{Holder, RoleArn};
use super::document::Node;

/// Lists up to this width stay on one line.
const WIDTH: usize = 100;

/// The role, with its trust policy.
pub(super) fn role(role: &RoleArn<'_>, trust: &Node) -> String {
    let mut members = vec![("name", Value::Text(role.name))];
    if role.path != "/" {
        members.push(("path", Value::Text(role.path)));
    }
    members.push(("assume_role_policy", Value::Policy(trust)));
    resource("aws_iam_role", role.name, &members)
}

/// A policy inside of a user or a role.
pub(super) fn inline_policy(holder: Holder<'_>, name: &str, policy: &Node) -> String {
    let (kind, member, holder) = match holder {
        Holder::User(user) => ("aws_iam_user_policy", "user", user),
        Holder::Role(role) => ("aws_iam_role_policy", "role", role),
    };
    let members =
        [("name", Value::Text(name)), (member, Value::Text(holder)), ("policy", Value::Policy(policy))];
    resource(kind, name, &members)
}

enum Value<'a> {
    Text(&'a str),
    Policy(&'a Node),
}

fn resource(kind: &str, name: &str, members: &[(&str, Value<'_>)]) -> String {
    let rendered = members.iter().map(|(name, value)| {
        let value = match value {
            Value::Text(text) => quoted(text),
            Value::Policy(policy) => format!("jsonencode({})", value_at(policy, 1)),
        };
        ((*name).to_owned(), value)
    });
    let body = aligned(&rendered.collect::<Vec<_>>(), 1);
    format!("resource {} {} {{\n{body}}}\n", quoted(kind), quoted(&label(name)))
}

/// A value that begins on a line so many levels deep.
fn value_at(node: &Node, level: usize) -> String {
    let indent = "  ".repeat(level);
    match node {
        Node::Text(text) => quoted(text),
        Node::List(items) => {
            let items: Vec<String> = items.iter().map(|item| value_at(item, level + 1)).collect();
            let line = format!("[{}]", items.join(", "));
            if !line.contains('\n') && indent.len() + line.len() <= WIDTH {
                return line;
            }
            let lines: Vec<String> = items.iter().map(|item| format!("{indent}  {item},\n")).collect();
            format!("[\n{}{indent}]", lines.concat())
        }
        Node::Object(members) => {
            let rendered: Vec<_> =
                members.iter().map(|(name, member)| (key(name), value_at(member, level + 1))).collect();
            format!("{{\n{}{indent}}}", aligned(&rendered, level + 1))
        }
    }
}

/// Members a line each. Those that take one line and follow one another have their equals signs in a column.
fn aligned(members: &[(String, String)], level: usize) -> String {
    let indent = "  ".repeat(level);
    let runs = members.chunk_by(|(_, one), (_, next)| !one.contains('\n') && !next.contains('\n'));
    let mut lines = String::new();
    for run in runs {
        let width = run.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in run {
            lines.extend([indent.as_str(), &format!("{name:width$}"), " = ", value, "\n"]);
        }
    }
    lines
}

/// A member's name: as it is if it is an identifier.
fn key(name: &str) -> String {
    let is_identifier = name.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_identifier { name.to_owned() } else { quoted(name) }
}

/// A text in quotes. What would begin an interpolation or a directive is doubled.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => quoted.extend([letter, letter]),
            control if control.is_control() => quoted.extend(["\\u", &format!("{:04x}", u32::from(control))]),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A resource's label: letters, digits and underscores, beginning with a letter.
fn label(name: &str) -> String {
    let fold = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    let label: String = name.chars().map(fold).collect();
    if label.starts_with(|first: char| first.is_ascii_alphabetic()) { label } else { format!("role_{label}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_means_itself_and_nothing_is_interpolated() {
        for (text, expected) in [
            ("plain", r#""plain""#),
            (r#"a"b\c"#, r#""a\"b\\c""#),
            ("${aws:username} $x %{if} %y $", r#""$${aws:username} $x %%{if} %y $""#),
            ("a\nb\t\u{1}", r#""a\nb\t\u0001""#),
        ] {
            assert_eq!(quoted(text), expected, "{text}");
        }
    }

    #[test]
    fn a_label_is_an_identifier() {
        for (name, expected) in
            [("deploy", "deploy"), ("Web-Shop.1", "web_shop_1"), ("1st", "role_1st"), ("_a", "role__a")]
        {
            assert_eq!(label(name), expected);
        }
    }
}
