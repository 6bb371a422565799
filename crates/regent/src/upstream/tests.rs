//! Against strangers of every kind on loopback, and against Regent itself, in the process and over a socket.

mod embedded;
mod federation;
mod hostile;
mod rig;

pub(super) use rig::{NOW, Say, Stranger, http, upstream_at};
