//! Writing: the one abstraction between shapes and protocols.

use crate::limit;
use crate::shape::{Emitted, Member};
use crate::timestamp::Timestamp;

/// A way to write members. The generated [`Emitted::emit`] calls one method per member that is present; what
/// nests is handed over as something that writes, so an emitter that leaves a member out leaves its parts out
/// and nothing can be opened without being closed.
///
/// Answers, records and tests are each an implementation. An emitter cannot fail: it writes to memory.
pub trait Emit {
    /// A text.
    fn text(&mut self, member: &Member, value: &str);
    /// A whole number.
    fn integer(&mut self, member: &Member, value: i64);
    /// A number with a fraction.
    fn float(&mut self, member: &Member, value: f64);
    /// A truth value.
    fn boolean(&mut self, member: &Member, value: bool);
    /// A point in time, in the member's format or else the protocol's.
    fn timestamp(&mut self, member: &Member, value: Timestamp);
    /// Bytes.
    fn blob(&mut self, member: &Member, value: &[u8]);
    /// Anything that JSON can say.
    fn document(&mut self, member: &Member, value: &serde_json::Value);
    /// A structure.
    fn structure(&mut self, member: &Member, value: &dyn Emitted);
    /// A list; `items` writes each element under the limit's `item`.
    fn list(&mut self, member: &Member, list: &'static limit::List, items: &dyn Fn(&mut dyn Emit));
    /// A map; `entries` writes each entry with [`Emit::entry`].
    fn map(&mut self, member: &Member, map: &'static limit::Map, entries: &dyn Fn(&mut dyn Emit));
    /// An entry of a map; `value` writes the value under the limit's `value`.
    fn entry(&mut self, member: &Member, map: &'static limit::Map, key: &str, value: &dyn Fn(&mut dyn Emit));
}
