//! Knowledge articles and what a search returns.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::id::ArticleId;

/// One article in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// The article's id, shared by its languages, such as `K-118`.
    pub id: ArticleId,
    /// BCP 47 tag of the language: `zh-CN` or `en`.
    pub language: String,
    /// Title as shown in lists.
    pub title: String,
    /// Free labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Model numbers or product families it is about.
    #[serde(default)]
    pub products: Vec<String>,
    /// Counts up with every change.
    pub version: u32,
    /// Body in Markdown.
    pub markdown: String,
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// What was typed; cut at [`SEARCH_QUERY_MAX_CHARS`](crate::limits::SEARCH_QUERY_MAX_CHARS).
    pub text: String,
    /// Most results wanted.
    pub limit: usize,
    /// Language to prefer when an article exists in several; each article comes once.
    pub language: Option<String>,
    /// Only articles with this tag.
    pub tag: Option<String>,
    /// Only articles about this product or model.
    pub product: Option<String>,
    /// Whether the last word may still be incomplete.
    pub typing: bool,
}

/// One article found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The article.
    pub id: ArticleId,
    /// The language the hit is in.
    pub language: String,
    /// Its title.
    pub title: String,
    /// Byte ranges of the title that matched.
    pub title_highlights: Vec<Range<usize>>,
    /// The best passage, as plain text.
    pub snippet: String,
    /// Byte ranges of the snippet that matched.
    pub snippet_highlights: Vec<Range<usize>>,
    /// Relevance; only the order and the ratio within one search mean anything.
    pub score: f32,
}
