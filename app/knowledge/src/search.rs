//! From a question to a few articles: candidates by BM25 over the tiers of fields, grouped by article, kept
//! only where enough of the question was found in them.

use std::collections::HashMap;

use model::{
    ArticleId,
    knowledge::{Article, Hit, SearchQuery},
    limits::SEARCH_RESULTS_MAX,
};
use tantivy::{
    DocAddress, DocSet, Searcher, TERMINATED, TantivyDocument, Term,
    collector::TopDocs,
    query::{
        Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, Query,
        TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use crate::{
    article::Outline,
    error::KnowledgeError,
    schema::{Fields, key},
    snippet::Marker,
    terms::{Analyzers, CommonTerms, Dissector, Kind, QueryTerm, capped},
};

/// Candidates looked at for each result wanted: an article has several languages.
const CANDIDATES_PER_RESULT: usize = 3;
/// Candidates looked at for any search.
const CANDIDATES_MIN: usize = 12;

const TITLE_BOOST: f32 = 2.5;
const TOPIC_BOOST: f32 = 1.5;
const ALL_BOOST: f32 = 1.0;
const CHARACTER_BOOST: f32 = 0.1;
const GUESS_BOOST: f32 = 0.6;
const CODE_BOOST: f32 = 1.3;
/// How much more an article is worth that has all of the question than one that has a rare part of it.
const COVERAGE_BOOST: f32 = 1.0;
/// Terms that are no evidence still order equals.
const COMMON_BOOST: f32 = 0.2;

/// What a term counts as evidence where the text has it.
const MENTIONED_WEIGHT: f32 = 0.5;
/// What it counts in addition where the article is about it.
const TOPIC_WEIGHT: f32 = 0.5;
/// What it counts in addition where it stands in the title.
const TITLE_WEIGHT: f32 = 0.5;
/// The share of a question that must be found, by weight, for an article to be worth showing.
const EVIDENCE_MIN: f32 = 0.2;
/// Less is enough for a long question, as long as this much was found in what the article is about.
const TOPIC_EVIDENCE_MIN: f32 = 7.0;
/// The share of a long question that must be found.
const LONG_EVIDENCE_MIN: f32 = 0.12;

/// How a search may differ from what a person at a desk wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchOptions {
    /// Every language of an article is a result of its own.
    pub every_language: bool,
    /// Weak results are results too.
    pub keep_weak: bool,
}

/// One search under way.
pub(crate) struct Search<'a> {
    pub searcher: Searcher,
    pub fields: &'a Fields,
    pub common: &'a CommonTerms,
    pub analyzers: Analyzers,
}

/// A term is as rare as it is in all texts, also where only titles are looked at; otherwise every word of a
/// title would be a rare one.
struct Statistics<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let fields = self.fields;
        let widest = match term.field() {
            field if field == fields.title || field == fields.topic => fields.all,
            field if field == fields.topic_chars => fields.all_chars,
            field if field == fields.topic_words => fields.all_words,
            _ => return self.searcher.doc_freq(term),
        };
        let text = term.value().as_str().unwrap_or_default().to_owned();
        self.searcher.doc_freq(&Term::from_field_text(widest, &text))
    }
}

/// An article among the candidates, in the language that fits best.
struct Group {
    score: f32,
    address: DocAddress,
    language: String,
    is_good: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Evidence {
    share: f32,
    topic: f32,
}

impl Evidence {
    fn is_enough(self) -> bool {
        self.share >= EVIDENCE_MIN || (self.topic >= TOPIC_EVIDENCE_MIN && self.share >= LONG_EVIDENCE_MIN)
    }
}

impl Search<'_> {
    pub(crate) fn run(
        mut self,
        query: &SearchQuery,
        options: SearchOptions,
    ) -> Result<Vec<Hit>, KnowledgeError> {
        let limit = query.limit.min(SEARCH_RESULTS_MAX);
        let text = capped(&query.text).trim_start();
        let dissector = Dissector { searcher: &self.searcher, fields: self.fields, common: self.common };
        let terms = dissector.terms(text, query.typing, &mut self.analyzers)?;
        if limit == 0 || !(options.keep_weak || terms.iter().any(|term| term.is_evidence)) {
            return Ok(Vec::new());
        }
        let candidates = self.candidates(&terms, query, limit)?;
        let evidence = self.evidence(&terms, &candidates)?;
        let groups = self.groups(&candidates, &evidence, query, options)?;
        let marker = Marker::new(&terms);
        let mut hits = Vec::with_capacity(limit);
        for (_, group) in
            groups.into_iter().filter(|(_, group)| group.is_good || options.keep_weak).take(limit)
        {
            let document: TantivyDocument = self.searcher.doc(group.address)?;
            hits.push(self.hit(self.fields.article(&document), group.score, &marker));
        }
        Ok(hits)
    }

    fn candidates(
        &self,
        terms: &[QueryTerm],
        query: &SearchQuery,
        limit: usize,
    ) -> Result<Vec<(f32, DocAddress)>, KnowledgeError> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for term in terms {
            for (field, boost) in self.tiers(term.kind) {
                clauses.push((Occur::Should, scored(field, &term.texts, boost * importance(term))));
            }
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> =
            vec![(Occur::Must, Box::new(BooleanQuery::new(clauses)))];
        for (field, value) in [(self.fields.tag, &query.tag), (self.fields.product, &query.product)] {
            if let Some(value) = value {
                let filter = TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic);
                clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(filter), 0.0))));
            }
        }
        let most = (limit * CANDIDATES_PER_RESULT).max(CANDIDATES_MIN);
        let statistics = Statistics { searcher: &self.searcher, fields: self.fields };
        let query = BooleanQuery::new(clauses);
        let collector = TopDocs::with_limit(most).order_by_score();
        Ok(self.searcher.search_with_statistics_provider(&query, &collector, &statistics)?)
    }

    fn tiers(&self, kind: Kind) -> Vec<(Field, f32)> {
        let fields = self.fields;
        match kind {
            Kind::Whole => {
                vec![(fields.title, TITLE_BOOST), (fields.topic, TOPIC_BOOST), (fields.all, ALL_BOOST)]
            }
            Kind::Lone => vec![(fields.topic_chars, TOPIC_BOOST), (fields.all_chars, ALL_BOOST)],
            Kind::Character => {
                vec![(fields.topic_chars, CHARACTER_BOOST), (fields.all_chars, CHARACTER_BOOST)]
            }
            Kind::Guess => vec![
                (fields.topic_words, TOPIC_BOOST * GUESS_BOOST),
                (fields.all_words, ALL_BOOST * GUESS_BOOST),
            ],
        }
    }

    /// How much of the question each candidate has. Asked from the postings, not from the texts.
    fn evidence(
        &self,
        terms: &[QueryTerm],
        candidates: &[(f32, DocAddress)],
    ) -> Result<HashMap<DocAddress, Evidence>, KnowledgeError> {
        let mut evidence: HashMap<DocAddress, Evidence> =
            candidates.iter().map(|&(_, address)| (address, Evidence::default())).collect();
        let mut addresses: Vec<DocAddress> = evidence.keys().copied().collect();
        addresses.sort_unstable();
        let asked = terms.iter().filter(|term| term.is_evidence);
        let total: f32 = asked.clone().map(|term| term.rarity).sum();
        for term in asked {
            for (tier, weight, is_topic) in self.evidence_tiers(term.kind) {
                for address in self.having(tier, &term.texts, &addresses)? {
                    let Some(found) = evidence.get_mut(&address) else { continue };
                    found.share += term.rarity * weight / total;
                    if is_topic {
                        found.topic += term.rarity;
                    }
                }
            }
        }
        Ok(evidence)
    }

    fn evidence_tiers(&self, kind: Kind) -> [(Field, f32, bool); 3] {
        let fields = self.fields;
        let (all, topic) = match kind {
            Kind::Whole => (fields.all, fields.topic),
            Kind::Guess => (fields.all_words, fields.topic_words),
            Kind::Lone | Kind::Character => (fields.all_chars, fields.topic_chars),
        };
        [(all, MENTIONED_WEIGHT, false), (topic, TOPIC_WEIGHT, true), (fields.title, TITLE_WEIGHT, false)]
    }

    /// Which of the addresses, sorted, have one of the texts in a field.
    fn having(
        &self,
        field: Field,
        texts: &[String],
        addresses: &[DocAddress],
    ) -> Result<Vec<DocAddress>, KnowledgeError> {
        let mut having = Vec::new();
        for of_segment in addresses.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
            let segment = self.searcher.segment_reader(of_segment[0].segment_ord);
            let index = segment.inverted_index(field)?;
            for text in texts {
                let term = Term::from_field_text(field, text);
                let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                    continue;
                };
                for &address in of_segment {
                    if postings.doc() < address.doc_id {
                        postings.seek(address.doc_id);
                    }
                    if postings.doc() == TERMINATED {
                        break;
                    }
                    if postings.doc() == address.doc_id {
                        having.push(address);
                    }
                }
            }
        }
        having.sort_unstable();
        having.dedup();
        Ok(having)
    }

    /// One group for each article, best first. An article is shown in the language preferred, whichever
    /// language the question was found in.
    fn groups(
        &self,
        candidates: &[(f32, DocAddress)],
        evidence: &HashMap<DocAddress, Evidence>,
        query: &SearchQuery,
        options: SearchOptions,
    ) -> Result<Vec<(ArticleId, Group)>, KnowledgeError> {
        let mut groups: Vec<(ArticleId, Group)> = Vec::new();
        for &(score, address) in candidates {
            let found = evidence.get(&address).copied().unwrap_or_default();
            let score = score * (1.0 + COVERAGE_BOOST * found.share.min(1.0));
            let document: TantivyDocument = self.searcher.doc(address)?;
            let article = self.fields.article(&document);
            let is_good = found.is_enough();
            let known = groups.iter_mut().find(|(id, _)| *id == article.id && !options.every_language);
            let Some((_, group)) = known else {
                let language = article.language;
                groups.push((article.id, Group { score, address, language, is_good }));
                continue;
            };
            group.is_good |= is_good;
            group.score = group.score.max(score);
            if query.language.as_ref() == Some(&article.language) {
                group.address = address;
                group.language = article.language;
            }
        }
        groups.sort_by(|(_, a), (_, b)| b.score.total_cmp(&a.score));
        if let Some(language) = query.language.as_ref().filter(|_| !options.every_language) {
            for (id, group) in groups.iter_mut().filter(|(_, group)| group.language != *language) {
                if let Some(address) = find(&self.searcher, self.fields, id.as_str(), language)? {
                    group.address = address;
                }
            }
        }
        Ok(groups)
    }

    fn hit(&mut self, article: Article, score: f32, marker: &Marker<'_>) -> Hit {
        let (title_highlights, _) = marker.marks(&article.title, &mut self.analyzers);
        let snippet = marker.best_passage(&Outline::of(&article.markdown), &mut self.analyzers);
        Hit {
            id: article.id,
            language: article.language,
            title: article.title,
            title_highlights,
            snippet: snippet.text,
            snippet_highlights: snippet.marks,
            score,
        }
    }
}

/// A code or a model says more than a word of the same rarity.
fn importance(term: &QueryTerm) -> f32 {
    let text = &term.texts[0];
    let is_code =
        text.contains(|c: char| c.is_ascii_digit()) && text.contains(|c: char| c.is_ascii_alphabetic());
    match term.kind {
        Kind::Character => 1.0,
        _ if !term.is_evidence => COMMON_BOOST,
        Kind::Whole if is_code => CODE_BOOST,
        _ => 1.0,
    }
}

/// Where one article in one language is.
pub(crate) fn find(
    searcher: &Searcher,
    fields: &Fields,
    id: &str,
    language: &str,
) -> tantivy::Result<Option<DocAddress>> {
    let query =
        TermQuery::new(Term::from_field_text(fields.key, &key(id, language)), IndexRecordOption::Basic);
    let found = searcher.search(&query, &TopDocs::with_limit(1).order_by_score())?;
    Ok(found.first().map(|&(_, address)| address))
}

/// A query for the best of several texts in one field.
fn scored(field: Field, texts: &[String], boost: f32) -> Box<dyn Query> {
    let query = |text: &String| -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
    };
    let best = match texts {
        [text] => query(text),
        several => Box::new(DisjunctionMaxQuery::new(several.iter().map(query).collect())),
    };
    Box::new(BoostQuery::new(best, boost))
}
