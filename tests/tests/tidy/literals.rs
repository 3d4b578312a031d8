//! No text that a person reads stands in the code: all of it is in assets/locales.
//!
//! Two signs give such a text away: Chinese characters in a string, and a string with letters handed to a call that
//! draws text. Names for the debugger, ids and log lines are neither.

use syn::visit::Visit;

use crate::expect_none;
use crate::source::{
    self, Literal, is_test_file, is_test_item, literals, literals_in_tokens, parse, rust_files,
};

/// Code whose strings reach the screen.
const FOLDERS: [&str; 2] = ["app/console/src", "app/switchboard/src"];
/// Code that may not hold Chinese text; plugins and the kit bring their own .ftl.
const FOLDERS_WITHOUT_CHINESE: [&str; 3] = ["app", "plugin-sdk/rust", "plugin-sdk/tool"];

/// Methods that draw or announce what they are given.
const DRAWING_METHODS: [&str; 20] = [
    "button",
    "checkbox",
    "colored_label",
    "hint_text",
    "heading",
    "label",
    "link",
    "menu_button",
    "monospace",
    "on_disabled_hover_text",
    "on_hover_text",
    "radio",
    "radio_value",
    "selectable_label",
    "selectable_value",
    "shortcut_text",
    "small",
    "small_button",
    "strong",
    "weak",
];
/// Constructors of things that are drawn.
const DRAWN_TYPES: [&str; 5] = ["Button", "Label", "RichText", "WidgetText", "Link"];

/// Files that hold Chinese for another reason than showing it, each with that reason.
const CHINESE_ALLOWED: &[(&str, &str)] = &[
    (
        "app/knowledge/src/article.rs",
        "the headings by which an article's parts are known are part of its format",
    ),
    ("app/knowledge/src/terms.rs", "words that carry no meaning in a search, and numerals"),
];

/// What stands on keys is the same in every language.
const KEY_NAMES: [&str; 6] = ["Ctrl", "Shift", "Alt", "Esc", "Enter", "Tab"];

/// A word, as opposed to a sign, a unit or a placeholder: three letters in a row.
fn has_word(text: &str) -> bool {
    let text = KEY_NAMES.iter().fold(text.to_owned(), |text, key| text.replace(key, ""));
    let mut letters = 0;
    let mut inside_placeholder = false;
    for character in text.chars() {
        match character {
            '{' => inside_placeholder = true,
            '}' => inside_placeholder = false,
            _ => {}
        }
        letters = if character.is_alphabetic() && !inside_placeholder { letters + 1 } else { 0 };
        if letters == 3 {
            return true;
        }
    }
    false
}

fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}')
}

/// The strings that stand directly in a call that draws them.
fn drawn_literals(file: &syn::File) -> Vec<Literal> {
    struct Collect(Vec<Literal>);
    impl Collect {
        /// Takes a string, or one inside `format!`, but not one inside a further call such as a lookup by key.
        fn take(&mut self, argument: &syn::Expr) {
            match argument {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => {
                    self.0.push(Literal { line: text.span().start().line, value: text.value() });
                }
                syn::Expr::Macro(call) if call.mac.path.is_ident("format") => {
                    // Only the first string is drawn; those after it may be keys handed to a lookup.
                    self.0.extend(literals_in_tokens(call.mac.tokens.clone()).into_iter().take(1));
                }
                syn::Expr::Reference(inner) => self.take(&inner.expr),
                _ => {}
            }
        }
    }
    impl<'ast> Visit<'ast> for Collect {
        fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
            if !is_test_item(&item.attrs) {
                syn::visit::visit_item_mod(self, item);
            }
        }
        fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
            if DRAWING_METHODS.contains(&call.method.to_string().as_str()) {
                call.args.iter().for_each(|argument| self.take(argument));
            }
            syn::visit::visit_expr_method_call(self, call);
        }
        fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
            if let syn::Expr::Path(function) = &*call.func {
                let names: Vec<String> =
                    function.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                if let [.., kind, _] = names.as_slice()
                    && DRAWN_TYPES.contains(&kind.as_str())
                {
                    call.args.iter().for_each(|argument| self.take(argument));
                }
            }
            syn::visit::visit_expr_call(self, call);
        }
    }
    let mut collect = Collect(Vec::new());
    collect.visit_file(file);
    collect.0
}

fn drawn_words(path: &str, file: &syn::File) -> Vec<String> {
    let words = drawn_literals(file).into_iter().filter(|literal| has_word(&literal.value));
    words
        .map(|literal| format!("{path}:{}: {:?} belongs into assets/locales", literal.line, literal.value))
        .collect()
}

fn chinese(path: &str, file: &syn::File) -> Vec<String> {
    let found = literals(file).into_iter().filter(|literal| literal.value.chars().any(is_chinese));
    found
        .map(|literal| format!("{path}:{}: Chinese text in code: {:?}", literal.line, literal.value))
        .collect()
}

#[test]
fn what_is_drawn_comes_from_the_locales() {
    let mut complaints = Vec::new();
    for file in FOLDERS.iter().flat_map(|folder| rust_files(folder)).filter(|file| !is_test_file(&file.path))
    {
        complaints.extend(drawn_words(&file.path, &parse(&file)));
    }
    expect_none("text in code", &complaints);
}

#[test]
fn no_chinese_text_stands_in_code() {
    let mut complaints = Vec::new();
    for file in FOLDERS_WITHOUT_CHINESE.iter().flat_map(|folder| source::rust_files(folder)) {
        let is_allowed = CHINESE_ALLOWED.iter().any(|(path, _)| *path == file.path);
        if !is_allowed && !is_test_file(&file.path) {
            complaints.extend(chinese(&file.path, &parse(&file)));
        }
    }
    expect_none("Chinese in code", &complaints);
}

#[test]
fn texts_in_code_are_seen_and_keys_are_not() {
    let code = r#"
        fn draw(ui: &mut Ui, t: &Texts) {
            ui.label("Send a reply");
            ui.button(RichText::new("Send").strong());
            ui.label(format!("{} waiting", 3));
            ui.label(t.text("queue-waiting"));
            ui.label(format!("{}", t.text("queue-waiting")));
            ui.label("×");
            ui.label("{count} / {limit}");
            ui.label(format!("{name}  Ctrl+Shift+{number}"));
            ui.push_id("composer field", |ui| ui.label(t.text("composer-hint")));
            tracing::info!("the window opened");
        }
        #[cfg(test)] mod tests { fn check(ui: &mut Ui) { ui.label("Only in a test"); } }
    "#;
    let found = drawn_words("sample.rs", &syn::parse_file(code).unwrap());
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|complaint| complaint.contains("locales")));
}

#[test]
fn chinese_in_code_is_seen_and_in_comments_is_not() {
    let code = "/// 队列\nfn a() { let x = \"已送达\"; }\nfn b() { let x = \"delivered\"; }";
    assert_eq!(chinese("sample.rs", &syn::parse_file(code).unwrap()).len(), 1);
}
