//! The console over its hand-made desk, driven through input events and accessibility queries.

mod desk;
mod dock;
mod features;
mod places;
mod sight;
mod window;
