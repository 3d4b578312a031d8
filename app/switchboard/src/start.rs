//! Starting the engine with what the command line and the data folder say.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use anyhow::Context as _;
use assets::{Arg, Language, Locale};
use engine::{Engine, EngineConfig, PluginFile, StartError};
use model::{knowledge::Article, view::Snippet};
use plugin_package::Ledger;

use crate::{arguments::DeskArguments, demo};

/// Largest plugin package that is read at all, in bytes; the host has its own, smaller limits.
const PACKAGE_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Starts the engine; `wake` is called whenever there is a new view.
pub fn engine(arguments: &DeskArguments, wake: Arc<dyn Fn() + Send + Sync>) -> anyhow::Result<Engine> {
    let language = arguments.language();
    let company = assets::demo::company().context("the demo company")?;
    let config = EngineConfig {
        data: arguments.data(),
        packages: packages(arguments)?,
        publishers: publishers(arguments)?,
        me: demo::me(&company, language),
        articles: articles()?,
        snippets: snippets()?,
        listen: arguments.listen,
        language: language.tag().to_owned(),
        seed: (!arguments.empty).then(|| demo::seed(&company, language)),
        wake,
    };
    Ok(Engine::start(config)?)
}

/// Packages that come with the desk, then those a person installed; an installed one replaces a bundled one
/// of the same name.
fn packages(arguments: &DeskArguments) -> anyhow::Result<Vec<PluginFile>> {
    let installed = folder(&arguments.installed_plugins(), false)?;
    let names: BTreeSet<_> =
        installed.iter().filter_map(|file| file.path.file_name().map(ToOwned::to_owned)).collect();
    let mut files = folder(&arguments.bundled_plugins(), true)?;
    files.retain(|file| file.path.file_name().is_none_or(|name| !names.contains(name)));
    files.extend(installed);
    Ok(files)
}

/// The publishers that a person trusts, by key.
fn publishers(arguments: &DeskArguments) -> anyhow::Result<BTreeMap<String, String>> {
    let ledger = Ledger::open(&arguments.installed_plugins())?;
    Ok(ledger.publishers().iter().map(|known| (known.key.clone(), known.name.clone())).collect())
}

/// The packages of a folder, by name. A folder that does not exist has none.
pub fn folder(folder: &Path, bundled: bool) -> anyhow::Result<Vec<PluginFile>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    // What came with the desk is as good as the desk's own program; what was installed is pinned.
    let ledger = (!bundled).then(|| Ledger::open(folder)).transpose()?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("reading {}", folder.display()))?.path();
        let named = path.extension().is_some_and(|ending| ending == "wasm");
        let fits = path.metadata().is_ok_and(|facts| facts.is_file() && facts.len() <= PACKAGE_MAX_BYTES);
        if named && fits {
            let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let pinned = ledger.as_ref().and_then(|ledger| ledger.pinned(name));
            files.push(PluginFile { path, bytes: bytes.into(), bundled, pinned });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn articles() -> anyhow::Result<Vec<Article>> {
    assets::knowledge::SOURCES
        .iter()
        .map(|(name, text)| knowledge::parse_article(text).with_context(|| format!("article {name}")))
        .collect()
}

fn snippets() -> anyhow::Result<Vec<Snippet>> {
    let snippets = assets::demo::snippets().context("the snippets")?;
    Ok(snippets
        .into_iter()
        .map(|snippet| Snippet {
            title: snippet.title.by_tag(),
            text: snippet.text.by_tag(),
            keys: snippet.keys,
        })
        .collect())
}

/// An error in words: what happened, what was kept, what to do.
pub fn explain(error: &anyhow::Error, language: Language) -> String {
    let Some(start) = error.downcast_ref::<StartError>() else { return format!("{error:#}") };
    let locale = Locale::new(language);
    let detail = start.to_string();
    let text = locale.error(start.code(), &[("detail", Arg::from(detail.as_str()))]);
    let known = [text.what, text.kept, text.advice].join("\n");
    format!("{known}\n\n{detail}")
}
