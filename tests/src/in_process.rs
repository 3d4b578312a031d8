//! The engine in the test's own process, with plugins and an agent, without a window.

use std::{collections::BTreeSet, net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use engine::{Engine, EngineConfig, PluginFile};
use model::{AgentId, plugin::PluginState, port::Desk, presence::AgentProfile};

use crate::{desk::workspace, wait::until};

/// A package as those that come with the desk: what it asks for is granted.
pub fn bundled(path: &Path, bytes: Vec<u8>) -> PluginFile {
    PluginFile { path: path.to_owned(), bytes: bytes.into(), bundled: true, pinned: None }
}

/// One of the plugins that come with the desk.
pub fn built(name: &str) -> Result<PluginFile> {
    let path = workspace().join("target/plugins").join(format!("{name}.wasm"));
    let bytes = std::fs::read(&path).context("build the plugins first (cargo xtask build)")?;
    Ok(bundled(&path, bytes))
}

/// Starts an engine on a data folder, waits until all its plugins run, and answers it with its desk and the address of its
/// gateway.
pub fn start(
    data: &Path,
    language: &str,
    packages: Vec<PluginFile>,
) -> Result<(Engine, Arc<dyn Desk>, SocketAddr)> {
    let plugins = packages.len();
    let engine = Engine::start(EngineConfig {
        data: data.to_owned(),
        packages,
        publishers: std::collections::BTreeMap::new(),
        me: AgentProfile {
            id: AgentId::from_u128(7),
            name: "林晓".to_owned(),
            public_name: None,
            skills: BTreeSet::new(),
            capacity: [("chat".to_owned(), 9)].into(),
        },
        articles: Vec::new(),
        snippets: Vec::new(),
        listen: "127.0.0.1:0".parse()?,
        language: language.to_owned(),
        seed: None,
        wake: Arc::new(|| {}),
    })?;
    let desk = engine.desk();
    let address = engine.gateway_address().context("the gateway listens")?;
    until("the plugins run", || {
        let view = desk.view();
        let all = view.plugins.iter().all(|row| row.state == PluginState::Healthy);
        Ok((view.plugins.len() == plugins && all).then_some(()))
    })?;
    Ok((engine, desk, address))
}
