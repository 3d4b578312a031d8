//! Nothing under app/ names a first-party plugin: with plugins/ deleted the desk opens and says so.

use crate::expect_none;
use crate::source::{self, files, folder_names, has_extension, is_test_file, literals, parse};

/// Complains about strings that are a plugin's name, and about any mention of its crate, folder or component.
///
/// A name alone in running text is no complaint: some plugins are named after ordinary words of the desk.
fn complaints(path: &str, text: &str, strings: &[String], plugins: &[String]) -> Vec<String> {
    let mut complaints = Vec::new();
    for plugin in plugins {
        let snake = plugin.replace('-', "_");
        let mentions = [
            format!("plugins/{plugin}"),
            format!("plugin-{plugin}"),
            format!("plugin_{snake}"),
            format!("{plugin}.wasm"),
        ];
        if let Some(mention) = mentions.iter().find(|mention| text.contains(mention.as_str())) {
            complaints.push(format!("{path} mentions {mention}"));
        } else if strings.iter().any(|string| string == plugin) {
            complaints.push(format!("{path} has the string {plugin:?}"));
        }
    }
    complaints
}

#[test]
fn nothing_in_the_app_names_a_first_party_plugin() {
    let plugins = folder_names("plugins");
    assert!(!plugins.is_empty());
    let mut found = Vec::new();
    for file in files("app") {
        let is_code = has_extension(&file.path, "rs");
        if !is_code && !has_extension(&file.path, "toml") {
            continue;
        }
        // A sample in a test may carry any id; what a test may not do is reach for a plugin's crate or file.
        let strings = if is_code && !is_test_file(&file.path) { string_values(&file) } else { Vec::new() };
        found.extend(complaints(&file.path, &file.text, &strings, &plugins));
    }
    expect_none("first-party plugins named in app/", &found);
}

fn string_values(file: &source::SourceFile) -> Vec<String> {
    literals(&parse(file)).into_iter().map(|literal| literal.value).collect()
}

#[test]
fn names_of_plugins_are_seen() {
    let plugins = ["webchat".to_owned(), "wrap-up".to_owned()];
    for (text, strings, expected) in [
        ("if id == \"webchat\" {}", vec!["webchat"], 1),
        ("include_bytes!(\"../webchat.wasm\")", vec!["../webchat.wasm"], 1),
        ("use plugin_wrap_up::Panel;", vec![], 1),
        ("// the web chat waits for wrap-up", vec![], 0),
        ("label(\"presence-wrap-up\")", vec!["presence-wrap-up"], 0),
    ] {
        let strings: Vec<String> = strings.into_iter().map(str::to_owned).collect();
        assert_eq!(complaints("sample.rs", text, &strings, &plugins).len(), expected, "{text}");
    }
}
