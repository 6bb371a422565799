//! AWS on the wire: SigV4, protocols, generated operation types.
//!
//! A *service* is a row: a stripped model under `models/`, from which `cargo xtask codegen` writes a module
//! such as [`iam`] or [`sts`] with the service's shapes, operations and errors. A *protocol* is a column: one
//! way to read a [`node::Node`] and one [`emit::Emit`] to write. Shapes know neither; they read from a node
//! and write to an emitter, so every service speaks every protocol.
//!
//! A server's way through this crate: [`protocol::detect`] tells what kind of call a request is,
//! [`protocol::Payload`] parses it, [`protocol::Payload::read`] makes the typed input or the [`fault::Fault`]
//! that AWS would answer, and [`protocol::answer`] or [`protocol::refuse`] write what goes back.

pub mod check;
pub mod digest;
pub mod emit;
pub mod fault;
#[expect(
    clippy::enum_variant_names,
    clippy::struct_field_names,
    clippy::too_many_lines,
    reason = "names and sizes are the models'"
)]
mod generated;
pub mod limit;
pub mod node;
pub mod operation;
pub mod pattern;
pub mod protocol;
pub mod secret;
pub mod sensitive;
pub mod shape;
pub mod sigv4;
pub mod timestamp;
pub mod tree;

pub use fault::Fault;

pub use generated::{iam, sts};
pub use operation::Operation;
pub use sensitive::Sensitive;
pub use timestamp::Timestamp;
