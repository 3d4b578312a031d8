//! Manifests and packages may be anything: they are refused in words, or they hold to their rules.

extern crate switchboard_host as host;

#[path = "../host/guest.rs"]
#[allow(dead_code, reason = "the other suites use the rest")]
mod guest;
mod mutate;

use guest::{Guest, with_section};
use host::{Package, package};

#[test]
fn manifests_are_refused_or_sound() {
    let plugins = std::fs::read_dir(mutate::root().join("plugins")).expect("plugins");
    let manifests = plugins.map(|entry| entry.expect("an entry").path().join("plugin.toml"));
    let seeds = manifests.filter_map(|path| std::fs::read(path).ok()).collect();
    let count = mutate::run("manifest", seeds, |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        if let Ok(manifest) = package::parse_manifest(text) {
            assert_sound(&manifest);
        }
    });
    assert!(count > 1000, "{count} inputs");
}

fn assert_sound(manifest: &model::plugin::Manifest) {
    let id = manifest.id.as_str();
    assert!((2..=64).contains(&id.len()) && !id.contains(['/', '.', ' ']), "{id:?}");
    assert!(!manifest.roles.is_empty());
    // Budgets that a manifest asks for are cut to what the host has.
    assert!(host::policy::memory_bytes(&manifest.budget) <= host::policy::MEMORY_MAX_BYTES);
    assert!(host::policy::kv_bytes(&manifest.budget) <= host::policy::KV_MAX_BYTES);
}

#[test]
fn packages_are_refused_or_sound() {
    let plain = Guest::default().bytes("plain");
    let assets = package::encode_assets([("web/a.js", &b"let a"[..]), ("locales/en.ftl", &b"a = b"[..])]);
    let whole = with_section(plain.clone(), package::ASSETS_SECTION, &assets);
    let count = mutate::run("package", vec![plain, whole], |input| {
        let Ok(package) = Package::read(input.to_vec()) else { return };
        assert_sound(&package.manifest);
        for name in package.assets.keys() {
            assert!(
                !name.starts_with('/') && !name.split('/').any(|part| matches!(part, "" | "." | "..")),
                "{name:?}"
            );
        }
        assert!(package.exports.iter().any(|export| export == "lifecycle"));
    });
    assert!(count > 1000, "{count} inputs");
}
