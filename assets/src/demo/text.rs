//! Words in both languages.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::Language;

/// Words in both languages. In the files either `{ zh = "...", en = "..." }` or one string for both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Text {
    /// The words in a language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }

    /// Both, by language tag.
    pub fn by_tag(&self) -> BTreeMap<String, String> {
        Language::both()
            .into_iter()
            .map(|language| (language.tag().to_owned(), self.get(language).to_owned()))
            .collect()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "words, or a table with `zh` and `en`")]
        enum Written {
            Same(String),
            Pair(Pair),
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Pair {
            zh: String,
            en: String,
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Same(words) => Self { zh: words.clone(), en: words },
            Written::Pair(Pair { zh, en }) => Self { zh, en },
        })
    }
}
