//! Plugins at the desk: loading packages with what was granted, accounts that come with channels, what is
//! shown about them.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use host::{LoadError, Package};
use model::{
    AccountId, PluginId,
    event::{Account, Payload, StreamId},
    field::Values,
    input::Input,
    plugin::{Capability, Manifest, PackageOrigin, PluginState, Role},
    view::{NoticeLevel, PluginRow},
};
use store::Store;

use crate::{
    config::PluginFile,
    core::{Core, fresh},
    outbox::plus_ms,
    timers::Due,
};

/// How long after its start a channel that polls is asked for the first time, in milliseconds.
const FIRST_POLL_MS: i64 = 500;
/// Events read at a time.
const EVENTS_PER_PAGE: usize = 1000;

impl Core {
    /// Takes in the packages found at the start.
    pub(crate) fn load_packages(
        &mut self,
        store: &mut Store,
        files: Vec<PluginFile>,
        publishers: &BTreeMap<String, String>,
    ) {
        for file in files {
            let name =
                file.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            match Package::read(Arc::clone(&file.bytes)).and_then(|package| self.admit(package, &file)) {
                Ok(package) => {
                    let origin = origin(&package, file.bundled, publishers);
                    self.origins.insert(package.manifest.id.clone(), origin);
                    self.install(store, package, file.bundled);
                }
                Err(error) => self.is_broken(&name, &error),
            }
        }
        self.refresh_plugins();
        let accounts: Vec<_> = self.directory.accounts.values().cloned().collect();
        for account in accounts {
            self.open_account(&account);
        }
    }

    /// Refuses a file that is not the one that was installed, and one that is older than what ran here before. What
    /// comes with the desk goes back with the desk.
    fn admit(&self, package: Package, file: &PluginFile) -> Result<Package, LoadError> {
        if file.pinned.is_some_and(|pinned| pinned != package.hash) {
            return Err(LoadError::Exchanged);
        }
        let (offered, publisher) = (package.manifest.serial, publisher_key(&package));
        match self.directory.plugins.get(&package.manifest.id) {
            Some(record) if !file.bundled && record.publisher == publisher && record.serial > offered => {
                Err(LoadError::OlderSerial { offered, present: record.serial })
            }
            _ => Ok(package),
        }
    }

    pub(crate) fn install(&mut self, store: &mut Store, package: Package, bundled: bool) {
        let manifest = package.manifest.clone();
        let id = manifest.id.clone();
        let granted = if bundled { manifest.capabilities.iter().cloned().collect() } else { Vec::new() };
        let input = Input::Installed {
            plugin: id.clone(),
            version: manifest.version.clone(),
            serial: manifest.serial,
            sha256: hex(&package.hash),
            publisher: publisher_key(&package),
            granted,
        };
        self.plugin_texts.insert(id.clone(), Arc::new(texts(&package)));
        self.outside.facts.set_kv_budget(&id, manifest.budget.kv_mib);
        self.packages.insert(id.clone(), package);
        self.input_or_log(store, &input);
        let record = self.directory.plugins.get(&id).cloned().unwrap_or_default();
        self.hand_settings(&id);
        self.load_granted(&id, &record.granted);
        if record.paused || record.quarantined {
            self.outside.host.pause(&id, true);
        }
        self.make_account(store, &manifest);
        self.make_secrets(store, &manifest);
    }

    /// Secrets that no person has to know, such as the key that signs visitors' tokens, are made here.
    pub(crate) fn make_secrets(&mut self, store: &mut Store, manifest: &Manifest) {
        let slots = manifest.capabilities.iter().filter_map(|capability| match capability {
            Capability::Secret(slot) => Some(slot),
            _ => None,
        });
        let slots = slots.filter(|slot| manifest.typed_secrets().all(|rule| rule.slot != **slot));
        let accounts: Vec<_> = self
            .directory
            .accounts
            .values()
            .filter(|account| account.plugin == manifest.id)
            .map(|a| a.id)
            .collect();
        for slot in slots {
            for account in accounts.iter().map(|id| Some(*id)).chain([None]) {
                let mut random = [0; 32];
                if getrandom::fill(&mut random).is_err() {
                    tracing::error!("the system gave no randomness; a secret was not made");
                    return;
                }
                match store.host_secret(&manifest.id, account, slot, &random) {
                    Ok(secret) => self.outside.facts.set_secret(&manifest.id, account, slot, secret),
                    Err(error) => tracing::error!(%error, "a secret could not be kept"),
                }
            }
        }
        self.hand_typed_secrets(store, manifest);
    }

    /// Loads a plugin with what was granted.
    pub(crate) fn load_granted(&mut self, id: &PluginId, granted: &[Capability]) {
        let Some(package) = self.packages.get(id) else { return };
        let granted: BTreeSet<_> = granted.iter().cloned().collect();
        if let Err(error) = self.outside.host.load(package.clone(), &granted) {
            self.is_broken(id.as_str(), &error);
        }
    }

    /// A file that cannot be used is shown with the reason; the rest of the desk works.
    fn is_broken(&mut self, name: &str, error: &LoadError) {
        tracing::warn!(plugin = name, %error, "a plugin cannot be used");
        let manifest = Manifest {
            id: PluginId::new(name),
            version: String::new(),
            serial: 0,
            publisher: String::new(),
            name: name.to_owned(),
            description: String::new(),
            roles: BTreeSet::new(),
            capabilities: BTreeSet::new(),
            channel: None,
            panels: Vec::new(),
            ticket_types: Vec::new(),
            settings: Vec::new(),
            secrets: Vec::new(),
            budget: model::plugin::BudgetAsk::default(),
        };
        self.broken.push(Arc::new(PluginRow {
            manifest: Arc::new(manifest),
            state: PluginState::Broken(error.to_string()),
            origin: PackageOrigin::Unsigned,
            granted: Vec::new(),
            settings: Values::new(),
            secrets: Vec::new(),
            signals: model::plugin::PluginSignals::default(),
            faults: Vec::new(),
            proposals: model::view::ProposalCounts::default(),
            texts: Arc::default(),
        }));
        let now = self.now();
        let arguments = vec![("plugin".to_owned(), name.to_owned())];
        self.shown.notice(now, NoticeLevel::Warning, "plugin-broken", arguments, None);
    }

    /// A channel that needs no configuration gets its account with its installation.
    fn make_account(&mut self, store: &mut Store, manifest: &Manifest) {
        let Some(channel) = manifest.channel.as_ref().filter(|channel| channel.automatic_account) else {
            return;
        };
        if self.directory.accounts.values().any(|account| account.plugin == manifest.id)
            || had_account(store, &manifest.id)
        {
            return;
        }
        let account = Account {
            id: AccountId::new(fresh()),
            plugin: manifest.id.clone(),
            kind: channel.kind.clone(),
            title: manifest.name.clone(),
            slug: manifest.id.to_string(),
            settings: model::field::with_defaults(&manifest.settings, &Values::new()),
            skill: String::new(),
            paused: false,
        };
        self.input_or_log(store, &Input::AccountMade(account));
    }

    /// Starts the lane of an account, so that its plugin's timers run, and its polls.
    pub(crate) fn open_account(&mut self, account: &Account) {
        if account.paused {
            return;
        }
        let lane = crate::ingest::lane(&account.plugin, account.id);
        if let Err(error) = self.outside.host.open(&lane) {
            tracing::debug!(%error, "the lane of an account was not opened");
        }
        let polls = self
            .packages
            .get(&account.plugin)
            .and_then(|package| package.manifest.channel.as_ref())
            .is_some_and(|channel| channel.poll_every_ms > 0);
        if polls {
            let at = plus_ms(self.now(), FIRST_POLL_MS);
            self.timers.only_at(at, Due::Poll(account.id));
        }
    }

    /// The state to show: a plugin that asks for what nobody granted waits for a person.
    pub(crate) fn plugin_state(&self, id: &PluginId, state: PluginState) -> PluginState {
        let record = self.directory.plugins.get(id);
        let Some(package) = self.packages.get(id) else { return state };
        let asks = package.manifest.capabilities.len();
        let granted = record.map_or(0, |record| record.granted.len());
        match state {
            PluginState::Healthy | PluginState::Starting if asks > 0 && granted == 0 => {
                PluginState::NeedsGrant
            }
            other => other,
        }
    }

    /// Reads the counters of plugins again.
    pub(crate) fn refresh_signals(&mut self, store: &mut Store) {
        let plugins: Vec<_> = self.packages.keys().cloned().collect();
        for id in plugins {
            match store.kv_bytes(&id) {
                Ok(bytes) => self.kv_used.insert(id, bytes),
                Err(error) => {
                    tracing::warn!(%error, "the storage of a plugin could not be counted");
                    None
                }
            };
        }
        match store.dead_letter_counts() {
            Ok(counts) => self.dead_letters = counts.into_iter().collect(),
            Err(error) => tracing::warn!(%error, "dead letters could not be counted"),
        }
        let before = (Arc::clone(&self.plugin_rows), Arc::clone(&self.account_rows), self.shown.changed);
        self.refresh_plugins();
        // An idle desk publishes nothing.
        if *before.0 == *self.plugin_rows && *before.1 == *self.account_rows {
            self.shown.changed = before.2;
        }
    }

    /// Deletes what has had its time, and comes back in an hour.
    pub(crate) fn tidy(&mut self, store: &mut Store) {
        let now = self.now();
        if let Err(error) = store.tidy(now) {
            tracing::warn!(%error, "old items could not be deleted");
        }
        self.timers.only_at(plus_ms(now, 60 * 60 * 1000), Due::Tidy);
    }

    /// The address of an account for customers.
    pub(crate) fn public_url(&self, account: &Account) -> Option<String> {
        let package = self.packages.get(&account.plugin)?;
        let has_page = package.assets.contains_key("web/index.html");
        let gateway = self.health.gateway.as_ref().filter(|_| has_page)?;
        Some(format!("http://{gateway}/c/{}/", account.slug))
    }

    /// Latest faults by plugin, for a desk that starts.
    pub(crate) fn remember_faults(&mut self, store: &Store) {
        let plugins: Vec<_> = self.directory.plugins.keys().cloned().collect();
        for id in plugins {
            let stream = model::event::StreamId::Plugin(id.clone());
            let Ok(events) = store.events(&stream, 0, 1000) else { continue };
            let faults: VecDeque<_> = events
                .into_iter()
                .rev()
                .filter_map(|event| match event.payload {
                    model::event::Payload::PluginFaulted(fault) => Some(fault),
                    _ => None,
                })
                .take(20)
                .collect();
            if !faults.is_empty() {
                self.faults.insert(id, faults);
            }
        }
    }

    /// Whether a channel without a way in from outside is there: its customers are simulated.
    pub(crate) fn has_simulated_customers(&self) -> bool {
        self.directory.accounts.values().any(|account| self.is_simulated(account))
    }

    /// A channel that asks for no network and no webhook can only make its customers up.
    pub(crate) fn is_simulated(&self, account: &Account) -> bool {
        let outside = |capability: &Capability| {
            matches!(
                capability,
                Capability::Webhook
                    | Capability::Http(_)
                    | Capability::HttpPrivate(_)
                    | Capability::Tcp(_)
                    | Capability::TcpPrivate(_)
            )
        };
        self.packages.get(&account.plugin).is_some_and(|package| {
            package.manifest.roles.contains(&Role::Channel)
                && !package.manifest.capabilities.iter().any(outside)
        })
    }
}

fn publisher_key(package: &Package) -> Option<String> {
    package.publisher.map(|key| key.to_string())
}

/// Who vouches for a package. What it calls its publisher counts only once a person has trusted the key.
fn origin(package: &Package, bundled: bool, publishers: &BTreeMap<String, String>) -> PackageOrigin {
    match package.publisher {
        _ if bundled => PackageOrigin::Desk,
        None => PackageOrigin::Unsigned,
        Some(key) => PackageOrigin::Signed {
            name: publishers.get(&key.to_string()).cloned(),
            fingerprint: key.fingerprint(),
        },
    }
}

/// A package's own texts, by language tag and key.
fn texts(package: &Package) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut texts: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (name, bytes) in &package.assets {
        let Some(language) = name.strip_prefix("locales/").and_then(|rest| rest.strip_suffix(".ftl")) else {
            continue;
        };
        let Ok(source) = std::str::from_utf8(bytes) else { continue };
        texts.entry(language.to_owned()).or_default().extend(messages(source));
    }
    texts
}

/// Whether a plugin had an account at some time: one that a person removed is not made again.
fn had_account(store: &Store, plugin: &PluginId) -> bool {
    let mut after = 0;
    loop {
        let events = match store.events(&StreamId::Desk, after, EVENTS_PER_PAGE) {
            Ok(events) => events,
            Err(error) => {
                tracing::error!(%error, "the desk's own events could not be read");
                return true;
            }
        };
        let Some(last) = events.last() else { return false };
        after = last.sequence;
        let made =
            |payload: &Payload| matches!(payload, Payload::AccountSet(account) if account.plugin == *plugin);
        if events.iter().any(|event| made(&event.payload)) {
            return true;
        }
    }
}

/// Messages of a Fluent file: plain ones, with continuation lines. Plugins' texts take no arguments.
fn messages(source: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in source.lines() {
        let continues = line.starts_with(' ') || line.starts_with('\t');
        if continues {
            if let Some(text) = current.as_ref().and_then(|key| found.get_mut(key)) {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(line.trim());
            }
            continue;
        }
        current = None;
        let Some((key, text)) = line.split_once('=') else { continue };
        let key = key.trim();
        let plain = !key.is_empty()
            && key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if plain {
            found.insert(key.to_owned(), text.trim().to_owned());
            current = Some(key.to_owned());
        }
    }
    found
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fluent_messages() {
        let source =
            "# a comment\nname = Card\nlong =\n    first\n    second\nbad key = x\n-term = y\nempty =\n";
        let got = messages(source);
        let expect = [("empty", ""), ("long", "first\nsecond"), ("name", "Card")];
        assert_eq!(got.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn hexadecimal() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
