//! The fields of the index. Three tiers hold the same terms with rising weight: everything, what an article
//! is about (title, labels, headings, how customers ask), and the title alone.

use model::knowledge::Article;
use tantivy::{
    Index, TantivyDocument,
    schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value},
};

use crate::{analysis, article::Outline};

/// Counts up whenever fields or analysis change, so that an older index is built again.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// Handles of the fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// Id and language: what an article is replaced and removed by.
    pub key: Field,
    pub id: Field,
    pub language: Field,
    pub tag: Field,
    pub product: Field,
    pub version: Field,
    pub stored_title: Field,
    pub markdown: Field,
    /// Chinese pairs, English stems and codes: title, topic, everything.
    pub title: Field,
    pub topic: Field,
    pub all: Field,
    /// Single Chinese characters.
    pub topic_chars: Field,
    pub all_chars: Field,
    /// Latin words as written, for completing the last one.
    pub topic_words: Field,
    pub all_words: Field,
}

fn searched(analyzer: &str, option: IndexRecordOption) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer(analyzer).set_index_option(option);
    TextOptions::default().set_indexing_options(indexing)
}

/// The schema and its fields.
pub(crate) fn build() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let with_counts = |analyzer| searched(analyzer, IndexRecordOption::WithFreqs);
    let fields = Fields {
        key: builder.add_text_field("key", STRING),
        id: builder.add_text_field("id", STRING | STORED),
        language: builder.add_text_field("language", STRING | STORED),
        tag: builder.add_text_field("tag", STRING | STORED),
        product: builder.add_text_field("product", STRING | STORED),
        version: builder.add_u64_field("version", STORED),
        stored_title: builder.add_text_field("stored_title", STORED),
        markdown: builder.add_text_field("markdown", STORED),
        title: builder.add_text_field("title", with_counts(analysis::PAIRS)),
        topic: builder.add_text_field("topic", with_counts(analysis::PAIRS)),
        all: builder.add_text_field("all", with_counts(analysis::PAIRS)),
        topic_chars: builder.add_text_field("topic_chars", with_counts(analysis::SINGLES)),
        all_chars: builder.add_text_field("all_chars", with_counts(analysis::SINGLES)),
        topic_words: builder.add_text_field("topic_words", with_counts(analysis::SURFACE)),
        all_words: builder.add_text_field("all_words", with_counts(analysis::SURFACE)),
    };
    (builder.build(), fields)
}

/// Makes the analyzers known to an index.
pub(crate) fn register_analyzers(index: &Index) {
    let tokenizers = index.tokenizers();
    tokenizers.register(analysis::PAIRS, analysis::pairs_analyzer());
    tokenizers.register(analysis::SINGLES, analysis::singles_analyzer());
    tokenizers.register(analysis::SURFACE, analysis::surface_analyzer());
}

/// What an article is replaced and removed by.
pub(crate) fn key(id: &str, language: &str) -> String {
    format!("{id}\u{1f}{language}")
}

impl Fields {
    /// The document that stands for one article.
    pub(crate) fn document(&self, article: &Article) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_text(self.key, key(article.id.as_str(), &article.language));
        document.add_text(self.id, article.id.as_str());
        document.add_text(self.language, &article.language);
        document.add_u64(self.version, article.version.into());
        document.add_text(self.stored_title, &article.title);
        document.add_text(self.markdown, &article.markdown);
        for tag in &article.tags {
            document.add_text(self.tag, tag);
        }
        for product in &article.products {
            document.add_text(self.product, product);
        }
        document.add_text(self.title, &article.title);
        let outline = Outline::of(&article.markdown);
        let labels = article.tags.iter().chain(&article.products).map(String::as_str);
        let topic = [article.title.as_str(), article.id.as_str()].into_iter().chain(labels);
        for text in topic.chain(outline.headings.iter().map(String::as_str)).chain(outline.asked()) {
            self.add_topic(&mut document, text);
        }
        for passage in &outline.passages {
            self.add_everywhere(&mut document, &passage.text);
        }
        document
    }

    fn add_topic(&self, document: &mut TantivyDocument, text: &str) {
        for field in [self.topic, self.topic_chars, self.topic_words] {
            document.add_text(field, text);
        }
        self.add_everywhere(document, text);
    }

    fn add_everywhere(&self, document: &mut TantivyDocument, text: &str) {
        for field in [self.all, self.all_chars, self.all_words] {
            document.add_text(field, text);
        }
    }

    /// The article that a stored document stands for.
    pub(crate) fn article(&self, document: &TantivyDocument) -> Article {
        let text = |field| document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
        let texts =
            |field| document.get_all(field).filter_map(|value| value.as_str().map(str::to_owned)).collect();
        let version = document.get_first(self.version).and_then(|value| value.as_u64()).unwrap_or_default();
        Article {
            id: text(self.id).into(),
            language: text(self.language).to_owned(),
            title: text(self.stored_title).to_owned(),
            tags: texts(self.tag),
            products: texts(self.product),
            version: u32::try_from(version).unwrap_or(u32::MAX),
            markdown: text(self.markdown).to_owned(),
        }
    }
}
