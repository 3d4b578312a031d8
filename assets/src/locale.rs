//! The desk's texts, from the Fluent files under `locales/`.
//!
//! A key is a message's name (`queue-mine`) or, for an attribute, name and attribute joined by a dot
//! (`error-disk-full.kept`). Texts without arguments are resolved once when the locale is made, so that a
//! frame that draws hundreds of them only looks them up; the others are resolved at the call.
//!
//! A missing key is drawn as itself, which nobody overlooks, and is counted ([`Locale::missing_keys`]).

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_syntax::ast;

use crate::Language;

/// Makes the table of embedded files: one noun, one file in each language.
macro_rules! nouns {
    ($($noun:literal),+ $(,)?) => {
        const NOUNS: &[Noun] = &[$(Noun {
            name: $noun,
            chinese: include_str!(concat!("../locales/zh-CN/", $noun, ".ftl")),
            english: include_str!(concat!("../locales/en/", $noun, ".ftl")),
        }),+];
    };
}

// A new file needs a line here; a test finds files that are not named.
nouns![
    "app",
    "audio",
    "command",
    "composer",
    "conversation",
    "customer",
    "doctor",
    "error",
    "format",
    "knowledge",
    "notice",
    "palette",
    "plugin",
    "presence",
    "proposal",
    "quality",
    "queue",
    "settings",
    "shortcut",
    "status",
    "ticket",
];

/// Different missing keys that are remembered; more are counted under the last name.
const MAX_MISSING_KEYS: usize = 256;

struct Noun {
    name: &'static str,
    chinese: &'static str,
    english: &'static str,
}

/// The embedded files of a language as `(noun, source)`, for checks.
pub fn locale_files(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    NOUNS.iter().map(move |noun| match language {
        Language::Chinese => (noun.name, noun.chinese),
        Language::English => (noun.name, noun.english),
    })
}

/// A locale source that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LocaleError {
    /// Not Fluent syntax.
    #[error("{file}: {detail}")]
    Syntax {
        /// The source's name.
        file: String,
        /// What the parser says.
        detail: String,
    },
    /// A message that an earlier source or line has already defined.
    #[error("{file}: {detail}")]
    Duplicate {
        /// The source's name.
        file: String,
        /// Which message.
        detail: String,
    },
}

/// The value of an argument in a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg<'a> {
    /// Words, put in as they are.
    Text(Cow<'a, str>),
    /// A number, which can also choose a plural form.
    Number(f64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Arg<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Arg<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

macro_rules! whole_number_args {
    ($($number:ty),+) => {
        $(impl From<$number> for Arg<'_> {
            #[allow(clippy::cast_lossless, reason = "only some of these types convert without loss")]
            fn from(number: $number) -> Self {
                // Counts and sizes that are shown stay far below 2^53.
                Self::Number(number as f64)
            }
        })+
    };
}

whole_number_args!(i8, i32, i64, u8, u16, u32, u64, usize);

/// What an error says to the person at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText {
    /// What happened.
    pub what: String,
    /// What was kept.
    pub kept: String,
    /// What to do.
    pub advice: String,
}

/// The texts of one language.
pub struct Locale {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    /// Texts that need no argument, by key.
    plain: HashMap<String, String>,
    missing: Mutex<BTreeMap<String, u64>>,
}

impl std::fmt::Debug for Locale {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Locale").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Locale {
    /// The embedded texts of a language.
    pub fn new(language: Language) -> Self {
        Self::from_sources(language, locale_files(language)).expect("the embedded locales are read by a test")
    }

    /// The texts of sources that are not embedded, such as a plugin's own.
    pub fn from_sources<'a>(
        language: Language,
        sources: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, LocaleError> {
        let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
        // The marks would show as boxes in fonts without them, and both languages run left to right.
        bundle.set_use_isolating(false);
        let mut keys = Vec::new();
        for (file, source) in sources {
            let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
                LocaleError::Syntax { file: file.to_owned(), detail: list(&errors) }
            })?;
            keys.extend(resource.entries().filter_map(message_keys).flatten());
            bundle
                .add_resource(resource)
                .map_err(|errors| LocaleError::Duplicate { file: file.to_owned(), detail: list(&errors) })?;
        }
        let mut locale = Self { language, bundle, plain: HashMap::new(), missing: Mutex::default() };
        locale.plain = keys
            .into_iter()
            .filter_map(|key| {
                let text = locale.resolve(&key, None)?;
                Some((key, text))
            })
            .collect();
        Ok(locale)
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of a key that takes no argument; the key itself where there is none.
    pub fn text<'a>(&'a self, key: &'a str) -> &'a str {
        if let Some(text) = self.plain.get(key) {
            return text;
        }
        self.note_missing(key);
        key
    }

    /// The text of a key, with its arguments; the key itself where there is none or an argument is missing.
    pub fn text_with<'a>(&'a self, key: &'a str, arguments: &[(&str, Arg<'_>)]) -> Cow<'a, str> {
        if let Some(text) = self.plain.get(key) {
            return Cow::Borrowed(text);
        }
        let mut values = FluentArgs::with_capacity(arguments.len());
        for (name, argument) in arguments {
            match argument {
                Arg::Text(text) => values.set(*name, FluentValue::String(Cow::Borrowed(text))),
                Arg::Number(number) => values.set(*name, FluentValue::from(*number)),
            }
        }
        if let Some(text) = self.resolve(key, Some(&values)) {
            return Cow::Owned(text);
        }
        self.note_missing(key);
        Cow::Borrowed(key)
    }

    /// Whether there is a text for this key, with or without arguments.
    pub fn has(&self, key: &str) -> bool {
        let (name, attribute) = split(key);
        self.bundle.get_message(name).is_some_and(|message| match attribute {
            None => message.value().is_some(),
            Some(attribute) => message.get_attribute(attribute).is_some(),
        })
    }

    /// What happened, what was kept and what to do, for an error's code: the attributes of `error-CODE`.
    pub fn error(&self, code: &str, arguments: &[(&str, Arg<'_>)]) -> ErrorText {
        let part = |part: &str| self.text_with(&format!("error-{code}.{part}"), arguments).into_owned();
        ErrorText { what: part("what"), kept: part("kept"), advice: part("do") }
    }

    /// Keys that were asked for and are not there, with how often.
    pub fn missing_keys(&self) -> Vec<(String, u64)> {
        let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        missing.iter().map(|(key, count)| (key.clone(), *count)).collect()
    }

    fn resolve(&self, key: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        let (name, attribute) = split(key);
        let message = self.bundle.get_message(name)?;
        let pattern = match attribute {
            None => message.value()?,
            Some(attribute) => message.get_attribute(attribute)?.value(),
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, arguments, &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }

    fn note_missing(&self, key: &str) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = missing.get_mut(key) {
            *count += 1;
        } else if missing.len() < MAX_MISSING_KEYS {
            missing.insert(key.to_owned(), 1);
        } else if let Some(mut last) = missing.last_entry() {
            *last.get_mut() += 1;
        }
    }
}

fn split(key: &str) -> (&str, Option<&str>) {
    key.split_once('.').map_or((key, None), |(name, attribute)| (name, Some(attribute)))
}

fn list(errors: &[impl ToString]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The keys one entry of a file defines: its value and its attributes.
fn message_keys(entry: &ast::Entry<&str>) -> Option<Vec<String>> {
    let ast::Entry::Message(message) = entry else { return None };
    let name = message.id.name;
    let value = message.value.iter().map(|_| name.to_owned());
    let attributes = message.attributes.iter().map(|attribute| format!("{name}.{}", attribute.id.name));
    Some(value.chain(attributes).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fluent_syntax::{ast, parser};

    use super::*;

    /// Key to the names of its arguments, over all files of a language.
    fn keys(language: Language) -> BTreeMap<String, (String, BTreeSet<String>)> {
        let mut keys = BTreeMap::new();
        for (file, source) in locale_files(language) {
            let resource = parser::parse(source).unwrap_or_else(|(_, errors)| {
                panic!("{}/{file}.ftl: {errors:?}", language.tag());
            });
            for entry in &resource.body {
                let ast::Entry::Message(message) = entry else { continue };
                let name = message.id.name;
                let attributes = message
                    .attributes
                    .iter()
                    .map(|attribute| (format!("{name}.{}", attribute.id.name), &attribute.value));
                let value = message.value.iter().map(|value| (name.to_owned(), value));
                for (key, pattern) in value.chain(attributes) {
                    let mut arguments = BTreeSet::new();
                    pattern_arguments(pattern, &mut arguments);
                    let before = keys.insert(key.clone(), (file.to_owned(), arguments));
                    assert!(before.is_none(), "{}: {key} is defined twice", language.tag());
                }
            }
        }
        keys
    }

    fn pattern_arguments(pattern: &ast::Pattern<&str>, found: &mut BTreeSet<String>) {
        for element in &pattern.elements {
            if let ast::PatternElement::Placeable { expression } = element {
                expression_arguments(expression, found);
            }
        }
    }

    fn expression_arguments(expression: &ast::Expression<&str>, found: &mut BTreeSet<String>) {
        match expression {
            ast::Expression::Inline(inline) => inline_arguments(inline, found),
            ast::Expression::Select { selector, variants } => {
                inline_arguments(selector, found);
                for variant in variants {
                    pattern_arguments(&variant.value, found);
                }
            }
        }
    }

    fn inline_arguments(inline: &ast::InlineExpression<&str>, found: &mut BTreeSet<String>) {
        match inline {
            ast::InlineExpression::VariableReference { id } => {
                found.insert(id.name.to_owned());
            }
            ast::InlineExpression::FunctionReference { arguments, .. } => {
                for argument in &arguments.positional {
                    inline_arguments(argument, found);
                }
            }
            ast::InlineExpression::Placeable { expression } => expression_arguments(expression, found),
            _ => {}
        }
    }

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_arguments_in_the_same_files() {
        let (chinese, english) = (keys(Language::Chinese), keys(Language::English));
        let mut faults = Vec::new();
        for (key, theirs) in &chinese {
            match english.get(key) {
                None => faults.push(format!("en/{}.ftl lacks {key}", theirs.0)),
                Some(ours) if ours != theirs => faults.push(format!("{key}: zh-CN {theirs:?}, en {ours:?}")),
                Some(_) => {}
            }
        }
        for (key, (file, _)) in &english {
            if !chinese.contains_key(key) {
                faults.push(format!("zh-CN/{file}.ftl lacks {key}"));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn every_file_on_disk_is_embedded() {
        for language in Language::both() {
            let folder =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language.tag());
            let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            let embedded: BTreeSet<String> =
                locale_files(language).map(|(noun, _)| format!("{noun}.ftl")).collect();
            assert_eq!(on_disk, embedded, "{}: list the file in `nouns!`", language.tag());
        }
    }

    #[test]
    fn every_message_resolves_when_it_gets_its_arguments() {
        for language in Language::both() {
            let locale = Locale::new(language);
            for (key, (_, arguments)) in keys(language) {
                for number in [0, 1, 2, 11] {
                    let values: Vec<(&str, Arg)> =
                        arguments.iter().map(|name| (name.as_str(), Arg::from(number))).collect();
                    let text = locale.text_with(&key, &values);
                    assert!(!text.is_empty() && text != key, "{}: {key}", language.tag());
                }
            }
            assert_eq!(locale.missing_keys(), []);
        }
    }

    #[test]
    fn no_chinese_in_english_and_chinese_in_chinese() {
        let han = |text: &str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
        for (file, source) in locale_files(Language::English) {
            let found = source.lines().find(|line| han(line));
            assert_eq!(found, None, "en/{file}.ftl");
        }
        for (file, source) in locale_files(Language::Chinese) {
            assert!(han(source), "zh-CN/{file}.ftl has no Chinese in it");
        }
    }

    #[test]
    fn arguments_plurals_and_attributes_are_put_in_without_marks() {
        let source = "\
greeting = Hello, { $name }
unread = { $count ->
    [one] one message
   *[other] { $count } messages
}
lost =
    .what = { $name } is gone
    .kept = All drafts are kept
    .do = Try again
";
        let locale = Locale::from_sources(Language::English, [("test", source)]).unwrap();
        assert_eq!(locale.text_with("greeting", &[("name", "Anna".into())]), "Hello, Anna");
        assert_eq!(locale.text_with("unread", &[("count", 1.into())]), "one message");
        assert_eq!(locale.text_with("unread", &[("count", 3usize.into())]), "3 messages");
        assert_eq!(locale.text("lost.kept"), "All drafts are kept");
        assert_eq!(locale.text_with("lost.what", &[("name", "A".into())]), "A is gone");
        assert!(locale.has("lost.do") && !locale.has("lost") && locale.has("unread"));
        assert_eq!(locale.missing_keys(), []);
    }

    #[test]
    fn missing_keys_are_drawn_as_themselves_and_counted() {
        let locale =
            Locale::from_sources(Language::English, [("test", "hello = Hello, { $name }\n")]).unwrap();
        assert_eq!(locale.text("queue-nothing"), "queue-nothing");
        assert_eq!(locale.text("queue-nothing"), "queue-nothing");
        assert_eq!(locale.text_with("hello", &[]), "hello");
        assert_eq!(locale.missing_keys(), [("hello".to_owned(), 1), ("queue-nothing".to_owned(), 2)]);
        for number in 0..2 * MAX_MISSING_KEYS {
            assert_eq!(locale.text(&format!("key-{number}")), format!("key-{number}"));
        }
        assert_eq!(locale.missing_keys().len(), MAX_MISSING_KEYS);
    }

    #[test]
    fn broken_sources_are_refused_by_name() {
        let syntax = Locale::from_sources(Language::English, [("mine", "= nothing\n")]).unwrap_err();
        assert!(syntax.to_string().starts_with("mine: "), "{syntax}");
        let twice =
            Locale::from_sources(Language::English, [("a", "x = 1\n"), ("b", "x = 2\n")]).unwrap_err();
        assert!(matches!(&twice, LocaleError::Duplicate { file, .. } if file == "b"), "{twice}");
    }

    #[test]
    fn a_locale_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Locale>();
    }
}
