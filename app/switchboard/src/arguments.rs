//! What can be said on the command line.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use assets::Language;
use clap::{Args, Parser, Subcommand};

/// Where the gateway listens unless told otherwise: this machine only.
const LISTEN: &str = "127.0.0.1:8765";

/// The customer-service desk.
#[derive(Debug, Parser)]
#[command(name = "switchboard", version, about)]
pub struct Arguments {
    /// How the desk is started.
    #[command(flatten)]
    pub desk: DeskArguments,
    /// Say more in the log.
    #[arg(long, global = true)]
    pub verbose: bool,
    /// Something else than the desk.
    #[command(subcommand)]
    pub task: Option<Task>,
}

/// How the desk is started.
#[derive(Args, Clone, Debug)]
pub struct DeskArguments {
    /// Data folder; made where it does not exist.
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// Folder with plugin packages that come with the desk.
    #[arg(long, global = true)]
    plugins: Option<PathBuf>,
    /// Where customers' web requests are taken; port 0 lets the system choose.
    #[arg(long, default_value = LISTEN)]
    pub listen: SocketAddr,
    /// Language to begin with: zh-CN or en.
    #[arg(long, global = true)]
    lang: Option<String>,
    /// Run without a window.
    #[arg(long)]
    pub headless: bool,
    /// Begin with an empty company instead of the demo company.
    #[arg(long)]
    pub empty: bool,
    /// Size of the window to begin with, such as 1440x900.
    #[arg(long)]
    pub size: Option<String>,
}

/// Something else than the desk.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Look after the journal.
    Journal {
        /// What to do.
        #[command(subcommand)]
        task: JournalTask,
    },
    /// Make, check, install and list plugins.
    #[command(disable_help_flag = true)]
    Plugin {
        /// `help` lists what there is: `new`, `build`, `test`, `sign`, `install` and more.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Say what is wrong on this machine and what to do about it.
    Doctor,
}

/// What can be done with the journal.
#[derive(Clone, Debug, Subcommand)]
pub enum JournalTask {
    /// Check that nothing is missing or changed.
    Verify,
    /// Make everything derived from the journal anew.
    Rebuild,
    /// Copy what a damaged data folder still holds into a new one.
    Salvage {
        /// The new data folder.
        #[arg(long)]
        to: PathBuf,
    },
    /// Write the journal as lines of JSON.
    Export {
        /// Where to; standard output where nothing is said.
        file: Option<PathBuf>,
    },
}

impl DeskArguments {
    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| {
            let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
            std::env::var_os("XDG_DATA_HOME")
                .map_or_else(|| home.join(".local/share"), PathBuf::from)
                .join("switchboard")
        })
    }

    /// The folder of packages that come with the desk: beside the program, or where it was built.
    pub fn bundled_plugins(&self) -> PathBuf {
        if let Some(folder) = &self.plugins {
            return folder.clone();
        }
        let program = std::env::current_exe().unwrap_or_default();
        let beside = program.parent().unwrap_or(Path::new("."));
        [beside.join("plugins"), beside.join("../plugins"), PathBuf::from("target/plugins")]
            .into_iter()
            .find(|folder| folder.is_dir())
            .unwrap_or_else(|| beside.join("plugins"))
    }

    /// The folder of packages that a person installed.
    pub fn installed_plugins(&self) -> PathBuf {
        self.data().join("plugins")
    }

    /// The language to begin with: as said, else as the system says, else Chinese.
    pub fn language(&self) -> Language {
        let system = || {
            ["LC_ALL", "LC_MESSAGES", "LANG"]
                .iter()
                .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        };
        self.lang
            .clone()
            .or_else(system)
            .and_then(|tag| Language::from_tag(tag.split('.').next().unwrap_or(&tag)))
            .unwrap_or(Language::Chinese)
    }

    /// The size of the window to begin with, in points.
    pub fn window_size(&self) -> [f32; 2] {
        let said = self.size.as_deref().and_then(|size| {
            let (width, height) = size.split_once('x')?;
            Some([width.parse().ok()?, height.parse().ok()?])
        });
        said.unwrap_or([1440.0, 900.0])
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
    fn the_desk_listens_on_this_machine_only() {
        let arguments = Arguments::parse_from(["switchboard"]);
        assert!(arguments.desk.listen.ip().is_loopback());
    }
}
