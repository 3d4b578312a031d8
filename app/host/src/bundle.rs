//! A failed call with everything that is needed to make it again elsewhere: what the plugin was asked, the time, its
//! settings and grants, and what the desk answered while it ran. Secrets and the network's answers are never in it.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use model::{
    AccountId, PluginId, Timestamp,
    customer::Customer,
    field::{Field, FieldKind},
    knowledge::{Article, Hit},
    plugin::{CallKind, Capability, Role},
};
use serde::{Deserialize, Serialize};

use crate::{
    contract::{Contact, LaneKey, Pairs, Request},
    error::CallError,
    host::Shared,
    plugin::Plugin,
};

/// Bundles kept of one plugin, the newest.
const KEPT_MAX: usize = 5;
/// Largest bundle, in bytes; a larger one is not kept.
const BUNDLE_MAX_BYTES: usize = 8 * 1024 * 1024;

/// A failed call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bundle {
    /// The plugin.
    pub plugin: PluginId,
    /// Its version.
    pub version: String,
    /// SHA-256 of its package, hexadecimal.
    pub sha256: String,
    /// The role it was called in.
    pub role: Role,
    /// For channels, the account.
    pub account: Option<AccountId>,
    /// The call.
    pub call: CallKind,
    /// How it failed, in words.
    pub error: String,
    /// When.
    pub at: Timestamp,
    /// The desk's language.
    pub locale: String,
    /// Minutes from UTC to the desk's local time.
    pub utc_offset_minutes: i16,
    /// The plugin's settings.
    pub settings: Pairs,
    /// What it was granted.
    pub granted: Vec<Capability>,
    /// What it was asked.
    pub request: Request,
    /// What the desk answered meanwhile.
    pub answers: Vec<Recorded>,
}

/// Something the desk answered to a plugin.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recorded {
    /// A value of its storage.
    Value {
        /// The key.
        key: String,
        /// The value.
        value: Option<Vec<u8>>,
    },
    /// Keys of its storage.
    Keys {
        /// What they begin with.
        prefix: String,
        /// After this one.
        after: Option<String>,
        /// The keys.
        keys: Vec<String>,
    },
    /// A conversation.
    Conversation(Box<Contact>),
    /// A customer.
    Customer(Box<Customer>),
    /// What a search found.
    Found {
        /// What was looked for.
        text: String,
        /// What was found.
        hits: Vec<Hit>,
    },
    /// An article.
    Article(Box<Article>),
}

impl Bundle {
    /// The bundle of a call that just failed and began then.
    pub(crate) fn of(
        shared: &Shared,
        plugin: &Plugin,
        lane: &LaneKey,
        request: &Request,
        error: &CallError,
        began: Instant,
    ) -> Self {
        let services = &shared.services;
        Self {
            plugin: lane.plugin.clone(),
            version: plugin.manifest.version.clone(),
            sha256: plugin_package::to_hex(plugin.hash()),
            role: lane.role,
            account: lane.account,
            call: request.kind(),
            error: error.to_string(),
            at: services.now(),
            locale: services.locale(),
            utc_offset_minutes: services.utc_offset_minutes(),
            settings: without_secrets(
                services.settings(&lane.plugin, lane.account),
                &plugin.manifest.settings,
            ),
            granted: plugin.granted.iter().cloned().collect(),
            request: request.clone(),
            answers: shared.recorder.since(&lane.plugin, began),
        }
    }

    /// Writes it into a folder that is its owner's alone, and takes the oldest of the same plugin away.
    pub(crate) fn save(&self, folder: &Path) -> std::io::Result<PathBuf> {
        let bytes = serde_json::to_vec(self).map_err(std::io::Error::other)?;
        if bytes.len() > BUNDLE_MAX_BYTES {
            return Err(std::io::Error::other("it is too large"));
        }
        std::fs::create_dir_all(folder)?;
        owner_only(folder, 0o700)?;
        let before = format!("{}-", self.plugin);
        // Thirteen digits until the year 2286: names sort by time.
        let file = folder.join(format!("{before}{:013}.json", self.at.as_millisecond()));
        let beside = file.with_extension("part");
        std::fs::write(&beside, bytes)?;
        owner_only(&beside, 0o600)?;
        std::fs::rename(&beside, &file)?;
        let mut kept: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        kept.retain(|path| is_of(path, &before));
        kept.sort();
        for old in kept.iter().rev().skip(KEPT_MAX) {
            std::fs::remove_file(old)?;
        }
        Ok(file)
    }

    /// Reads one back.
    pub fn read(file: &Path) -> std::io::Result<Self> {
        let bytes = std::fs::read(file)?;
        serde_json::from_slice(&bytes).map_err(std::io::Error::other)
    }
}

/// Settings that may leave the desk.
fn without_secrets(settings: Pairs, fields: &[Field]) -> Pairs {
    let is_secret =
        |name: &str| fields.iter().any(|field| field.id == name && field.kind == FieldKind::Secret);
    settings.into_iter().filter(|(name, _)| !is_secret(name)).collect()
}

/// Whether a file is a bundle of the plugin whose names begin so: what follows must be the time alone, since another
/// plugin's id may begin with this one's.
fn is_of(path: &Path, before: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let time = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(".json"));
    time.is_some_and(|time| !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(unix)]
fn owner_only(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn owner_only(_path: &Path, _mode: u32) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bundles_of_the_plugin_itself_are_taken_away() {
        for (name, is_one) in [
            ("hints-1795485600000.json", true),
            ("hints-more-1795485600000.json", false),
            ("hints-.json", false),
            ("hints-1.part", false),
            ("other-1.json", false),
        ] {
            assert_eq!(is_of(Path::new(name), "hints-"), is_one, "{name}");
        }
    }

    #[test]
    fn secret_settings_stay() {
        let field = |id: &str, kind| Field {
            id: id.to_owned(),
            label: String::new(),
            help: String::new(),
            kind,
            required: false,
            show_if: None,
            default: String::new(),
        };
        let fields = [field("tone", FieldKind::Line), field("token", FieldKind::Secret)];
        let settings =
            vec![("tone".to_owned(), "warm".to_owned()), ("token".to_owned(), "hunter22".to_owned())];
        assert_eq!(without_secrets(settings, &fields), [("tone".to_owned(), "warm".to_owned())]);
    }
}
