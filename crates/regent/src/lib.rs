//! Regent as a library: what the binary is made of, so that tests can hold it in their hands.

mod audit;
pub mod clock;
pub mod config;
pub mod entropy;
mod http;
mod mfa;
mod seal;
