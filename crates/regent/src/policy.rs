//! What people do with policies besides obeying them: ask, have explained, write.
//!
//! The command line does it on files, and the REST API on texts. The engine answers; what is here reads questions and
//! draws answers.

pub(crate) mod bundle;
pub(crate) mod excerpt;
pub(crate) mod explanation;
pub(crate) mod generation;
pub(crate) mod keys;
pub(crate) mod nearest;
pub(crate) mod principal;
pub(crate) mod question;
pub(crate) mod size;
