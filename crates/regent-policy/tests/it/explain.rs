//! Explanations: laws that tie them to the decisions they explain, and cases that are data.

mod cases;
mod laws;
mod policies;
mod renderings;
