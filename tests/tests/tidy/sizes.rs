//! How long functions and files may be and how deep they may nest. An exception has its reason beside it.

use std::ops::RangeInclusive;

use syn::spanned::Spanned as _;
use syn::visit::Visit;

use crate::expect_none;
use crate::source::{SourceFile, is_test_file, is_test_item, parse, rust_files};

const FUNCTION_LINES: usize = 70;
const FILE_LINES: usize = 500;
const DEPTH: usize = 4;
/// Drawing code nests closures in closures: a row in a column in a panel.
const DEPTH_IN_DRAWING: usize = 8;
const DRAWING_FOLDERS: [&str; 3] = ["app/console/", "app/switchboard/", "tests/src/"];

const FOLDERS: [&str; 5] = ["app", "assets/src", "plugin-sdk", "plugins", "tests"];

/// `path` for a file, `path function` for a function; each with the reason why it may be larger.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// What was measured in one file.
#[derive(Default)]
struct Sizes {
    functions: Vec<Function>,
    /// The lines of test modules, which a file is not counted for.
    tests: Vec<RangeInclusive<usize>>,
}

struct Function {
    name: String,
    lines: usize,
    depth: usize,
}

impl<'ast> Visit<'ast> for Sizes {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_test_item(&item.attrs) {
            self.tests.push(item.span().start().line..=item.span().end().line);
        } else {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test_item(&item.attrs) {
            self.function(&item.sig, &item.block);
            syn::visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }
}

impl Sizes {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let lines = block.span().end().line - signature.span().start().line + 1;
        self.functions.push(Function { name: signature.ident.to_string(), lines, depth: depth(block) });
    }
}

/// The lines of code, without tests, comments and blank lines: documenting a thing must not make its file too long.
fn code_lines(text: &str, tests: &[RangeInclusive<usize>]) -> usize {
    let is_code = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    let outside_tests = |number: usize| !tests.iter().any(|lines| lines.contains(&number));
    (1..).zip(text.lines()).filter(|(number, line)| is_code(line) && outside_tests(*number)).count()
}

/// How many blocks stand inside one another, the function's own not counted.
fn depth(block: &syn::Block) -> usize {
    #[derive(Default)]
    struct Depth {
        now: usize,
        most: usize,
    }
    impl Depth {
        fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
            self.now += 1;
            self.most = self.most.max(self.now);
            visit(self);
            self.now -= 1;
        }
    }
    impl<'ast> Visit<'ast> for Depth {
        fn visit_block(&mut self, block: &'ast syn::Block) {
            self.inside(|depth| syn::visit::visit_block(depth, block));
        }
        fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
            self.inside(|depth| syn::visit::visit_expr_match(depth, expression));
        }
        // An item inside a function is measured for itself.
        fn visit_item(&mut self, _: &'ast syn::Item) {}
    }
    let mut depth = Depth::default();
    depth.visit_block(block);
    depth.most - 1
}

fn complaints(file: &SourceFile) -> Vec<String> {
    let mut sizes = Sizes::default();
    sizes.visit_file(&parse(file));
    let is_drawing = DRAWING_FOLDERS.iter().any(|folder| file.path.starts_with(folder));
    let allowed_depth = if is_drawing { DEPTH_IN_DRAWING } else { DEPTH };
    let mut complaints = Vec::new();
    let file_lines = code_lines(&file.text, &sizes.tests);
    if file_lines > FILE_LINES && !is_excepted(&file.path) {
        complaints.push(format!(
            "{} has {file_lines} lines of code without tests, {FILE_LINES} are allowed",
            file.path
        ));
    }
    for Function { name, lines, depth } in sizes.functions {
        let place = format!("{} {name}", file.path);
        if is_excepted(&place) {
            continue;
        }
        if lines > FUNCTION_LINES {
            complaints.push(format!("{place} has {lines} lines, {FUNCTION_LINES} are allowed"));
        }
        if depth > allowed_depth {
            complaints.push(format!("{place} nests {depth} deep, {allowed_depth} are allowed"));
        }
    }
    complaints
}

fn is_excepted(place: &str) -> bool {
    EXCEPTIONS.iter().any(|(excepted, _)| *excepted == place)
}

#[test]
fn functions_fit_a_screen_and_files_a_thought() {
    let files = FOLDERS.iter().flat_map(|folder| rust_files(folder)).filter(|file| !is_test_file(&file.path));
    let complaints: Vec<String> = files.flat_map(|file| complaints(&file)).collect();
    expect_none("sizes", &complaints);
}

#[test]
fn every_exception_still_names_something() {
    let known: Vec<String> =
        FOLDERS.iter().flat_map(|folder| rust_files(folder)).map(|file| file.path).collect();
    for (place, reason) in EXCEPTIONS {
        let path = place.split_whitespace().next().unwrap_or_default();
        assert!(known.iter().any(|file| file == path), "{place} is gone");
        assert!(!reason.is_empty(), "{place} has no reason");
    }
}

#[test]
fn what_is_too_large_is_seen() {
    let statements = |count: usize| "    step();\n".repeat(count);
    let sample = |text: String| SourceFile { path: "app/engine/src/sample.rs".to_owned(), text };
    let function = |lines: usize| format!("fn long() {{\n{}}}\n", statements(lines - 2));
    let in_tests = |code: String| format!("#[cfg(test)]\nmod tests {{\n{code}}}\n");
    for (code, expected) in [
        (function(70), 0),
        (function(71), 1),
        (in_tests(function(300)), 0),
        ("const A: u8 = 0;\n".repeat(500), 0),
        ("const A: u8 = 0;\n".repeat(501), 1),
        (format!("{}{}", "const A: u8 = 0;\n".repeat(480), in_tests(function(60))), 0),
        ("/// Words.\nconst A: u8 = 0;\n\n".repeat(490), 0),
        ("fn f() { if a { for b in c { match d { E => { g() } } } } }".to_owned(), 0),
        ("fn f() { if a { for b in c { match d { E => { if g { h() } } } } } }".to_owned(), 1),
    ] {
        let found = complaints(&sample(code.clone()));
        assert_eq!(found.len(), expected, "{found:?} for\n{code}");
    }
}
