//! How well search finds the right text: questions in the form of `SQuAD`, whose paragraphs become articles.

use std::time::{Duration, Instant};

use model::{
    ArticleId,
    knowledge::{Article, SearchQuery},
};
use serde::Deserialize;

use crate::{error::KnowledgeError, index::Knowledge, search::SearchOptions};

/// How many results a question may look through for its paragraph.
const RESULTS_LOOKED_AT: usize = 10;

/// One question and the article that answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub text: String,
    /// Where the answer is.
    pub article: ArticleId,
}

/// Articles and the questions about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// One article for each paragraph. Its title is its id, which tells nothing about the text.
    pub articles: Vec<Article>,
    /// The questions in order.
    pub questions: Vec<Question>,
}

/// What came of asking all questions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// How many questions were asked.
    pub questions: usize,
    /// The share whose article came first.
    pub recall_at_1: f64,
    /// The mean of 1 / rank over the first ten results, 0 where the article was not among them.
    pub mrr_at_10: f64,
    /// The share of questions that got no result at all.
    pub unanswered: f64,
    /// The median time of a search.
    pub median: Duration,
    /// The time that one search in a hundred exceeds.
    pub p99: Duration,
}

#[derive(Deserialize)]
struct Squad {
    data: Vec<SquadEntry>,
}

#[derive(Deserialize)]
struct SquadEntry {
    paragraphs: Vec<SquadParagraph>,
}

#[derive(Deserialize)]
struct SquadParagraph {
    context: String,
    qas: Vec<SquadQuestion>,
}

#[derive(Deserialize)]
struct SquadQuestion {
    question: String,
}

/// Reads questions in the form of `SQuAD`, as `CMRC 2018` and `DRCD` have it.
pub fn read_squad(json: &str, language: &str) -> Result<Questions, KnowledgeError> {
    let squad: Squad = serde_json::from_str(json)?;
    let mut questions = Questions::default();
    for paragraph in squad.data.into_iter().flat_map(|entry| entry.paragraphs) {
        let id = ArticleId::new(format!("P-{}", questions.articles.len() + 1));
        questions.articles.push(Article {
            id: id.clone(),
            language: language.to_owned(),
            title: id.to_string(),
            tags: Vec::new(),
            products: Vec::new(),
            version: 1,
            markdown: as_markdown(&paragraph.context),
        });
        let asked = paragraph.qas.into_iter();
        questions.questions.extend(asked.map(|one| Question { text: one.question, article: id.clone() }));
    }
    Ok(questions)
}

/// Plain text, so that no character of it is taken for Markdown.
fn as_markdown(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            markdown.push('\\');
        }
        markdown.push(character);
    }
    markdown
}

/// Asks every question once.
pub fn evaluate(
    knowledge: &Knowledge,
    questions: &[Question],
    options: SearchOptions,
) -> Result<Figures, KnowledgeError> {
    let mut figures = Figures { questions: questions.len(), ..Figures::default() };
    let mut times = Vec::with_capacity(questions.len());
    let share = 1.0 / questions.len().max(1) as f64;
    for question in questions {
        let query =
            SearchQuery { text: question.text.clone(), limit: RESULTS_LOOKED_AT, ..SearchQuery::default() };
        let start = Instant::now();
        let hits = knowledge.search_with(&query, options)?;
        times.push(start.elapsed());
        if hits.is_empty() {
            figures.unanswered += share;
        }
        if let Some(rank) = hits.iter().position(|hit| hit.id == question.article) {
            figures.mrr_at_10 += share / (rank + 1) as f64;
            if rank == 0 {
                figures.recall_at_1 += share;
            }
        }
    }
    times.sort_unstable();
    figures.median = percentile(&times, 50);
    figures.p99 = percentile(&times, 99);
    Ok(figures)
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_and_figures_add_up() {
        let json = r#"{"data":[{"paragraphs":[
            {"context":"*鲸鱼*是海洋里的哺乳动物","qas":[{"question":"鲸鱼是什么动物"},{"question":"沙漠里的仙人掌"}]},
            {"context":"仙人掌生长在沙漠","qas":[{"question":"仙人掌长在哪里"}]}]}]}"#;
        let questions = read_squad(json, "zh-CN").unwrap();
        assert_eq!((questions.articles.len(), questions.questions.len()), (2, 3));
        let knowledge = Knowledge::in_memory(&questions.articles).unwrap();
        let figures = evaluate(&knowledge, &questions.questions, SearchOptions::default()).unwrap();
        // The second question asks for the other paragraph on purpose.
        assert!((figures.recall_at_1 - 2.0 / 3.0).abs() < 1e-9, "{figures:?}");
        assert!(read_squad("{}", "zh-CN").is_err());
    }
}
