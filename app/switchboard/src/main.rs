//! The Switchboard desk: window, headless engine and plugin tools in one binary. Wiring only; what the
//! commands do stands in the crates they call.

mod arguments;
mod demo;
mod desk;
mod doctor;
mod headless;
mod journal;
mod log;
mod picture;
mod plugin;
mod plugin_dev;
mod shell;
mod start;

use std::process::ExitCode;

use arguments::{Arguments, Task};
use clap::Parser as _;

fn main() -> ExitCode {
    // Packages of strangers are compiled in a child of this program.
    if let Some(code) = host::compiler::serve() {
        return code;
    }
    let arguments = Arguments::parse();
    log::start(arguments.verbose);
    // One provider for every TLS connection of this process; it can only be set once, and nobody else does.
    let _set_before = rustls::crypto::ring::default_provider().install_default();
    let result = match arguments.task {
        None if arguments.desk.headless => headless::run(&arguments.desk),
        None => desk::run(&arguments.desk),
        Some(Task::Journal { task }) => journal::run(&arguments.desk, &task),
        Some(Task::Plugin { words }) => plugin::run(&arguments.desk, &words),
        Some(Task::Doctor) => return doctor::run(&arguments.desk),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", start::explain(&error, arguments.desk.language()));
            ExitCode::FAILURE
        }
    }
}
