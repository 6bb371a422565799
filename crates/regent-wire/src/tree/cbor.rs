//! CBOR into a tree: the part that RPC v2 CBOR permits.

use std::borrow::Cow;

use minicbor::data::{Tag, Type};
use minicbor::decode::{Decoder, Error};

use super::{Budget, ParseTreeError, Tree, TreeLimits};

/// The tag of a point in time, in seconds since 1970.
const EPOCH: u64 = 1;

pub(super) fn parse(body: &[u8], limits: TreeLimits) -> Result<Tree<'_>, ParseTreeError> {
    let mut decoder = Decoder::new(body);
    let tree = value(&mut decoder, &mut Budget::new(limits))?;
    if decoder.position() == body.len() { Ok(tree) } else { Err(ParseTreeError::Trailing) }
}

fn value<'a>(decoder: &mut Decoder<'a>, budget: &mut Budget) -> Result<Tree<'a>, ParseTreeError> {
    budget.value()?;
    Ok(match decoder.datatype()? {
        Type::Null | Type::Undefined => {
            decoder.skip()?;
            Tree::Null
        }
        Type::Bool => Tree::Boolean(decoder.bool()?),
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64
        | Type::Int => {
            let number = i128::from(decoder.int()?);
            #[expect(clippy::cast_precision_loss, reason = "such a number fits no integer of any model")]
            i64::try_from(number).map_or(Tree::Float(number as f64), Tree::Integer)
        }
        Type::F16 | Type::F32 | Type::F64 => Tree::Float(decoder.f64()?),
        Type::String => Tree::Text(Cow::Borrowed(decoder.str()?)),
        Type::StringIndef => Tree::Text(Cow::Owned(decoder.str_iter()?.collect::<Result<String, _>>()?)),
        Type::Bytes => Tree::Bytes(Cow::Borrowed(decoder.bytes()?)),
        Type::BytesIndef => {
            let pieces = decoder.bytes_iter()?.collect::<Result<Vec<&[u8]>, _>>()?;
            Tree::Bytes(Cow::Owned(pieces.concat()))
        }
        Type::Array | Type::ArrayIndef => list(decoder, budget)?,
        Type::Map | Type::MapIndef => map(decoder, budget)?,
        Type::Tag => tagged(decoder, budget)?,
        other @ (Type::Simple | Type::Break | Type::Unknown(_)) => {
            return Err(ParseTreeError::Cbor(Error::type_mismatch(other)));
        }
    })
}

fn list<'a>(decoder: &mut Decoder<'a>, budget: &mut Budget) -> Result<Tree<'a>, ParseTreeError> {
    budget.enter()?;
    let length = decoder.array()?;
    let mut items = Vec::new();
    while more(decoder, length, items.len())? {
        items.push(value(decoder, budget)?);
    }
    budget.leave();
    Ok(Tree::List(items))
}

fn map<'a>(decoder: &mut Decoder<'a>, budget: &mut Budget) -> Result<Tree<'a>, ParseTreeError> {
    budget.enter()?;
    let length = decoder.map()?;
    let mut entries = Vec::new();
    while more(decoder, length, entries.len())? {
        let Tree::Text(key) = value(decoder, budget)? else { return Err(ParseTreeError::Key) };
        entries.push((key, value(decoder, budget)?));
    }
    budget.leave();
    Tree::map(entries)
}

/// Whether the list or map goes on: by its announced length, or until a break.
fn more(decoder: &mut Decoder<'_>, length: Option<u64>, read: usize) -> Result<bool, ParseTreeError> {
    match length {
        Some(length) => Ok(u64::try_from(read).is_ok_and(|read| read < length)),
        None if decoder.datatype()? == Type::Break => {
            decoder.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

fn tagged<'a>(decoder: &mut Decoder<'a>, budget: &mut Budget) -> Result<Tree<'a>, ParseTreeError> {
    if decoder.tag()? != Tag::new(EPOCH) {
        return Err(ParseTreeError::Cbor(Error::message("expected no tag but that of a timestamp")));
    }
    budget.enter()?;
    let inside = value(decoder, budget)?;
    budget.leave();
    match inside.float() {
        Ok(seconds) if !matches!(inside, Tree::Text(_)) => Ok(Tree::Instant(seconds)),
        _ => Err(ParseTreeError::Cbor(Error::message("expected a number as timestamp"))),
    }
}

impl From<Error> for ParseTreeError {
    fn from(error: Error) -> Self {
        Self::Cbor(error)
    }
}
