//! The index: opened, checked, built again when it must be, changed by one writer and read by many threads.

use std::{
    collections::{HashMap, HashSet},
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use model::{
    ArticleId,
    knowledge::{Article, Hit, SearchQuery},
};
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term,
    collector::{DocSetCollector, TopDocs},
    query::{AllQuery, TermQuery},
    schema::IndexRecordOption,
    tokenizer::TextAnalyzer,
};

use crate::{
    analysis, article,
    error::KnowledgeError,
    schema::{self, Fields, SCHEMA_VERSION},
    search::{Search, SearchOptions, find},
    terms::{Analyzers, CommonTerms},
};

/// Memory of the writer, in bytes; the least that the search engine accepts.
const WRITER_MEMORY_BYTES: usize = 15_000_000;
/// Most articles in one index.
pub const ARTICLES_MAX: usize = 1_000_000;
/// The folder inside the one given, so that what is deleted is only ever ours.
const INDEX_FOLDER: &str = "knowledge";

/// How an index came to be what it is after opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It was there and whole.
    Existing,
    /// There was none.
    New,
    /// It was made by another version; built again.
    OtherVersion,
    /// It was damaged; built again.
    Damaged,
}

/// What [`Knowledge::sync`] changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Articles that were new or different.
    pub written: usize,
    /// Articles that are no longer there.
    pub removed: usize,
}

/// Articles, indexed. Shared between threads by reference: searches never wait for a change.
pub struct Knowledge {
    fields: Fields,
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
    common: CommonTerms,
    pairs: TextAnalyzer,
    singles: TextAnalyzer,
    surface: TextAnalyzer,
}

impl std::fmt::Debug for Knowledge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Knowledge").field("documents", &self.len()).finish_non_exhaustive()
    }
}

impl Knowledge {
    /// Opens the index in a folder. Where there is none, or one that is damaged or of another version, it is
    /// built from `articles`, which is called only then.
    pub fn open(
        folder: &Path,
        articles: impl FnOnce() -> Vec<Article>,
    ) -> Result<(Self, Opened), KnowledgeError> {
        let path = folder.join(INDEX_FOLDER);
        let opened = match Self::open_existing(&path) {
            Ok(knowledge) => return Ok((knowledge, Opened::Existing)),
            Err(NotOpened::Failed(error)) => return Err(error),
            Err(NotOpened::Build(opened)) => opened,
        };
        let in_folder = |source| KnowledgeError::Folder { path: path.clone(), source };
        if path.exists() {
            fs::remove_dir_all(&path).map_err(in_folder)?;
        }
        fs::create_dir_all(&path).map_err(in_folder)?;
        let (schema, fields) = schema::build();
        let knowledge = Self::with(&Index::create_in_dir(&path, schema)?, fields)?;
        knowledge.replace_all(&articles())?;
        Ok((knowledge, opened))
    }

    /// An index in memory.
    pub fn in_memory(articles: &[Article]) -> Result<Self, KnowledgeError> {
        let (schema, fields) = schema::build();
        let knowledge = Self::with(&Index::create_in_ram(schema), fields)?;
        knowledge.replace_all(articles)?;
        Ok(knowledge)
    }

    fn open_existing(path: &Path) -> Result<Self, NotOpened> {
        if !path.join("meta.json").exists() {
            return Err(NotOpened::Build(if path.exists() { Opened::Damaged } else { Opened::New }));
        }
        // The search engine panics on some damaged files instead of refusing them.
        let attempt = catch_unwind(AssertUnwindSafe(|| -> Result<Self, NotOpened> {
            let index = Index::open_in_dir(path)?;
            let (schema, fields) = schema::build();
            if index.schema() != schema || index.load_metas()?.payload != Some(payload()) {
                return Err(NotOpened::Build(Opened::OtherVersion));
            }
            if !index.validate_checksum()?.is_empty() {
                return Err(NotOpened::Build(Opened::Damaged));
            }
            Ok(Self::with(&index, fields)?)
        }));
        attempt.unwrap_or(Err(NotOpened::Build(Opened::Damaged)))
    }

    fn with(index: &Index, fields: Fields) -> Result<Self, KnowledgeError> {
        schema::register_analyzers(index);
        let writer = index.writer_with_num_threads(1, WRITER_MEMORY_BYTES)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let pairs = analysis::pairs_analyzer();
        Ok(Self {
            fields,
            reader,
            writer: Mutex::new(writer),
            common: CommonTerms::new(pairs.clone()),
            pairs,
            singles: analysis::singles_analyzer(),
            surface: analysis::surface_analyzer(),
        })
    }

    /// Articles found for a question, best first; none where nothing is good enough.
    pub fn search(&self, query: &SearchQuery) -> Result<Vec<Hit>, KnowledgeError> {
        self.search_with(query, SearchOptions::default())
    }

    /// As [`search`](Self::search), with what a person at a desk does not want.
    pub fn search_with(
        &self,
        query: &SearchQuery,
        options: SearchOptions,
    ) -> Result<Vec<Hit>, KnowledgeError> {
        let analyzers = Analyzers {
            pairs: self.pairs.clone(),
            singles: self.singles.clone(),
            surface: self.surface.clone(),
        };
        let searcher = self.reader.searcher();
        Search { searcher, fields: &self.fields, common: &self.common, analyzers }.run(query, options)
    }

    /// One article, in the language asked for or else in any that it has.
    pub fn article(&self, id: &ArticleId, language: Option<&str>) -> Result<Option<Article>, KnowledgeError> {
        let searcher = self.reader.searcher();
        let mut found = match language {
            Some(language) => find(&searcher, &self.fields, id.as_str(), language)?,
            None => None,
        };
        if found.is_none() {
            let query =
                TermQuery::new(Term::from_field_text(self.fields.id, id.as_str()), IndexRecordOption::Basic);
            let any = searcher.search(&query, &TopDocs::with_limit(1).order_by_score())?;
            found = any.first().map(|&(_, address)| address);
        }
        let Some(address) = found else { return Ok(None) };
        let document: TantivyDocument = searcher.doc(address)?;
        Ok(Some(self.fields.article(&document)))
    }

    /// Every article in every language, by id and language.
    pub fn articles(&self) -> Result<Vec<Article>, KnowledgeError> {
        let searcher = self.reader.searcher();
        let mut articles = Vec::new();
        for address in searcher.search(&AllQuery, &DocSetCollector)? {
            articles.push(self.fields.article(&searcher.doc(address)?));
        }
        articles.sort_by(|a, b| (&a.id, &a.language).cmp(&(&b.id, &b.language)));
        Ok(articles)
    }

    /// How many articles there are, each language counted.
    pub fn len(&self) -> usize {
        self.reader.searcher().num_docs() as usize
    }

    /// Whether there are no articles.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an article or replaces the one with the same id and language. Found by the next search.
    pub fn put(&self, article: &Article) -> Result<(), KnowledgeError> {
        article::check(article)?;
        self.change(|writer| self.write(writer, article))
    }

    /// Removes an article in every language. Not found by the next search.
    pub fn remove(&self, id: &ArticleId) -> Result<(), KnowledgeError> {
        self.change(|writer| {
            writer.delete_term(Term::from_field_text(self.fields.id, id.as_str()));
            Ok(())
        })
    }

    /// Makes the index hold exactly these articles, writing only what is different.
    pub fn sync(&self, articles: &[Article]) -> Result<Changes, KnowledgeError> {
        let present = self.articles()?;
        let present: HashMap<_, _> = present.iter().map(|one| ((&one.id, &one.language), one)).collect();
        let wanted: HashSet<_> = articles.iter().map(|one| (&one.id, &one.language)).collect();
        let different: Vec<&Article> =
            articles.iter().filter(|one| present.get(&(&one.id, &one.language)) != Some(one)).collect();
        let gone: Vec<_> = present.keys().filter(|key| !wanted.contains(*key)).collect();
        let changes = Changes { written: different.len(), removed: gone.len() };
        if changes == Changes::default() {
            return Ok(changes);
        }
        for article in &different {
            article::check(article)?;
        }
        self.change(|writer| {
            for (id, language) in gone {
                writer
                    .delete_term(Term::from_field_text(self.fields.key, &schema::key(id.as_str(), language)));
            }
            different.iter().try_for_each(|article| self.write(writer, article))
        })?;
        Ok(changes)
    }

    fn replace_all(&self, articles: &[Article]) -> Result<(), KnowledgeError> {
        for article in articles {
            article::check(article)?;
        }
        self.change(|writer| {
            writer.delete_all_documents()?;
            articles.iter().take(ARTICLES_MAX).try_for_each(|article| self.write(writer, article))
        })
    }

    fn write(&self, writer: &IndexWriter, article: &Article) -> tantivy::Result<()> {
        let key = schema::key(article.id.as_str(), &article.language);
        writer.delete_term(Term::from_field_text(self.fields.key, &key));
        writer.add_document(self.fields.document(article))?;
        Ok(())
    }

    /// One change, committed as a whole or not at all, and visible when this returns.
    fn change(
        &self,
        change: impl FnOnce(&mut IndexWriter) -> tantivy::Result<()>,
    ) -> Result<(), KnowledgeError> {
        let mut writer = self.writer();
        let done = change(&mut writer).and_then(|()| {
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&payload());
            commit.commit()
        });
        if let Err(error) = done {
            // The writer is of no use before it has gone back to what is committed.
            writer.rollback()?;
            return Err(error.into());
        }
        Ok(self.reader.reload()?)
    }

    fn writer(&self) -> MutexGuard<'_, IndexWriter> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Kept with each commit, so that an index of another version is known.
fn payload() -> String {
    format!("switchboard-knowledge {SCHEMA_VERSION}")
}

enum NotOpened {
    Build(Opened),
    Failed(KnowledgeError),
}

impl From<tantivy::TantivyError> for NotOpened {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::IncompatibleIndex(_) => Self::Build(Opened::OtherVersion),
            tantivy::TantivyError::LockFailure(..) => Self::Failed(KnowledgeError::InUse),
            _ => Self::Build(Opened::Damaged),
        }
    }
}

impl From<KnowledgeError> for NotOpened {
    fn from(error: KnowledgeError) -> Self {
        match error {
            KnowledgeError::Index(error) => error.into(),
            other => Self::Failed(other),
        }
    }
}
