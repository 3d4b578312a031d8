//! Repository rules, end-to-end tests against real peers, hostile plugins, benches and the tour.

pub mod bus;
pub mod desk;
pub mod guest;
pub mod http;
pub mod in_process;
pub mod reader;
pub mod report;
pub mod screen;
pub mod visitor;
pub mod wait;
pub mod words;
