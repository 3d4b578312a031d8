//! A plugin from somebody else, from nothing to a proposal at the desk: made, tested, built and signed with the
//! desk's own commands, refused until its publisher is trusted, still until a person allows it in the real window, and
//! at work after that.
//!
//! Pictures of the dialog and of the plugin at work are left in `target/journey`.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use switchboard_tests::{
    desk::{Place, Wish, run, workspace},
    reader::{Reader, role},
    screen::Screen,
    visitor::Caller,
};

/// What it asks for, and the words of the desk's dialog for it.
const CAPABILITIES: &str = r#"capabilities = ["knowledge", "kv", { http = "parcels.example.com:443" }]"#;

/// What it calls itself.
const NAME: &str = "Thanks";

/// Makes, tests, builds and signs it in a folder, and gives the publisher's public key.
fn publish(folder: &Path) -> Result<String> {
    let kit = workspace().join("plugin-sdk/rust");
    let target = workspace().join("target/guest");
    let (kit, target) = (kit.to_str().context("a path")?, target.to_str().context("a path")?);
    let done = |words: &[&str]| -> Result<String> {
        let (good, said) = run(&[&["plugin"], words].concat(), folder)?;
        ensure!(good, "{words:?}: {said}");
        Ok(said)
    };
    done(&["new", "parcel-notes", "--role", "assist", "--kit", kit])?;
    let plugin = folder.join("parcel-notes");
    std::fs::copy(workspace().join("Cargo.lock"), plugin.join("Cargo.lock"))?;
    let manifest = std::fs::read_to_string(plugin.join("plugin.toml"))?;
    let own = format!("{manifest}serial = 1\npublisher = \"Parcel House\"\n{CAPABILITIES}\n");
    std::fs::write(plugin.join("plugin.toml"), own)?;
    done(&["test", "parcel-notes", "--target", target])?;
    done(&["build", "parcel-notes", "--out", ".", "--target", target])?;
    let said = done(&["key", "new", "parcel-house.key"])?;
    let key = said.split_whitespace().find(|word| word.starts_with("ed25519:")).context("a public key")?;
    done(&["sign", "parcel-notes.wasm", "--key", "parcel-house.key"])?;
    Ok(key.trim_end_matches(':').to_owned())
}

#[test]
fn a_plugin_from_outside_waits_for_trust_and_permission() -> Result<()> {
    let outside = tempfile::tempdir()?;
    let key = publish(outside.path())?;
    let reader = Reader::start()?;
    let place = Place::new(Wish { language: "en", environment: vec![reader.environment()], demo: false })?;
    let data = place.data();
    let install = |more: &[&str]| {
        let data = data.to_str().context("a path")?;
        run(&[&["--data", data, "plugin", "install", "parcel-notes.wasm"], more].concat(), outside.path())
    };
    let (good, said) = install(&[])?;
    ensure!(!good && said.contains("--trust"), "an unknown publisher was taken: {said}");
    let (good, said) = install(&["--trust", &key])?;
    ensure!(good, "{said}");

    let screen = Screen::start(1440, 900)?;
    let desk = place.window(&screen)?;
    let customer = Caller::new(desk.address)?;
    ensure!(customer.say("customer0001", "Thank you for the parcel")?.status == 200, "the customer writes");
    reader.until(role::LIST_ITEM, "Thank you for the parcel")?;
    ensure!(!proposes(&reader)?, "it was at work before anybody allowed it");

    reader.press(&reader.until(role::PAGE_TAB, "Plugins")?)?;
    reader.press(&reader.until(role::LIST_ITEM, NAME)?)?;
    reader.press(&reader.until(role::BUTTON, "Review permissions")?)?;
    for words in ["parcels.example.com", "knowledge", "Parcel House"] {
        reader.until(role::LABEL, words)?;
    }
    screen.save(&picture("plugin-permission")?)?;
    reader.press(&reader.until(role::BUTTON, "Allow")?)?;
    reader.until(role::LABEL, "Healthy")?;
    screen.save(&picture("plugin-allowed")?)?;

    ensure!(customer.say("customer0002", "Thank you again")?.status == 200, "the customer writes");
    reader.press(&reader.until(role::PAGE_TAB, "Desk")?)?;
    reader.press(&reader.until(role::LIST_ITEM, "Thank you again")?)?;
    reader.until(role::LABEL, "You are welcome!")?;
    screen.save(&picture("plugin-at-work")?)?;
    Ok(())
}

fn proposes(reader: &Reader) -> Result<bool> {
    Ok(reader.nodes()?.iter().any(|node| node.name.contains("You are welcome!")))
}

fn picture(name: &str) -> Result<std::path::PathBuf> {
    let folder = workspace().join("target/journey");
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{name}.png")))
}
