//! What a company sets about plugins and accounts of channels. Everything is held against the plugin's manifest
//! first, is an event once it stands, and reaches the plugin at once: its lanes begin anew.

use host::LaneKey;
use model::{
    AccountId, PluginId,
    command::{AccountWish, Command, DeskCommand, PluginCommand},
    event::Account,
    field::{Field, Values, settings_complaints, with_defaults},
    input::{Input, Refusal},
    plugin::{Manifest, Role},
};
use store::Store;

use crate::core::{Core, InputError, fresh};

impl Core {
    /// Sets what can be configured about a plugin as a whole.
    pub(crate) fn configure(&mut self, store: &mut Store, id: PluginId, values: Values) {
        let result = self
            .configured(&id, values)
            .and_then(|values| self.by_me(store, Command::Plugin(id, PluginCommand::Configure(values))));
        self.tell(result);
    }

    fn configured(&self, id: &PluginId, values: Values) -> Result<Values, InputError> {
        let manifest = self.manifest_of(id)?;
        if manifest.is_configured_by_account() || manifest.settings.is_empty() {
            return Err(Refusal::NotConfigurable.into());
        }
        self.check_settings(&manifest, &values)?;
        Ok(values)
    }

    /// Adds an account of a channel plugin.
    pub(crate) fn add_account(&mut self, store: &mut Store, plugin: &PluginId, wish: &AccountWish) {
        let result = self
            .new_account(plugin, wish)
            .and_then(|account| self.by_me(store, Command::Desk(DeskCommand::SetAccount(account))));
        self.tell(result);
    }

    fn new_account(&self, plugin: &PluginId, wish: &AccountWish) -> Result<Account, InputError> {
        let manifest = self.manifest_of(plugin)?;
        let kind = match &manifest.channel {
            Some(channel) if manifest.roles.contains(&Role::Channel) => channel.kind.clone(),
            _ => return Err(Refusal::NotConfigurable.into()),
        };
        let account = Account {
            id: AccountId::new(fresh()),
            plugin: plugin.clone(),
            kind,
            title: String::new(),
            slug: self.free_slug(plugin),
            settings: Values::new(),
            skill: String::new(),
            paused: false,
        };
        self.wished(account, &manifest, wish)
    }

    /// Renames an account or changes its settings.
    pub(crate) fn change_account(&mut self, store: &mut Store, id: AccountId, wish: &AccountWish) {
        let result = self
            .changed_account(id, wish)
            .and_then(|account| self.by_me(store, Command::Desk(DeskCommand::SetAccount(account))));
        self.tell(result);
    }

    fn changed_account(&self, id: AccountId, wish: &AccountWish) -> Result<Account, InputError> {
        let account = self.directory.accounts.get(&id).ok_or(Refusal::NotConfigurable)?;
        let manifest = self.manifest_of(&account.plugin)?;
        self.wished((**account).clone(), &manifest, wish)
    }

    fn wished(
        &self,
        account: Account,
        manifest: &Manifest,
        wish: &AccountWish,
    ) -> Result<Account, InputError> {
        self.check_settings(manifest, &wish.settings)?;
        let settings = with_defaults(&manifest.settings, &wish.settings);
        let (title, skill) = (wish.title.trim().to_owned(), wish.skill.trim().to_owned());
        Ok(Account { title, skill, settings, ..account })
    }

    fn manifest_of(&self, plugin: &PluginId) -> Result<Manifest, InputError> {
        let package = self.packages.get(plugin).ok_or(Refusal::NotConfigurable)?;
        Ok(package.manifest.clone())
    }

    fn check_settings(&self, manifest: &Manifest, values: &Values) -> Result<(), InputError> {
        match settings_complaints(&manifest.settings, values).pop_first() {
            None => Ok(()),
            Some((id, code)) => {
                let field = manifest.settings.iter().find(|field| field.id == id);
                let field = field.map_or(id, |field| self.label(&manifest.id, field));
                Err(Refusal::Setting { field, code }.into())
            }
        }
    }

    /// A field's label in the person's language, for a sentence about it.
    fn label(&self, plugin: &PluginId, field: &Field) -> String {
        let Some(key) = field.label.strip_prefix('@') else { return field.label.clone() };
        let language = self.outside.language.load();
        let texts = self.plugin_texts.get(plugin);
        let text = texts.and_then(|texts| texts.get(language.as_str())).and_then(|texts| texts.get(key));
        text.unwrap_or(&field.id).clone()
    }

    /// A name in web addresses that no account has: the plugin's, then with a number.
    fn free_slug(&self, plugin: &PluginId) -> String {
        let taken = |slug: &str| self.directory.accounts.values().any(|account| account.slug == slug);
        let numbered = |number: usize| match number {
            1 => plugin.to_string(),
            number => format!("{plugin}-{number}"),
        };
        // One more than there are accounts, and one of the names is free.
        let most = self.directory.accounts.len() + 1;
        (1..=most).map(numbered).find(|slug| !taken(slug)).unwrap_or_default()
    }

    fn by_me(&mut self, store: &mut Store, command: Command) -> Result<(), InputError> {
        let input = Input::Command { agent: self.me, command: Box::new(command), fresh: fresh() };
        self.input(store, &input).map(|_| ())
    }

    fn tell(&mut self, result: Result<(), InputError>) {
        if let Err(error) = result {
            self.refused(&error, None);
        }
    }

    /// What a plugin is told about itself when it starts.
    pub(crate) fn hand_settings(&mut self, id: &PluginId) {
        let Some(package) = self.packages.get(id) else { return };
        self.outside.facts.set_plugin_settings(id, self.plugin_settings(&package.manifest));
    }

    /// Values of a plugin's settings with their defaults.
    pub(crate) fn plugin_settings(&self, manifest: &Manifest) -> Values {
        let none = Values::new();
        let set = self.directory.plugins.get(&manifest.id).map_or(&none, |record| &record.settings);
        with_defaults(&manifest.settings, set)
    }

    /// A plugin's settings changed: what runs of it begins anew with them.
    pub(crate) fn restart_configured(&mut self, id: &PluginId) {
        self.hand_settings(id);
        let Some(roles) = self.packages.get(id).map(|package| package.manifest.roles.clone()) else { return };
        for role in roles.iter().copied().filter(|role| *role != Role::Channel) {
            let lane = LaneKey { plugin: id.clone(), role, account: None };
            self.outside.host.close_lane(&lane);
            if let Err(error) = self.outside.host.open(&lane) {
                tracing::debug!(plugin = %id, %error, "a lane was not opened again");
            }
        }
        if roles.contains(&Role::Panel) {
            let shown: Vec<_> = self.shown.threads.keys().copied().collect();
            for conversation in shown {
                self.open_panels(conversation);
            }
        }
    }

    /// An account was added or changed: its lane begins anew with what stands now.
    pub(crate) fn account_set(&mut self, store: &mut Store, account: &Account) {
        if let Some(manifest) = self.packages.get(&account.plugin).map(|package| package.manifest.clone()) {
            self.make_secrets(store, &manifest);
        }
        self.outside.host.close_lane(&crate::ingest::lane(&account.plugin, account.id));
        self.open_account(account);
    }

    /// An account is gone: nothing more comes in, and what waited to go out is shown as not sent.
    pub(crate) fn account_removed(&mut self, store: &mut Store, id: AccountId) {
        if let Some(row) = self.account_rows.iter().find(|row| row.account.id == id) {
            self.outside.host.close_lane(&crate::ingest::lane(&row.account.plugin, id));
        }
        self.account_trouble.remove(&id);
        self.forget_secrets_of_account(store, id);
        let waiting: Vec<_> = self
            .directory
            .conversations
            .values()
            .filter(|conversation| conversation.channel.account == id && !conversation.outbox.is_empty())
            .map(|conversation| conversation.id)
            .collect();
        for conversation in waiting {
            self.pump(store, conversation);
        }
    }
}
