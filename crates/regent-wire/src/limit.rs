//! What a model demands of a value, as data.
//!
//! A limit belongs to a shape of the model and is shared by every member of that shape. Lengths of texts
//! count characters (code points): the models say length, Java counts UTF-16 units, and STS was seen to
//! accept 2,048 characters beyond the basic plane where the limit is 2,048.

use crate::pattern::Pattern;
use crate::shape::Member;

/// Bounds of a text.
#[derive(Debug)]
pub struct Text {
    /// The fewest characters.
    pub least: Option<u32>,
    /// The most characters.
    pub most: Option<u32>,
    /// What it must look like.
    pub pattern: Option<&'static Pattern>,
}

/// Bounds of a number.
#[derive(Debug)]
pub struct Number {
    /// The smallest value.
    pub least: Option<i64>,
    /// The greatest value.
    pub most: Option<i64>,
}

/// Bounds of a binary value.
#[derive(Debug)]
pub struct Blob {
    /// The fewest bytes.
    pub least: Option<u32>,
    /// The most bytes.
    pub most: Option<u32>,
}

/// Bounds of a list, and what its elements are called.
#[derive(Debug)]
pub struct List {
    /// The fewest elements.
    pub least: Option<u32>,
    /// The most elements.
    pub most: Option<u32>,
    /// An element: in Query and XML it has a name, `member` unless the model says otherwise.
    pub item: Member,
}

/// Bounds of a map, and what its parts are called.
#[derive(Debug)]
pub struct Map {
    /// The fewest entries.
    pub least: Option<u32>,
    /// The most entries.
    pub most: Option<u32>,
    /// A key.
    pub key: Member,
    /// What a key must look like.
    pub keys: Text,
    /// A value.
    pub value: Member,
}

impl Text {
    /// Any text at all.
    pub const ANY: Self = Self { least: None, most: None, pattern: None };
}

impl Number {
    /// Any number at all.
    pub const ANY: Self = Self { least: None, most: None };
}

impl Blob {
    /// Any bytes at all.
    pub const ANY: Self = Self { least: None, most: None };
}
