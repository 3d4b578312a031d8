//! Repository rules, end-to-end tests against real peers, hostile plugins, benches and the tour.

pub mod report;
