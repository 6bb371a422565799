//! Regent in process, without a socket: a server in memory, a clock that moves when told, and callers who sign.

mod coverage;
mod sample;
mod support;
mod user;
