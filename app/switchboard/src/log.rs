//! The log: to standard error, without customers' words, since nothing that carries them is ever logged.

use tracing_subscriber::EnvFilter;

/// Starts logging. `SWITCHBOARD_LOG` takes the usual directives.
pub fn start(verbose: bool) {
    let level = if verbose { "debug" } else { "warn" };
    let ours = format!(
        "error,model={level},store={level},engine={level},host={level},gateway={level},voice={level}"
    );
    let ours = ours.replace("model=", "switchboard_model=").replace("store=", "switchboard_store=")
        + &format!(
            ",switchboard_engine={level},switchboard_host={level},switchboard_gateway={level},switchboard_voice={level},switchboard_knowledge={level},switchboard={level}"
        );
    let filter = EnvFilter::try_from_env("SWITCHBOARD_LOG").unwrap_or_else(|_| EnvFilter::new(ours));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true).init();
}
