//! Against strangers of every kind on loopback, and against Regent itself, in the process and over a socket.

mod embedded;
mod federation;
mod hostile;
mod rig;

pub(crate) use embedded::{ACCOUNT, must, root, server, within};
pub(crate) use rig::{NOW, Say, Stranger, http, impatient, key, upstream_at};
