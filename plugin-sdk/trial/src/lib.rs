//! Runs a plugin in the desk's own host, with a world that is written in a file.
//!
//! A world (`tests/NAME.toml` in a plugin's folder) says what the desk knows, what happens step by step, and what the
//! plugin must answer. Nothing is pretended but the desk: grants, budgets, limits and checks are those of the real host.
//! What goes wrong is told with the file, the line and what to write instead.

mod bench;
pub mod command;
mod desk;
mod matching;
mod replay;
mod request;
mod run;
mod show;
mod step;
mod world;

pub use bench::{Figures, bench};
pub use host::Bundle;
pub use replay::{Again, replay};
pub use run::{Failure, Outcome, Plugin, run};
pub use world::{World, WorldError};
