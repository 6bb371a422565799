//! The engines, each behind the same two questions: get ready, and answer.

mod aspen;
mod casbin;
mod cedar;
mod floor;
mod iam_rs;
mod regent;
mod regorus;

use crate::cases::{Question, Statement};

/// An engine that holds a policy in the form in which it decides fastest.
pub trait Engine {
    /// Gets a request ready, and returns what decides it, to be called as often as one likes.
    fn prepare<'a>(&'a self, question: &'a Question) -> anyhow::Result<Box<dyn FnMut() -> bool + 'a>>;
}

/// A line of the table.
pub struct Entrant {
    pub name: &'static str,
    pub load: fn(&[Statement]) -> anyhow::Result<Box<dyn Engine>>,
}

/// How the engine that the others are compared with is called.
pub const REGENT: &str = "regent-policy";

pub const ENTRANTS: [Entrant; 10] = [
    Entrant { name: "floor: by hand, this case only", load: floor::load },
    Entrant { name: "  everything from strings each time", load: floor::load_raw },
    Entrant { name: REGENT, load: regent::load },
    Entrant { name: "  keys interned, values set each time", load: regent::load_interned },
    Entrant { name: "  everything from strings each time", load: regent::load_raw },
    Entrant { name: "Cedar 4", load: cedar::load },
    Entrant { name: "iam-rs 0.8", load: iam_rs::load },
    Entrant { name: "Regorus 0.14 (Rego)", load: regorus::load },
    Entrant { name: "casbin 2", load: casbin::load },
    Entrant { name: "scratchstack-aspen 0.3", load: aspen::load },
];
