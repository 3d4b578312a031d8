//! The store from outside, on real files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
#![allow(clippy::cast_possible_wrap, reason = "numbers of tests are small")]

mod care;
mod damage;
mod golden;
mod random;
mod reading;
mod salvage;
mod write;
