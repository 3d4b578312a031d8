//! Does what plugins/README.md says, word for word, with a plugin outside of the workspace.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// How the guide calls the tool; the test calls the one that was built for it.
const TOOL: &str = "cargo run --quiet --package switchboard-plugin-tool --";
const BUILT: &str = env!("CARGO_BIN_EXE_switchboard-plugin-tool");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

fn guide() -> String {
    std::fs::read_to_string(root().join("plugins/README.md")).expect("the guide is there")
}

/// Blocks with what stands after the fence.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    text.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// One script of all commands and files, in the order of the guide. What needs the whole desk is left to its own tests.
fn script(text: &str) -> String {
    let mut script = String::new();
    for (kind, body) in blocks(text) {
        if let Some((_, file)) = kind.split_once(",file=") {
            // Quoted, so that the shell leaves the text alone.
            script.extend(["cat > \"$PLUGIN/", file, "\" <<'END_OF_FILE'\n", body, "\nEND_OF_FILE\n"]);
        } else if kind == "sh" {
            script += &body.replace(TOOL, BUILT);
            script.push('\n');
        }
        if body.contains(" -- new ") {
            // The versions that the workspace uses, so that nothing has to be fetched.
            script.push_str("cp Cargo.lock \"$PLUGIN/Cargo.lock\"\n");
        }
    }
    script
}

#[test]
fn the_guide_leads_to_a_plugin() {
    let text = guide();
    assert_eq!(text.matches(TOOL).count(), 3, "the guide calls the tool in another way");
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("safety-first");
    let output = Command::new("sh")
        .args(["-e", "-c", &script(&text)])
        .current_dir(root())
        .env("PLUGIN", &plugin)
        // The folder that all guests of this repository share: the standard library and the kit are compiled once.
        .env("CARGO_TARGET_DIR", root().join("target/guest"))
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    let contents =
        switchboard_plugin_tool::package::read(&std::fs::read(plugin.join("safety-first.wasm")).unwrap())
            .unwrap();
    assert!(contents.exports.iter().any(|export| export.contains("/assist@")), "{contents:?}");
    assert_eq!(contents.assets.len(), 2);
    assert!(said.contains("exports      assist, lifecycle"), "{said}");
}

#[test]
fn the_guides_plugin_is_short() {
    let text = guide();
    let code = blocks(&text).into_iter().find(|(kind, _)| kind.contains("file=src/lib.rs")).unwrap().1;
    let own = code.split("#[cfg(test)]").next().unwrap().trim().lines().count();
    assert!(own <= 32, "{own} lines");
}

#[test]
fn the_guide_lists_every_plugin() {
    let text = guide();
    for entry in std::fs::read_dir(root().join("plugins")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("plugin.toml").is_file() {
            assert!(text.contains(&format!("| `{name}` |")), "{name} is not in the table");
        }
    }
}
