//! The host with real components: guests that misbehave, and guests that reach for the network.

extern crate switchboard_host as host;

mod desk;
mod guest;
mod hostile;
mod network;
mod signature;
