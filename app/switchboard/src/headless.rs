//! The desk without a window, for servers and tests.

use std::{io::Write as _, sync::Arc};

use crate::{arguments::DeskArguments, start};

/// Runs until the process is told to end.
pub fn run(arguments: &DeskArguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Before anybody is told that the desk is there: who hears it may ask it to end at once.
    let ended = {
        let _inside = runtime.enter();
        end_asked()?
    };
    let engine = start::engine(arguments, Arc::new(|| {}))?;
    let mut out = std::io::stdout();
    match engine.gateway_address() {
        Some(address) => writeln!(out, "listening on http://{address}/")?,
        None => writeln!(out, "not listening")?,
    }
    out.flush()?;
    runtime.block_on(ended)?;
    engine.stop();
    Ok(())
}

/// Listens from now on for the signals that ask a program to end.
#[cfg(unix)]
fn end_asked() -> anyhow::Result<impl Future<Output = anyhow::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! { _ = interrupted.recv() => {} _ = terminated.recv() => {} }
        Ok(())
    })
}

/// Listens for the keys that ask a program to end.
#[cfg(not(unix))]
fn end_asked() -> anyhow::Result<impl Future<Output = anyhow::Result<()>>> {
    Ok(async { Ok(tokio::signal::ctrl_c().await?) })
}
