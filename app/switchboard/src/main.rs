//! The Switchboard desk: window, headless engine and plugin tools in one binary.
fn main() {}
