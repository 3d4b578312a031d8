//! What plugins may call, one module for each interface or small family. Every function checks the grant first.

mod body;
mod desk;
pub(crate) mod http;
mod read;
mod secrets;
mod storage;
