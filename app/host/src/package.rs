//! A package: one component that carries its manifest and assets in custom sections.
//!
//! Section `switchboard:manifest` is the text of `plugin.toml`. Section `switchboard:assets` is a list of files, each as
//! name length (u32, little endian), name (UTF-8), length (u32), bytes; there may be several such sections.

use std::{collections::BTreeMap, sync::Arc};

use model::{
    field::FieldKind,
    plugin::{Manifest, Role},
};
use plugin_package::{PublisherKey, SIGNATURE_SECTION, SignatureError};
use sha2::{Digest, Sha256};
use wasmparser::{Encoding, Parser, Payload};

use crate::{
    error::LoadError,
    guard::{Guard, Guards},
    policy::{ASSETS_MAX, ASSETS_MAX_BYTES, PACKAGE_MAX_BYTES},
};

/// Custom section with the text of `plugin.toml`.
pub const MANIFEST_SECTION: &str = "switchboard:manifest";
/// Custom section with assets.
pub const ASSETS_SECTION: &str = "switchboard:assets";
/// Namespace, package and version of every interface of the contract.
pub const CONTRACT: &str = "switchboard:plugin/";
/// Version of the contract.
pub const CONTRACT_VERSION: &str = "@0.1.0";

/// Longest name of an asset, in bytes.
const ASSET_NAME_MAX_BYTES: usize = 256;

/// A package as read from its bytes, not compiled and not trusted.
#[derive(Clone, Debug)]
pub struct Package {
    /// What `plugin.toml` says.
    pub manifest: Manifest,
    /// Files for the window and the web, by name such as `web/widget.js` or `locales/en.ftl`.
    pub assets: BTreeMap<String, Arc<[u8]>>,
    /// Names of the interfaces it imports, without package and version.
    pub imports: Vec<String>,
    /// Names of the interfaces it exports, without package and version.
    pub exports: Vec<String>,
    /// Who signed it; none where nobody did.
    pub publisher: Option<PublisherKey>,
    /// SHA-256 of the whole file.
    pub hash: [u8; 32],
    /// The component itself.
    pub bytes: Arc<[u8]>,
}

/// The interface a role is called through.
pub fn interface_of(role: Role) -> Option<&'static str> {
    Some(match role {
        Role::Channel => "channel",
        Role::Lookup => "lookup",
        Role::Assist => "assist",
        Role::Quality => "quality",
        Role::TicketForm => "ticket-form",
        Role::Panel => "panel",
        Role::KnowledgeSource | Role::DrillActor | Role::Transcriber => return None,
    })
}

/// Interfaces that a component may import.
const OFFERED: &[&str] = &[
    "types",
    "forms",
    "advice",
    "log",
    "clock",
    "random",
    "kv",
    "blobs",
    "secrets",
    "http",
    "net",
    "webhook",
    "push",
    "timers",
    "notify",
    "conversations",
    "customers",
    "knowledge",
    "proposals",
];

impl Package {
    /// Reads a package and checks everything that can be known without compiling it.
    pub fn read(bytes: impl Into<Arc<[u8]>>) -> Result<Self, LoadError> {
        Self::read_in_trial(bytes, Guards::all())
    }

    /// The same with guards off, for tests of hostile plugins.
    #[doc(hidden)]
    pub fn read_in_trial(bytes: impl Into<Arc<[u8]>>, guards: Guards) -> Result<Self, LoadError> {
        let bytes: Arc<[u8]> = bytes.into();
        let interfaces = guards.on(Guard::Interfaces);
        if bytes.len() > PACKAGE_MAX_BYTES && guards.on(Guard::PackageContent) {
            return Err(LoadError::TooLarge { bytes: bytes.len(), max: PACKAGE_MAX_BYTES });
        }
        let sections = Sections::read(&bytes, guards)?;
        let manifest = parse_manifest(&sections.manifest.ok_or(LoadError::NoManifest)?)?;
        let publisher = plugin_package::verify(&bytes, &manifest).map_err(LoadError::Signature)?;
        // A section that does not stand where signatures are read from must not pass for none.
        if sections.signatures != usize::from(publisher.is_some()) {
            return Err(LoadError::Signature(SignatureError::Misplaced));
        }
        for import in &sections.imports {
            if !OFFERED.contains(&import.as_str()) && interfaces {
                return Err(LoadError::Import(import.clone()));
            }
        }
        let mut promised = vec!["lifecycle"];
        for role in &manifest.roles {
            promised.push(
                interface_of(*role)
                    .ok_or_else(|| LoadError::Manifest(format!("role {role:?} is not offered")))?,
            );
        }
        if let Some(missing) =
            promised.iter().find(|name| !sections.exports.iter().any(|export| export == *name))
            && interfaces
        {
            return Err(LoadError::MissingExport((*missing).to_owned()));
        }
        let hash = Sha256::digest(&bytes).into();
        Ok(Self {
            manifest,
            assets: sections.assets,
            imports: sections.imports,
            exports: sections.exports,
            publisher,
            hash,
            bytes,
        })
    }
}

/// Parses and checks the text of `plugin.toml`.
pub fn parse_manifest(text: &str) -> Result<Manifest, LoadError> {
    let manifest: Manifest =
        toml::from_str(text).map_err(|error| LoadError::Manifest(error.message().to_owned()))?;
    let id = manifest.id.as_str();
    let named_well = (2..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !named_well {
        return Err(LoadError::Manifest(
            "id must be 2 to 64 lower-case letters, digits or hyphens".to_owned(),
        ));
    }
    if manifest.roles.is_empty() {
        return Err(LoadError::Manifest("no role is listed".to_owned()));
    }
    if manifest.roles.contains(&Role::Channel) && manifest.channel.is_none() {
        return Err(LoadError::Manifest("a channel needs a [channel] table".to_owned()));
    }
    // Settings are kept in the journal, where a secret has no place.
    if let Some(field) = manifest.settings.iter().find(|field| field.kind == FieldKind::Secret) {
        return Err(LoadError::Manifest(format!(
            "the setting `{}` is a secret: it belongs into [[secrets]] with typed = true",
            field.id
        )));
    }
    Ok(manifest)
}

/// Encodes assets for [`ASSETS_SECTION`].
pub fn encode_assets<'a>(assets: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, data) in assets {
        out.extend_from_slice(&(name.len() as u32).to_le_bytes());
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&(data.len() as u32).to_le_bytes());
        out.extend_from_slice(data);
    }
    out
}

struct Sections {
    guards: Guards,
    manifest: Option<String>,
    assets: BTreeMap<String, Arc<[u8]>>,
    assets_bytes: usize,
    imports: Vec<String>,
    exports: Vec<String>,
    /// How many signatures there are.
    signatures: usize,
}

impl Sections {
    fn read(bytes: &[u8], guards: Guards) -> Result<Self, LoadError> {
        let mut found = Self {
            guards,
            manifest: None,
            assets: BTreeMap::new(),
            assets_bytes: 0,
            imports: Vec::new(),
            exports: Vec::new(),
            signatures: 0,
        };
        let malformed = |error: wasmparser::BinaryReaderError| LoadError::NotAComponent(error.to_string());
        // Components nest modules and components; only the outermost one's own sections count.
        let mut depth = 0_u32;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(malformed)? {
                Payload::Version { encoding, .. } if depth == 0 && encoding != Encoding::Component => {
                    return Err(LoadError::NotAComponent("it is a core module".to_owned()));
                }
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        found.import(import.map_err(malformed)?.name.name)?;
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        let name = export.map_err(malformed)?.name.name;
                        found.exports.push(short_name(name).unwrap_or_else(|_| name.to_owned()));
                    }
                }
                Payload::CustomSection(section) if depth == 0 => {
                    found.custom(section.name(), section.data())?;
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn import(&mut self, name: &str) -> Result<(), LoadError> {
        match short_name(name) {
            Err(error) if self.guards.on(Guard::Interfaces) => return Err(error),
            known => self.imports.push(known.unwrap_or_else(|_| name.to_owned())),
        }
        Ok(())
    }

    fn custom(&mut self, name: &str, data: &[u8]) -> Result<(), LoadError> {
        match name {
            MANIFEST_SECTION if self.manifest.is_some() && self.guards.on(Guard::PackageContent) => {
                Err(LoadError::Manifest("there are two of them".to_owned()))
            }
            MANIFEST_SECTION => {
                let text =
                    std::str::from_utf8(data).map_err(|_| LoadError::Manifest("not UTF-8".to_owned()))?;
                self.manifest = Some(text.to_owned());
                Ok(())
            }
            ASSETS_SECTION => self.assets(data),
            SIGNATURE_SECTION => {
                self.signatures += 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn assets(&mut self, mut data: &[u8]) -> Result<(), LoadError> {
        let cut_short = || LoadError::Assets("the section is cut short".to_owned());
        while !data.is_empty() {
            let name = take(&mut data).ok_or_else(cut_short)?;
            let content = take(&mut data).ok_or_else(cut_short)?;
            let name =
                std::str::from_utf8(name).map_err(|_| LoadError::Assets("a name is not UTF-8".to_owned()))?;
            let plain = !name.is_empty()
                && name.len() <= ASSET_NAME_MAX_BYTES
                && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
            let guarded = self.guards.on(Guard::PackageContent);
            if !plain && guarded {
                return Err(LoadError::Assets(format!("`{}` is not a plain name", name.escape_debug())));
            }
            self.assets_bytes += content.len();
            if (self.assets_bytes > ASSETS_MAX_BYTES || self.assets.len() >= ASSETS_MAX) && guarded {
                return Err(LoadError::Assets(format!(
                    "more than {ASSETS_MAX} files or {ASSETS_MAX_BYTES} bytes"
                )));
            }
            if self.assets.insert(name.to_owned(), content.into()).is_some() {
                return Err(LoadError::Assets(format!("`{name}` is there twice")));
            }
        }
        Ok(())
    }
}

/// Takes a length and that many bytes.
fn take<'a>(data: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = data.split_first_chunk::<4>()?;
    let (taken, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *data = rest;
    Some(taken)
}

/// `kv` for `switchboard:plugin/kv@0.1.0`; anything else is not of the contract.
fn short_name(name: &str) -> Result<String, LoadError> {
    name.strip_prefix(CONTRACT)
        .and_then(|rest| rest.strip_suffix(CONTRACT_VERSION))
        .map(str::to_owned)
        .ok_or_else(|| LoadError::Import(name.to_owned()))
}
