//! What plugins may call, one module for each interface or small family. Every function checks the grant first.

mod body;
mod connection;
mod desk;
pub(crate) mod http;
pub(crate) mod net;
mod read;
mod secrets;
mod storage;
