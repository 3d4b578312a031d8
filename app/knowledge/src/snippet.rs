//! Which passage of an article to show, and what to mark in it.

use std::{collections::HashMap, ops::Range};

use crate::{
    article::{Outline, Section},
    terms::{Analyzers, Kind, QueryTerm, tokens},
};

/// Widest snippet in columns; a Chinese character is two columns wide.
pub const SNIPPET_MAX_COLUMNS: usize = 180;
/// What is kept before the first mark when a passage is cut, in columns.
const LEAD_COLUMNS: usize = 24;
const ELLIPSIS: char = '…';
/// A sentence for the customer is a weaker passage than a fact.
const REPLY_WEIGHT: f32 = 0.7;

/// What of a question is marked in texts.
pub(crate) struct Marker<'a> {
    /// Pairs, stems and codes with the index of their term.
    whole: HashMap<&'a str, usize>,
    lone: HashMap<&'a str, usize>,
    surface: HashMap<&'a str, usize>,
    rarity: Vec<f32>,
}

/// A passage, cut to size, as it is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Snippet {
    pub text: String,
    pub marks: Vec<Range<usize>>,
}

impl<'a> Marker<'a> {
    pub(crate) fn new(terms: &'a [QueryTerm]) -> Self {
        let mut marker = Self {
            whole: HashMap::new(),
            lone: HashMap::new(),
            surface: HashMap::new(),
            rarity: terms.iter().map(|term| term.rarity).collect(),
        };
        for (index, term) in terms.iter().enumerate().filter(|(_, term)| term.is_evidence) {
            let texts = term.texts.iter().map(String::as_str);
            match term.kind {
                Kind::Whole => marker.whole.extend(texts.map(|text| (text, index))),
                Kind::Lone => marker.lone.extend(texts.map(|text| (text, index))),
                Kind::Guess => marker.surface.extend(texts.map(|text| (text, index))),
                Kind::Character => {}
            }
        }
        marker
    }

    /// Where the question's terms are in a text, merged, and how much they tell together.
    pub(crate) fn marks(&self, text: &str, analyzers: &mut Analyzers) -> (Vec<Range<usize>>, f32) {
        let mut found = vec![false; self.rarity.len()];
        let mut ranges = Vec::new();
        for (terms, analyzer) in [
            (&self.whole, &mut analyzers.pairs),
            (&self.lone, &mut analyzers.singles),
            (&self.surface, &mut analyzers.surface),
        ] {
            if terms.is_empty() {
                continue;
            }
            for (term, range) in tokens(analyzer, text) {
                if let Some(&index) = terms.get(term.as_str()) {
                    found[index] = true;
                    ranges.push(range);
                }
            }
        }
        let told =
            found.iter().zip(&self.rarity).filter(|(found, _)| **found).map(|(_, rarity)| rarity).sum();
        (merged(ranges), told)
    }

    /// The passage that tells most, cut around its marks.
    pub(crate) fn best_passage(&self, outline: &Outline, analyzers: &mut Analyzers) -> Snippet {
        let mut best: Option<(f32, &str, Vec<Range<usize>>)> = None;
        for passage in outline.passages.iter().filter(|passage| passage.section != Section::Asked) {
            let (marks, told) = self.marks(&passage.text, analyzers);
            let weight = if passage.section == Section::Reply { REPLY_WEIGHT } else { 1.0 };
            let score = told * weight;
            if best.as_ref().is_none_or(|(best, ..)| score > *best) {
                best = Some((score, &passage.text, marks));
            }
        }
        best.map(|(_, text, marks)| cut_to_size(text, &marks)).unwrap_or_default()
    }
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

fn columns(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

/// Keeps the window with the most marked text.
fn cut_to_size(text: &str, marks: &[Range<usize>]) -> Snippet {
    if text.chars().map(columns).sum::<usize>() <= SNIPPET_MAX_COLUMNS {
        return Snippet { text: text.to_owned(), marks: marks.to_vec() };
    }
    let candidates = marks.iter().map(|mark| window(text, mark.start));
    let marked = |window: &Range<usize>| -> usize {
        let inside = marks.iter().filter(|mark| window.start <= mark.start && mark.end <= window.end);
        inside.map(ExactSizeIterator::len).sum()
    };
    let window = candidates.rev().max_by_key(marked).unwrap_or_else(|| window(text, 0));
    let mut snippet = Snippet::default();
    if window.start > 0 {
        snippet.text.push(ELLIPSIS);
    }
    let shift = snippet.text.len();
    let inside = marks.iter().filter(|mark| window.start <= mark.start && mark.end <= window.end);
    snippet.marks =
        inside.map(|mark| mark.start - window.start + shift..mark.end - window.start + shift).collect();
    snippet.text.push_str(&text[window.clone()]);
    if window.end < text.len() {
        snippet.text.push(ELLIPSIS);
    }
    snippet
}

/// A window of full width that begins shortly before a place, at a clause or a word.
fn window(text: &str, at: usize) -> Range<usize> {
    let mut lead = 0;
    let mut start = at;
    for (index, character) in text[..at].char_indices().rev() {
        lead += columns(character);
        if lead > LEAD_COLUMNS || "。！？；.!?;".contains(character) {
            break;
        }
        start = index;
    }
    // A cut inside a Latin word begins at the next one.
    let cuts_word = text[..start].ends_with(|c: char| c.is_ascii_alphanumeric());
    if cuts_word && let Some(space) = text[start..at].find(' ') {
        start += space;
    }
    start += text[start..].len() - text[start..].trim_start().len();
    let mut width = 0;
    let mut end = text.len();
    for (index, character) in text[start..].char_indices() {
        width += columns(character);
        if width > SNIPPET_MAX_COLUMNS {
            end = start + index;
            break;
        }
    }
    let cuts_word = end < text.len()
        && text[..end].ends_with(|c: char| c.is_ascii_alphanumeric())
        && text[end..].starts_with(|c: char| c.is_ascii_alphanumeric());
    if cuts_word && let Some(space) = text[start..end].rfind(' ') {
        end = start + space;
    }
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_become_one() {
        assert_eq!(merged(vec![3..9, 0..6, 12..15, 9..10]), [0..10, 12..15]);
        assert_eq!(merged(Vec::new()), Vec::<Range<usize>>::new());
    }

    #[test]
    fn a_long_passage_is_cut_around_its_marks() {
        let text = format!("{}开头。请检查排水过滤器，{}", "甲".repeat(200), "乙".repeat(200));
        let start = text.find("排水").unwrap_or_default();
        let mark = start..start + "排水过滤器".len();
        let snippet = cut_to_size(&text, std::slice::from_ref(&mark));
        assert!(snippet.text.starts_with("…请检查排水"), "{}", snippet.text);
        assert!(snippet.text.ends_with('…'));
        assert!(snippet.text.chars().map(columns).sum::<usize>() <= SNIPPET_MAX_COLUMNS + 4);
        assert_eq!(&snippet.text[snippet.marks[0].clone()], "排水过滤器");
    }

    #[test]
    fn latin_words_are_not_cut_in_two() {
        let text = format!("{} filter {}", "alpha beta ".repeat(30), "gamma delta ".repeat(30));
        let start = text.find("filter").unwrap_or_default();
        let mark = start..start + 6;
        let snippet = cut_to_size(&text, std::slice::from_ref(&mark));
        let inner = snippet.text.trim_matches(ELLIPSIS);
        assert!(
            inner.split(' ').all(|word| ["alpha", "beta", "filter", "gamma", "delta", ""].contains(&word)),
            "{inner}"
        );
        assert_eq!(&snippet.text[snippet.marks[0].clone()], "filter");
    }
}
