//! `switchboard journal ...`.

use std::{fs::File, io::BufWriter, path::Path};

use anyhow::{Context as _, bail};
use store::Store;

use crate::arguments::{DeskArguments, JournalTask};

/// Looks after the journal of a data folder that no desk is using.
pub fn run(arguments: &DeskArguments, task: &JournalTask) -> anyhow::Result<()> {
    if let JournalTask::Salvage { to } = task {
        return salvage(&arguments.data(), to);
    }
    let mut store = Store::open(&arguments.data())?;
    match task {
        JournalTask::Salvage { .. } => {}
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

/// Tells what was kept and what was lost. A loss is no failure: it is what was asked about.
fn salvage(from: &Path, to: &Path) -> anyhow::Result<()> {
    let report = Store::salvage(from, to)?;
    println!("{} events kept in {}", report.events, to.display());
    println!("head {}", report.head);
    match &report.damage {
        None => println!("nothing of the journal was lost"),
        Some((position, why)) => {
            println!("damaged at event {position}: {why}");
            match report.lost {
                Some(lost) => println!("{lost} events from there on were not kept"),
                None => println!("how many events there were cannot be read"),
            }
            println!("providers are asked from the beginning; what they still have comes again");
        }
    }
    for (table, rows) in &report.partial {
        println!("{table}: {rows} rows could be read, the rest not");
    }
    for file in &report.files_missing {
        println!("file {file} is missing or was changed");
    }
    Ok(())
}
