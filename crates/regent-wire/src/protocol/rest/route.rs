//! From method and path to an operation.

use crate::operation::{OperationMeta, Segment, ServiceMeta};

/// An operation, and what the path says about its input.
#[derive(Debug)]
pub struct Route {
    /// The operation.
    pub operation: &'static OperationMeta,
    /// The labels: wire name and decoded text.
    pub labels: Vec<(&'static str, String)>,
}

/// Finds the operation of a service that method, path and query string mean.
///
/// Paths may overlap (`/token` and `/token?aws_iam=t`, `/a/{x}` and `/a/b`): the one that demands most wins.
pub fn route(service: &ServiceMeta, method: &str, path: &str, query: &str) -> Option<Route> {
    service
        .operations
        .iter()
        .filter(|operation| operation.http.method == method && has_query(operation, query))
        .filter_map(|operation| {
            Some((weight(operation), Route { operation, labels: labels(operation, path)? }))
        })
        .max_by_key(|(weight, _)| *weight)
        .map(|(_, route)| route)
}

/// How much of a request an operation determines: parameters first, then pieces of the path.
fn weight(operation: &OperationMeta) -> (usize, usize) {
    let literals =
        operation.http.path.iter().filter(|segment| matches!(segment, Segment::Literal(_))).count();
    (operation.http.query.len(), literals)
}

fn has_query(operation: &OperationMeta, query: &str) -> bool {
    operation
        .http
        .query
        .iter()
        .all(|wanted| query.split('&').any(|pair| pair.split_once('=').unwrap_or((pair, "")) == *wanted))
}

fn labels(operation: &OperationMeta, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut rest = path.strip_prefix('/')?;
    let mut labels = Vec::new();
    let mut segments = operation.http.path.iter().peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        let (piece, behind) = match (segment, rest.split_once('/')) {
            (Segment::Rest(_), _) => (rest, ""),
            (_, None) if is_last => (rest, ""),
            // One slash at the end is no piece of its own.
            (_, Some((piece, ""))) if is_last => (piece, ""),
            (_, Some((piece, behind))) if !is_last => (piece, behind),
            _ => return None,
        };
        match segment {
            Segment::Literal(literal) if *literal == piece => {}
            Segment::Literal(_) => return None,
            Segment::Label(name) | Segment::Rest(name) => labels.push((*name, decode(piece)?)),
        }
        rest = behind;
    }
    rest.is_empty().then_some(labels)
}

/// Percent-decodes a piece of a path. An empty piece is no label.
fn decode(piece: &str) -> Option<String> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut text = Vec::with_capacity(piece.len());
    let mut bytes = piece.bytes();
    while let Some(byte) = bytes.next() {
        text.push(if byte == b'%' { digit(bytes.next())? << 4 | digit(bytes.next())? } else { byte });
    }
    String::from_utf8(text).ok().filter(|text| !text.is_empty())
}
