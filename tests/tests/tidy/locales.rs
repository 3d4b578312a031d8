//! The locales hold the same keys with the same arguments; every key is used, and every key asked for exists.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit;

use crate::expect_none;
use crate::source::{files, has_extension, is_test_file, is_test_item, literals, parse, rust_files};

const LANGUAGES: [&str; 2] = ["zh-CN", "en"];
const FOLDER: &str = "assets/locales";
/// Code that asks for keys of [`FOLDER`].
const USERS: [&str; 2] = ["app", "assets/src"];
/// Methods whose first argument is a key.
const LOOKUPS: [&str; 2] = ["text", "text_with"];
/// An error's code is asked for without this.
const ERROR_PREFIX: &str = "error-";
/// A pattern with fewer fixed characters than this could mean anything.
const FIXED_CHARACTERS: usize = 4;

/// Keys, each with the arguments that its text takes; attributes are keys of their own (`error-disk-full.what`).
type Keys = BTreeMap<String, BTreeSet<String>>;

/// Reads the messages of one Fluent file.
fn keys(text: &str) -> Keys {
    let mut keys = Keys::new();
    let (mut message, mut key) = (String::new(), String::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let is_attribute = line.trim_start().starts_with('.');
        let is_message =
            line.starts_with(|character: char| character.is_ascii_alphabetic() || character == '-');
        if (is_message || is_attribute)
            && let Some((name, _)) = line.split_once('=')
        {
            let name = name.trim();
            if is_message {
                name.clone_into(&mut message);
            }
            key = if is_attribute { format!("{message}{name}") } else { message.clone() };
        }
        if !key.is_empty() {
            keys.entry(key.clone()).or_default().extend(variables(line));
        }
    }
    keys
}

/// The names after a dollar sign.
fn variables(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split('$').skip(1).map(|rest| {
        rest.chars()
            .take_while(|character| {
                character.is_ascii_alphanumeric() || *character == '-' || *character == '_'
            })
            .collect()
    })
}

/// All keys of one language below a locales folder: `LANGUAGE/*.ftl` as the desk has it, `LANGUAGE.ftl` as plugins do.
fn keys_of(folder: &str, language: &str) -> Keys {
    let is_meant = |path: &str| {
        let rest = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        rest.and_then(|rest| rest.strip_prefix(language))
            .is_some_and(|rest| rest.starts_with('/') || rest == ".ftl")
    };
    let mut all = Keys::new();
    for file in files(folder).iter().filter(|file| has_extension(&file.path, "ftl") && is_meant(&file.path)) {
        all.extend(keys(&file.text));
    }
    all
}

fn differences(folder: &str, one: &Keys, other: &Keys) -> Vec<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let mut complaints = Vec::new();
    for name in names {
        match (one.get(name), other.get(name)) {
            (Some(first), Some(second)) if first != second => {
                complaints.push(format!(
                    "{folder}: {name} takes {first:?} in {} and {second:?} in {}",
                    LANGUAGES[0], LANGUAGES[1]
                ));
            }
            (Some(_), None) => complaints.push(format!("{folder}: {name} is missing in {}", LANGUAGES[1])),
            (None, Some(_)) => complaints.push(format!("{folder}: {name} is missing in {}", LANGUAGES[0])),
            _ => {}
        }
    }
    complaints
}

/// The folders with texts, the plugins' included.
fn locale_folders() -> BTreeSet<String> {
    let files = files("");
    let texts = files.iter().filter(|file| has_extension(&file.path, "ftl"));
    texts
        .filter_map(|file| file.path.find("locales/").map(|at| file.path[..at + "locales".len()].to_owned()))
        .collect()
}

/// Whether a string of the code means this key: by name, as an error's code, or as a pattern of `format!`.
fn means(string: &str, key: &str) -> bool {
    string == key
        || key.strip_prefix(ERROR_PREFIX) == Some(string)
        || (string.contains('{') && fits_pattern(string, key))
}

/// Whether `presence-{state}` can become this key.
fn fits_pattern(pattern: &str, key: &str) -> bool {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        pieces.push(before);
        let Some((_, after)) = after.split_once('}') else { return false };
        rest = after;
    }
    pieces.push(rest);
    if pieces.iter().map(|piece| piece.len()).sum::<usize>() < FIXED_CHARACTERS {
        return false;
    }
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return false };
    let Some(mut middle) = key.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    for piece in &pieces[1..pieces.len() - 1] {
        let Some((_, after)) = middle.split_once(piece) else { return false };
        middle = after;
    }
    true
}

/// The keys that code asks for by name.
fn asked(file: &syn::File) -> Vec<(usize, String)> {
    struct Collect(Vec<(usize, String)>);
    impl<'ast> Visit<'ast> for Collect {
        fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
            if !is_test_item(&item.attrs) {
                syn::visit::visit_item_mod(self, item);
            }
        }
        fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
            if LOOKUPS.contains(&call.method.to_string().as_str())
                && let Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(key), .. })) = call.args.first()
            {
                self.0.push((key.span().start().line, key.value()));
            }
            syn::visit::visit_expr_method_call(self, call);
        }
    }
    let mut collect = Collect(Vec::new());
    collect.visit_file(file);
    collect.0
}

fn missing(path: &str, file: &syn::File, keys: &Keys) -> Vec<String> {
    let unknown = asked(file).into_iter().filter(|(_, key)| !keys.contains_key(key));
    unknown.map(|(line, key)| format!("{path}:{line}: the locales have no {key}")).collect()
}

fn unused(keys: &Keys, strings: &BTreeSet<String>) -> Vec<String> {
    let messages: BTreeSet<&str> = keys.keys().filter_map(|key| key.split('.').next()).collect();
    let is_unused = |key: &&str| !strings.iter().any(|string| means(string, key));
    messages.into_iter().filter(is_unused).map(|key| format!("{key} is used nowhere")).collect()
}

#[test]
fn both_languages_say_the_same() {
    let folders = locale_folders();
    assert!(folders.contains(FOLDER), "the locales were not found: {folders:?}");
    let mut complaints = Vec::new();
    for folder in folders {
        let [one, other] = LANGUAGES.map(|language| keys_of(&folder, language));
        complaints.extend(differences(&folder, &one, &other));
    }
    expect_none("languages", &complaints);
}

#[test]
fn every_key_asked_for_exists() {
    let keys = keys_of(FOLDER, LANGUAGES[0]);
    let mut complaints = Vec::new();
    for folder in ["app/console/src", "app/switchboard/src", "assets/src"] {
        for file in rust_files(folder).iter().filter(|file| !is_test_file(&file.path)) {
            complaints.extend(missing(&file.path, &parse(file), &keys));
        }
    }
    expect_none("missing keys", &complaints);
}

#[test]
fn every_key_is_used() {
    let mut strings = BTreeSet::new();
    for file in USERS.iter().flat_map(|folder| rust_files(folder)).filter(|file| !is_test_file(&file.path)) {
        strings.extend(literals(&parse(&file)).into_iter().map(|literal| literal.value));
    }
    expect_none("unused keys", &unused(&keys_of(FOLDER, LANGUAGES[0]), &strings));
}

#[test]
fn keys_and_arguments_are_read() {
    let text = "# A comment with $nothing\nqueue-title = Queue\nqueue-waiting = { $count ->\n    [one] one\n   *[other] { $count } for { $name }\n}\nerror-full =\n    .what = Full { $path }\n    .do = Free space\n";
    let keys = keys(text);
    let shown: Vec<String> = keys.iter().map(|(key, variables)| format!("{key} {variables:?}")).collect();
    assert_eq!(
        shown,
        [
            "error-full {}",
            "error-full.do {}",
            "error-full.what {\"path\"}",
            "queue-title {}",
            "queue-waiting {\"count\", \"name\"}"
        ]
    );
}

#[test]
fn differences_missing_and_unused_keys_are_seen() {
    let one = keys("a-title = A\na-count = { $count }\na-state-busy = B\nerror-full =\n  .what = Full\n");
    let other = keys("a-title = A\na-count = { $number }\nb-only = B\na-state-busy = B\n");
    let found = differences("sample", &one, &other);
    assert_eq!(found.len(), 4, "{found:?}");

    let code = "fn draw(t: &T) { t.text(\"a-title\"); t.text_with(\"a-gone\", &[]); t.text(other); }";
    let found = missing("sample.rs", &syn::parse_file(code).unwrap(), &one);
    assert_eq!(found, ["sample.rs:1: the locales have no a-gone"]);

    let strings = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(
        unused(&one, &strings(&["a-title", "a-count", "a-state-{state}", "full"])),
        Vec::<String>::new()
    );
    assert_eq!(unused(&one, &strings(&["a-title", "a-count", "{any}", "empty"])).len(), 2);
}

#[test]
fn patterns_fit_only_what_they_can_become() {
    for (pattern, key, expected) in [
        ("presence-{}", "presence-busy", true),
        ("presence-{state}-hint", "presence-busy-hint", true),
        ("presence-{state}-hint", "presence-busy", false),
        ("{noun}-title-{kind}", "ticket-title-new", true),
        ("{}", "presence-busy", false),
        ("{noun}-{}", "presence-busy", false),
        ("presence-{", "presence-busy", false),
    ] {
        assert_eq!(fits_pattern(pattern, key), expected, "{pattern} {key}");
    }
}
