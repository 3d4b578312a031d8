//! Lists the knowledge articles, so that a new file is embedded without being named anywhere else.

use std::{env, ffi::OsStr, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=knowledge");
    let here = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let mut names = Vec::new();
    for language in ["zh-CN", "en"] {
        for entry in fs::read_dir(Path::new(&here).join("knowledge").join(language))? {
            let path = entry?.path();
            if let (Some(name), Some("md")) =
                (path.file_name().and_then(OsStr::to_str), path.extension().and_then(OsStr::to_str))
            {
                names.push(format!("{language}/{name}"));
            }
        }
    }
    names.sort();
    let line =
        |name: &String| format!("    ({name:?}, include_str!({:?})),\n", format!("{here}/knowledge/{name}"));
    let lines: Vec<String> = names.iter().map(line).collect();
    fs::write(Path::new(&out).join("knowledge.rs"), format!("&[\n{}]\n", lines.concat()))
}
