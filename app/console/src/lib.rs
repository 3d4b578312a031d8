//! What the agent sees: panels, widgets, theme, keys and palette, on egui.
//!
//! [`Console`] reads the newest view of a [`model::port::Desk`] in [`Console::logic`] and draws it in
//! [`Console::ui`]. Panels borrow one [`Ctx`] and leave [`Action`]s; nothing changes while drawing. What needs
//! the system leaves as [`ShellRequest`]s.
//!
//! # Invariants
//!
//! - No engine, no store, no host, no async runtime and no input or output: a hand-made view is all that is
//!   needed to draw and test everything ([`fixture`]).
//! - No colour, size or text is written here: they come from the assets.
//! - Sorting, filtering and searching happen when the view or the question changes, not with every frame.

pub mod action;
pub mod attention;
pub mod command;
pub mod composer;
mod console;
mod ctx;
pub mod derived;
pub mod dock;
pub mod fixture;
mod handle;
mod hash;
mod idle;
mod look;
pub mod markdown;
pub mod mention;
mod open;
pub mod overlay;
pub mod panel;
pub mod picture;
pub mod place;
pub mod settings;
pub mod shell;
mod slot;
pub mod theme;
pub mod timeline;
pub mod widget;

pub use action::{Action, Place};
pub use console::{Console, Options};
pub use ctx::Ctx;
pub use shell::{ShellRequest, ShellState};
pub use slot::Slot;
pub use theme::Theme;
