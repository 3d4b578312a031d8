//! `switchboard journal ...`.

use std::{fs::File, io::BufWriter};

use anyhow::{Context as _, bail};
use store::Store;

use crate::arguments::{DeskArguments, JournalTask};

/// Looks after the journal of a data folder that no desk is using.
pub fn run(arguments: &DeskArguments, task: &JournalTask) -> anyhow::Result<()> {
    let mut store = Store::open(&arguments.data())?;
    match task {
        JournalTask::Verify => {
            let report = store.verify()?;
            println!("{} events in {} streams, {} erased", report.events, report.streams, report.erased);
            println!("head {}", report.head);
            for problem in &report.problems {
                println!("{problem}");
            }
            if !report.holds() {
                bail!("the journal does not hold: {} problems", report.problems.len());
            }
            println!("the journal holds");
        }
        JournalTask::Rebuild => {
            let events = store.rebuild()?;
            println!("rebuilt from {events} events");
        }
        JournalTask::Export { file: Some(path) } => {
            let file = File::create_new(path).with_context(|| format!("creating {}", path.display()))?;
            let events = store.export(&mut BufWriter::new(file))?;
            println!("{events} events in {}", path.display());
        }
        JournalTask::Export { file: None } => {
            store.export(&mut std::io::stdout().lock())?;
        }
    }
    Ok(())
}
