//! Secrets that people type: sealed by the store, handed to the host, and seen nowhere else. No event and no line of
//! the log has one; the view tells only how a slot stands.

use model::{
    AccountId, PluginId,
    command::SecretText,
    input::Refusal,
    limits::SECRET_MAX_BYTES,
    plugin::{Capability, Manifest, SecretManifest},
    view::{NoticeLevel, SecretRow, SecretState},
};
use store::{FreshSeal, SlotName, Store, TypedSecret};
use zeroize::Zeroizing;

use crate::core::Core;

impl Core {
    /// Seals what was typed and hands it to the host.
    pub(crate) fn keep_secret(&mut self, store: &mut Store, name: SlotName, secret: &SecretText) {
        let checked = self.typed_slot(&name).and_then(|place| match secret.expose().len() {
            0 => Err(Refusal::Empty),
            1..=SECRET_MAX_BYTES => Ok(place),
            _ => Err(Refusal::TooLong { what: "secret", limit: SECRET_MAX_BYTES }),
        });
        let place = match checked {
            Ok(place) => place,
            Err(refusal) => return self.refused(&refusal.into(), None),
        };
        let mut fresh = FreshSeal { key: Zeroizing::new([0; 32]), nonce: [0; 12] };
        let drawn = getrandom::fill(&mut *fresh.key).and_then(|()| getrandom::fill(&mut fresh.nonce));
        if drawn.is_err() {
            tracing::error!("the system gave no randomness; a secret was not kept");
            return self.refused(&Refusal::NotConfigurable.into(), None);
        }
        let plugin = name.plugin.clone();
        match store.keep_typed_secret(name, place, self.now(), secret.expose().as_bytes(), &fresh) {
            Ok(()) => self.secrets_changed(store, &plugin),
            Err(error) => self.storage_trouble(&error, None),
        }
    }

    /// Forgets what was typed for one slot.
    pub(crate) fn forget_secret(&mut self, store: &mut Store, name: &SlotName) {
        match store.forget_typed_secrets(|other| other == name) {
            Ok(()) => self.secrets_changed(store, &name.plugin),
            Err(error) => self.storage_trouble(&error, None),
        }
    }

    /// A plugin is gone, and with it what was typed for it.
    pub(crate) fn forget_secrets_of_plugin(&mut self, store: &mut Store, plugin: &PluginId) {
        if let Err(error) = store.forget_typed_secrets(|name| name.plugin == *plugin) {
            tracing::error!(%error, "secrets of a removed plugin could not be forgotten");
        }
        let slots = self.packages.get(plugin).into_iter().flat_map(|package| &package.manifest.secrets);
        for rule in slots.filter(|rule| rule.typed) {
            self.outside.facts.empty_slot(plugin, &rule.slot);
        }
        self.secret_rows.remove(plugin);
    }

    /// The same for an account.
    pub(crate) fn forget_secrets_of_account(&mut self, store: &mut Store, account: AccountId) {
        if let Err(error) = store.forget_typed_secrets(|name| name.account == Some(account)) {
            tracing::error!(%error, "secrets of a removed account could not be forgotten");
        }
        let manifests: Vec<Manifest> =
            self.packages.values().map(|package| package.manifest.clone()).collect();
        for manifest in manifests.iter().filter(|manifest| manifest.is_configured_by_account()) {
            self.hand_typed_secrets(store, manifest);
        }
    }

    /// Where a slot's secret goes, if a person fills the slot and somebody has granted it.
    fn typed_slot(&self, name: &SlotName) -> Result<String, Refusal> {
        let package = self.packages.get(&name.plugin).ok_or(Refusal::NotConfigurable)?;
        let rule = package.manifest.typed_secrets().find(|rule| rule.slot == name.slot);
        let record = self.directory.plugins.get(&name.plugin);
        let granted = record.is_some_and(|record| {
            record.granted.iter().any(|one| matches!(one, Capability::Secret(slot) if *slot == name.slot))
        });
        let is_there = name.account.is_none_or(|id| {
            self.directory.accounts.get(&id).is_some_and(|account| account.plugin == name.plugin)
        });
        rule.filter(|_| granted && is_there).map(SecretManifest::place).ok_or(Refusal::NotConfigurable)
    }

    /// The host has the new value with the next call, and what failed for want of it is tried again.
    fn secrets_changed(&mut self, store: &mut Store, plugin: &PluginId) {
        let Some(manifest) = self.packages.get(plugin).map(|package| package.manifest.clone()) else {
            return;
        };
        self.hand_typed_secrets(store, &manifest);
        self.refresh_plugins();
        self.hurry(store, plugin);
    }

    /// Hands what was typed for a plugin to the host, and makes the rows that tell how its slots stand.
    pub(crate) fn hand_typed_secrets(&mut self, store: &Store, manifest: &Manifest) {
        if manifest.typed_secrets().next().is_none() {
            return;
        }
        let kept = store.typed_secrets();
        if let Err(error) = &kept {
            tracing::error!(%error, "typed secrets cannot be read");
        }
        let damaged = kept.is_err();
        let mut kept: Vec<TypedSecret> = kept.unwrap_or_default();
        kept.retain(|secret| secret.name.plugin == manifest.id);
        let accounts = self.directory.accounts.values().filter(|account| account.plugin == manifest.id);
        let owners: Vec<Option<AccountId>> =
            std::iter::once(None).chain(accounts.map(|account| Some(account.id))).collect();
        let mut rows = Vec::new();
        for rule in manifest.typed_secrets() {
            self.outside.facts.empty_slot(&manifest.id, &rule.slot);
            for account in &owners {
                let is_it = |secret: &&mut TypedSecret| {
                    secret.name.slot == rule.slot && secret.name.account == *account
                };
                let state = match kept.iter_mut().find(is_it) {
                    None if damaged => SecretState::Unreadable,
                    None => SecretState::Missing,
                    Some(secret) => self.hand_typed_secret(rule, secret),
                };
                rows.push(SecretRow { account: *account, slot: rule.slot.clone(), state });
            }
        }
        self.tell_unreadable(&manifest.id, &rows);
        self.secret_rows.insert(manifest.id.clone(), rows);
    }

    /// Hands one over, where it opens and still goes to where it was typed for.
    fn hand_typed_secret(&self, rule: &SecretManifest, secret: &mut TypedSecret) -> SecretState {
        if secret.place != rule.place() {
            return SecretState::Moved;
        }
        let Some(mut value) = secret.value.take() else { return SecretState::Unreadable };
        let name = &secret.name;
        self.outside.facts.set_secret(&name.plugin, name.account, &name.slot, std::mem::take(&mut *value));
        SecretState::Set(secret.at)
    }

    /// Says once that something has to be typed again.
    fn tell_unreadable(&mut self, plugin: &PluginId, rows: &[SecretRow]) {
        let needs_hand = |row: &SecretRow| matches!(row.state, SecretState::Unreadable | SecretState::Moved);
        let known = self.secret_rows.get(plugin).is_some_and(|before| before.iter().any(needs_hand));
        if !known && rows.iter().any(needs_hand) {
            let (now, arguments) = (self.now(), vec![("plugin".to_owned(), plugin.to_string())]);
            self.shown.notice(now, NoticeLevel::Warning, "plugin-secret-again", arguments, None);
        }
    }
}
