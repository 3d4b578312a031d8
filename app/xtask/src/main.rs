//! Developer tasks behind `cargo xtask`.
//!
//! This is the first thing that a newcomer compiles, so it stays small: no wasmtime, no tokio, no window. What a task
//! needs beyond building and starting programs lives in the crates it starts.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

mod benches;
mod build;
mod ci;
mod command;
mod display;
mod lint;
mod packages;
mod plugins;
mod run;
mod suites;

/// Developer tasks: each installs what it needs, says so, and does one thing.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and open the desk on the demo company.
    Run {
        /// The language of the desk; without it, the desk's own setting.
        #[arg(long = "lang")]
        language: Option<Language>,
        /// On a virtual display: stay open after the pictures, until Ctrl-C.
        #[arg(long)]
        stay: bool,
        /// Further arguments for the desk, after `--`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run every test, real peers included.
    Test {
        /// Only this suite: a crate's folder (`model`), a test of the tests crate (`tidy`), or `docs`.
        #[arg(long, value_name = "SUITE")]
        only: Option<String>,
    },
    /// Build the plugins into target/plugins.
    Plugins,
    /// Drive the desk through the journeys on a virtual display and write one picture a step.
    Tour {
        /// The folder for the pictures.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Measure, compare with a peer in the same run, and hold the figures against their bars.
    Bench {
        /// The bench, or `all`.
        name: String,
        /// The long version, with more data.
        #[arg(long)]
        long: bool,
    },
    /// Check format and lints.
    Lint {
        /// Also check licences, bans and sources with cargo deny, building it first where it is missing.
        #[arg(long)]
        deny: bool,
    },
    /// Everything that must hold before a change lands.
    Ci {
        /// Also what takes too long for every change.
        #[arg(long)]
        long: bool,
    },
}

/// A language that the desk speaks.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    /// Simplified Chinese.
    #[value(name = "zh-CN")]
    Chinese,
    /// English.
    #[value(name = "en")]
    English,
}

impl Language {
    fn code(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    match task {
        Task::Run { language, stay, arguments } => run::run(language, stay, &arguments),
        Task::Test { only } => {
            build::all()?;
            suites::close(suites::run(only.as_deref(), false)?)
        }
        Task::Plugins => plugins::build(),
        Task::Tour { out } => benches::tour(&out),
        Task::Bench { name, long } => benches::run(&name, long),
        Task::Lint { deny } => {
            lint::format()?;
            lint::clippy()?;
            if deny { lint::deny() } else { Ok(()) }
        }
        Task::Ci { long } => ci::run(long),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_consistent() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_the_readme_promises_is_understood() {
        for words in [
            &["run"][..],
            &["run", "--lang", "zh-CN", "--", "--data", "folder"],
            &["test", "--only", "model"],
            &["tour", "--out", "pictures"],
            &["bench", "journal"],
            &["ci", "--long"],
        ] {
            let words = std::iter::once("cargo xtask").chain(words.iter().copied());
            assert!(Arguments::try_parse_from(words.clone()).is_ok(), "{:?}", words.collect::<Vec<_>>());
        }
        assert!(Arguments::try_parse_from(["cargo xtask", "run", "--lang", "fr"]).is_err());
    }
}
