//! Articles indexed and searched in Chinese and English, on `tantivy`.
//!
//! Articles are Markdown under TOML front matter ([`parse_article`]). An index is a folder, or memory, that
//! can be built from the articles at any time; one that is damaged or of another version is built again when
//! it is opened. [`Knowledge`] is shared between threads by reference: searches never wait for a change, and
//! a change is found by the next search.
//!
//! # Invariants
//!
//! - Nothing of the search engine is in the interface: the types are those of `model::knowledge`.
//! - The same terms are made from articles and from questions, by the same code.
//! - A search never fails because of what was typed; it has results or it has none.

mod analysis;
mod article;
mod error;
pub mod evaluation;
mod index;
mod schema;
mod search;
mod simplified;
mod snippet;
mod terms;
mod words;

pub use analysis::WORD_MAX_CHARS;
pub use article::{
    ARTICLE_MAX_BYTES, ASKED_HEADINGS, LINK_SCHEME, Outline, Passage, REPLY_HEADINGS, Section, parse_article,
    reply,
};
pub use error::{ArticleError, KnowledgeError};
pub use index::{ARTICLES_MAX, Changes, Knowledge, Opened};
pub use search::SearchOptions;
pub use snippet::SNIPPET_MAX_COLUMNS;
pub use terms::QUERY_TERMS_MAX;
pub use words::COMPLETIONS_MAX;
