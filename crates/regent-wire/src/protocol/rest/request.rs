//! A REST request as a place to read from.

use std::fmt;

use http::HeaderMap;

use crate::fault::Fault;
use crate::node::Node;
use crate::operation::Payload;
use crate::protocol::Limits;
use crate::protocol::query::Form;
use crate::protocol::rest::Route;
use crate::shape::{Member, Part};
use crate::tree::Tree;

/// A REST request, parsed. `Debug` tells nothing of it: headers carry bearer tokens.
pub struct Request<'a> {
    labels: Vec<(&'static str, String)>,
    query: Form,
    headers: &'a HeaderMap,
    body: Body<'a>,
}

enum Body<'a> {
    Nothing,
    Document(Tree<'a>),
    Raw(&'a [u8]),
}

impl<'a> Request<'a> {
    /// Puts the parts together and parses what is left to parse.
    pub fn new(
        route: Route,
        query: &str,
        headers: &'a HeaderMap,
        body: &'a [u8],
        limits: &Limits,
    ) -> Result<Self, Fault> {
        Ok(Self {
            labels: route.labels,
            query: Form::parse_repeated(query.as_bytes(), &[], &limits.form)?,
            headers,
            body: match route.operation.http.payload {
                _ if body.is_empty() => Body::Nothing,
                Payload::Document => Body::Document(Tree::from_json(body, limits.tree)?),
                Payload::Raw => Body::Raw(body),
            },
        })
    }

    /// A member, wherever the model puts it.
    pub(crate) fn member(&self, member: &Member) -> Option<Node<'_>> {
        match member.part {
            Part::Body | Part::Status => match &self.body {
                Body::Document(tree) => tree.member(member.wire).map(Node::Tree),
                Body::Nothing | Body::Raw(_) => None,
            },
            Part::Payload => match &self.body {
                Body::Nothing => None,
                Body::Document(tree) => Some(Node::Tree(tree)),
                Body::Raw(bytes) => Some(Node::Raw(bytes)),
            },
            Part::Label => {
                self.labels.iter().find(|(name, _)| *name == member.wire).map(|(_, text)| Node::Plain(text))
            }
            Part::Header => {
                self.headers.get(member.wire)?.to_str().ok().map(|value| Node::Plain(value.trim()))
            }
            Part::Query => several(Several(Source::Query { form: &self.query, name: member.wire })),
            Part::Headers => several(Several(Source::Headers { headers: self.headers, prefix: member.wire })),
        }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Request")
    }
}

fn several(values: Several<'_>) -> Option<Node<'_>> {
    values.entries().next().is_some().then_some(Node::Several(values))
}

/// The values of a parameter that may come several times, or the headers that begin alike.
#[derive(Clone, Copy)]
pub struct Several<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Query { form: &'a Form, name: &'static str },
    Headers { headers: &'a HeaderMap, prefix: &'static str },
}

impl fmt::Debug for Several<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Several")
    }
}

impl<'a> Several<'a> {
    /// The one value, if there is no second.
    pub(crate) fn only(self) -> Option<&'a str> {
        let mut values = self.iter();
        values.next().filter(|_| values.next().is_none())
    }

    /// The values.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a str> {
        self.entries().map(|(_, value)| value)
    }

    /// Names and values. A header's name is what follows the prefix.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let (parameters, headers) = match self.0 {
            Source::Query { form, name } => {
                (Some(form.iter().filter(move |(found, _)| *found == name)), None)
            }
            Source::Headers { headers, prefix } => (None, Some((headers, prefix))),
        };
        let headers = headers.into_iter().flat_map(|(headers, prefix)| {
            headers.iter().filter_map(move |(name, value)| {
                let (found, rest) = name.as_str().split_at_checked(prefix.len())?;
                found.eq_ignore_ascii_case(prefix).then_some((rest, value.to_str().ok()?))
            })
        });
        parameters.into_iter().flatten().chain(headers)
    }
}

/// The elements of a header that is a list: between commas, and quoted where they contain one themselves.
/// An escape within quotes stays as it is.
pub(crate) fn header_items(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?.trim_start();
        let (item, behind) = match text.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
            Some((item, behind)) => (item, behind.split_once(',').map(|(_, behind)| behind)),
            None => match text.split_once(',') {
                Some((item, behind)) => (item.trim_end(), Some(behind)),
                None => (text.trim_end(), None),
            },
        };
        rest = behind;
        Some(item)
    })
    .filter(|item| !item.is_empty())
}
