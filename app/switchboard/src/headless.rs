//! The desk without a window, for servers and tests.

use std::{
    io::Write as _,
    sync::{Arc, mpsc},
};

use crate::{arguments::DeskArguments, start};

/// Runs until the process is told to end.
pub fn run(arguments: &DeskArguments) -> anyhow::Result<()> {
    let engine = start::engine(arguments, Arc::new(|| {}))?;
    let mut out = std::io::stdout();
    match engine.gateway_address() {
        Some(address) => writeln!(out, "listening on http://{address}/")?,
        None => writeln!(out, "not listening")?,
    }
    out.flush()?;
    wait_for_end()?;
    engine.stop();
    Ok(())
}

/// Waits for the signals that ask a program to end.
fn wait_for_end() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (done, ended) = mpsc::sync_channel(1);
    runtime.block_on(async move {
        let interrupted = tokio::signal::ctrl_c();
        #[cfg(unix)]
        {
            let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! { result = interrupted => result?, _ = terminated.recv() => {} }
        }
        #[cfg(not(unix))]
        interrupted.await?;
        // The receiver lives until after this.
        let _waiting = done.send(());
        anyhow::Ok(())
    })?;
    Ok(ended.recv()?)
}
