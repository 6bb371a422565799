//! AWS on the wire: SigV4, protocols, generated operation types.
//!
//! A *service* is a row: a stripped model under `models/`, from which `cargo xtask codegen` writes a module
//! such as [`iam`] or [`sts`] with the service's shapes, operations and errors. A *protocol* is a column: one
//! way to read a [`node::Node`] and one [`emit::Emit`] to write. Shapes know neither; they read from a node
//! and write to an emitter, so every service speaks every protocol.
//!
//! A server's way through this crate: [`protocol::detect()`](protocol::detect::detect) tells what kind of call
//! a request is, [`protocol::Payload`] parses it, [`protocol::Payload::read`] makes the typed input or the
//! [`Fault`] that AWS would answer, and [`protocol::answer()`] or [`protocol::refuse()`] write what goes back.
//!
//! ```
//! use regent_wire::protocol::query::{Form, FormLimits};
//! use regent_wire::protocol::{Payload, Protocol, answer};
//! use regent_wire::shape::Input;
//! use regent_wire::sts::{self, op};
//!
//! let body = b"Action=AssumeRole&Version=2011-06-15&RoleSessionName=ana\
//!     &RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Frelease";
//! let form = Form::parse(b"", body, &FormLimits::default())?;
//! let (action, version) = form.operation()?;
//! assert_eq!((action, version), ("AssumeRole", sts::SERVICE.version));
//! assert_eq!(sts::Operation::from_name(action), Some(sts::Operation::AssumeRole));
//!
//! let input = Payload::Form(form).read::<op::AssumeRole>()?;
//! assert_eq!(input.role_session_name, "ana");
//! assert_eq!(input.text("RoleArn"), Some("arn:aws:iam::111122223333:role/release"));
//!
//! let mut body = Vec::new();
//! let output = sts::AssumeRoleResponse { source_identity: Some("ana".to_owned()), ..Default::default() };
//! let head = answer::<op::AssumeRole>(Protocol::Query, &output, "6d1f…", &mut body);
//! assert_eq!((head.status, head.content_type), (200, Some("text/xml")));
//! # Ok::<(), regent_wire::Fault>(())
//! ```

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

pub use generated::{SERVICES, iam, sts};
pub use operation::Operation;
pub use sensitive::Sensitive;
pub use timestamp::Timestamp;
