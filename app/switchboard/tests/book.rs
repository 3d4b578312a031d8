//! Does what the author's book (plugin-sdk/book) says, chapter by chapter, with the built desk: files are written,
//! commands are run, those that must fail have to, and what is shown as output has to come.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// Blocks of a chapter: what stands after the fence, and what is in it.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    text.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// One script of all commands and files of a chapter.
fn script(text: &str) -> String {
    let mut script = String::new();
    for (kind, body) in blocks(text) {
        match kind.split_once(',') {
            Some((_, "output")) => {}
            Some(("sh", "fails")) => {
                script.extend(["if ( set -e\n", body, "\n); then echo 'IT DID NOT FAIL'; exit 1; fi\n"]);
            }
            Some((_, file)) if file.starts_with("file=") => {
                let file = file.trim_start_matches("file=");
                // Quoted, so that the shell leaves the text alone.
                script.extend(["cat > '", file, "' <<'END_OF_FILE'\n", body, "\nEND_OF_FILE\n"]);
            }
            _ if kind == "sh" => {
                for line in body.lines() {
                    script.extend([line, "\n"]);
                    // The versions that the workspace uses, so that nothing has to be fetched.
                    if let Some(name) = line.strip_prefix("switchboard plugin new ") {
                        let name = name.split_whitespace().next().unwrap_or_default();
                        script.extend(["cp \"$SWITCHBOARD/Cargo.lock\" '", name, "/Cargo.lock'\n"]);
                    }
                }
            }
            // Plain text is for the reader.
            _ => assert_eq!(kind, "text", "a block that nothing runs"),
        }
    }
    script
}

/// Runs a chapter and complains about what did not come.
fn complaints(name: &str, text: &str) -> Vec<String> {
    let outer = tempfile::tempdir().unwrap();
    let bin = outer.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_switchboard"), bin.join("switchboard")).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-e", "-c", &script(text)])
        .current_dir(outer.path())
        .env("PATH", path)
        .env("SWITCHBOARD", root())
        .env("XDG_DATA_HOME", outer.path().join("data"))
        // All guests share one folder, so that the standard library and the kit are compiled once.
        .env("CARGO_TARGET_DIR", root().join("target/guest"))
        .env("CARGO_NET_OFFLINE", "true")
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut found = Vec::new();
    if !output.status.success() {
        found.push(format!("{name} stopped:\n{said}"));
    }
    for (_, body) in blocks(text).into_iter().filter(|(kind, _)| kind.ends_with(",output")) {
        for line in body.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !said.contains(line) {
                found.push(format!("{name}: `{line}` did not come:\n{said}"));
            }
        }
    }
    found
}

/// The chapters in a language, by name.
fn chapters(language: &str) -> Vec<(String, String)> {
    let folder = root().join("plugin-sdk/book").join(language);
    let mut chapters: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    chapters.sort();
    chapters
}

#[test]
fn every_chapter_works_as_it_is_written() {
    let found: Vec<String> = chapters("en").iter().flat_map(|(name, text)| complaints(name, text)).collect();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn both_languages_have_the_same_chapters_with_the_same_blocks() {
    let (english, chinese) = (chapters("en"), chapters("zh-CN"));
    assert!(english.len() > 10, "{}", english.len());
    let names = |chapters: &[(String, String)]| -> Vec<String> {
        chapters.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&english), names(&chinese));
    for ((name, english), (_, chinese)) in english.iter().zip(&chinese) {
        assert_eq!(blocks(english), blocks(chinese), "{name}");
    }
}

#[test]
fn the_contents_list_every_chapter() {
    for (contents, language) in [("README.md", "en"), ("README.zh-CN.md", "zh-CN")] {
        let contents = std::fs::read_to_string(root().join("plugin-sdk/book").join(contents)).unwrap();
        for (name, _) in chapters(language) {
            assert!(contents.contains(&format!("({language}/{name})")), "{name} is not in the contents");
        }
    }
}

#[test]
fn what_does_not_come_and_what_does_not_fail_is_seen() {
    let fine = "\n```sh\necho one\n```\n\n```text,output\none\n```\n";
    assert!(complaints("fine", fine).is_empty());
    for wrong in [
        "\n```sh\necho one\n```\n\n```text,output\ntwo\n```\n",
        "\n```sh,fails\necho one\n```\n",
        "\n```sh\nfalse\n```\n",
    ] {
        assert_eq!(complaints("wrong", wrong).len(), 1, "{wrong}");
    }
}
