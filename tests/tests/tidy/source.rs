//! The files of the repository, and the Rust code in them without its tests.

use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// Folders that hold no source: the build's output, the history, and packages fetched for a peer.
const SKIPPED_FOLDERS: [&str; 4] = ["target", ".git", "node_modules", ".venv"];

/// A text file of the repository.
pub struct SourceFile {
    /// Relative to the root, with forward slashes.
    pub path: String,
    pub text: String,
}

pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// All text files below a folder of the repository; `""` is the root.
pub fn files(folder: &str) -> Vec<SourceFile> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_symlink() || SKIPPED_FOLDERS.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let relative = path.strip_prefix(&root).unwrap_or(&path);
                found.push(SourceFile { path: relative.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!found.is_empty(), "no files below {folder:?}: a rule that sees nothing guards nothing");
    found
}

/// The Rust files below a folder.
pub fn rust_files(folder: &str) -> Vec<SourceFile> {
    files(folder).into_iter().filter(|file| has_extension(&file.path, "rs")).collect()
}

pub fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// The names of the folders directly below a folder.
pub fn folder_names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

pub fn parse(file: &SourceFile) -> syn::File {
    syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path))
}

/// Whether a file is no part of the product: it stands in a folder of tests, examples or hand-made samples, or is a test
/// module's own file.
pub fn is_test_file(path: &str) -> bool {
    let is_in_folder = ["/tests/", "/fixture/", "/examples/"].iter().any(|folder| path.contains(folder));
    is_in_folder || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

/// Whether an item exists only in tests.
pub fn is_test_item(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        let is_cfg_test = path.is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test");
        is_cfg_test || path.segments.last().is_some_and(|segment| segment.ident == "test")
    })
}

/// A string literal and the line it stands on.
#[derive(Debug, PartialEq, Eq)]
pub struct Literal {
    pub line: usize,
    pub value: String,
}

/// Every string literal outside tests and attributes, those inside macro calls included.
pub fn literals(file: &syn::File) -> Vec<Literal> {
    struct Collect(Vec<Literal>);
    impl<'ast> Visit<'ast> for Collect {
        fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
        fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
            if !is_test_item(&item.attrs) {
                syn::visit::visit_item_mod(self, item);
            }
        }
        fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
            if !is_test_item(&item.attrs) {
                syn::visit::visit_item_fn(self, item);
            }
        }
        fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
            self.0.push(Literal { line: literal.span().start().line, value: literal.value() });
        }
        fn visit_macro(&mut self, item: &'ast syn::Macro) {
            self.0.extend(literals_in_tokens(item.tokens.clone()));
        }
    }
    let mut collect = Collect(Vec::new());
    collect.visit_file(file);
    collect.0
}

/// The string literals in a macro's arguments, which syn does not parse.
pub fn literals_in_tokens(tokens: proc_macro2::TokenStream) -> Vec<Literal> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Group(group) => found.extend(literals_in_tokens(group.stream())),
            proc_macro2::TokenTree::Literal(literal) => {
                let line = literal.span().start().line;
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    found.push(Literal { line, value: text.value() });
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn literals_are_found_in_code_and_macros_but_not_in_tests() {
    let code = r#"
        #[doc = "attribute"]
        fn shown() { label("one"); print!("{} two", f("three")); }
        #[cfg(test)] mod tests { fn hidden() { label("four"); } }
        #[test] fn also_hidden() { label("five"); }
    "#;
    let found = literals(&syn::parse_file(code).unwrap());
    let values: Vec<&str> = found.iter().map(|literal| literal.value.as_str()).collect();
    assert_eq!(values, ["one", "{} two", "three"]);
    assert_eq!(found[0].line, 3);
}
