//! Build, check and inspect Switchboard plugins: what `cargo xtask plugins` and `switchboard plugin ...` call.
//!
//! A plugin is a folder with a `plugin.toml`, a cargo package and, where it has them, `web/` and `locales/`.
//! [`build::build_folder`] makes one file of it: a WebAssembly component that carries its manifest and its
//! assets in custom sections.
//!
//! Nothing here runs a plugin; that takes the desk's host.

pub mod build;
pub mod command;
pub mod inspect;
pub mod javascript;
pub mod manifest;
pub mod package;
pub mod scaffold;
pub mod sign;
pub mod toolchain;
pub mod watch;
pub mod words;
