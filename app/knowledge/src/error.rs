//! What can go wrong with articles and their index.

use std::{io, path::PathBuf};

/// Why a text is not an article.
#[derive(Debug, thiserror::Error)]
pub enum ArticleError {
    /// The text does not begin with a `+++` line and a closing one.
    #[error("no front matter between two lines of +++")]
    NoFrontMatter,
    /// The front matter is not the TOML that an article needs.
    #[error("front matter: {0}")]
    FrontMatter(#[from] Box<toml::de::Error>),
    /// A field that must hold something is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// The text is longer than [`ARTICLE_MAX_BYTES`](crate::ARTICLE_MAX_BYTES).
    #[error("{bytes} bytes are more than an article may have")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
}

/// Why the index could not be opened, changed or searched.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// Another process has the index open for writing.
    #[error("another process is writing the index")]
    InUse,
    /// The folder cannot be read or written.
    #[error("{path}: {source}")]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The search engine refused.
    #[error("index: {0}")]
    Index(tantivy::TantivyError),
    /// An article does not fit the index.
    #[error("article: {0}")]
    Article(#[from] ArticleError),
    /// Questions for an evaluation are not in the form of `SQuAD`.
    #[error("questions: {0}")]
    Questions(#[from] serde_json::Error),
}

impl From<tantivy::TantivyError> for KnowledgeError {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::LockFailure(..) => Self::InUse,
            other => Self::Index(other),
        }
    }
}

impl From<io::Error> for KnowledgeError {
    fn from(error: io::Error) -> Self {
        Self::Index(error.into())
    }
}
