//! The fixed parts of the frame. Each borrows a [`Ctx`](crate::Ctx), draws and pushes actions.

pub mod header;
pub mod proposal;
pub mod queue;
pub mod rail;
pub mod status_line;
pub mod tabs;
pub mod top_bar;
