//! A policy as a tree whose members keep their order, so that every form has the same one.

use regent_policy::format::{Style, format};

/// A value of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Text(String),
    List(Vec<Node>),
    Object(Vec<(&'static str, Node)>),
}

/// A policy of one statement.
pub(super) fn policy(statement: impl IntoIterator<Item = (&'static str, Node)>) -> Node {
    object([("Version", Node::text("2012-10-17")), ("Statement", Node::List(vec![object(statement)]))])
}

pub(super) fn object(members: impl IntoIterator<Item = (&'static str, Node)>) -> Node {
    Node::Object(members.into_iter().collect())
}

impl Node {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The JSON of a policy, laid out as every policy is.
    pub(super) fn to_json(&self) -> String {
        let line = self.to_json_line();
        format(&line, Style::default()).unwrap_or(line)
    }

    /// The same on one line.
    pub(super) fn to_json_line(&self) -> String {
        let mut line = String::new();
        self.write(&mut line);
        line
    }

    fn write(&self, line: &mut String) {
        match self {
            Self::Text(text) => line.push_str(&quoted(text)),
            Self::List(items) => {
                line.push('[');
                for (number, item) in items.iter().enumerate() {
                    line.push_str(if number == 0 { "" } else { "," });
                    item.write(line);
                }
                line.push(']');
            }
            Self::Object(members) => {
                line.push('{');
                for (number, (name, member)) in members.iter().enumerate() {
                    line.push_str(if number == 0 { "" } else { "," });
                    line.push_str(&quoted(name));
                    line.push(':');
                    member.write(line);
                }
                line.push('}');
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
