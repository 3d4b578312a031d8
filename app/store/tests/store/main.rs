//! The store from outside, on real files.

mod care;
mod damage;
mod golden;
mod random;
mod reading;
mod write;
