//! What a question is made of: its terms, how rare each one is, and which ones mean nothing by themselves.

use std::{collections::HashSet, ops::Range};

use model::limits::SEARCH_QUERY_MAX_CHARS;
use tantivy::{Searcher, Term, schema::Field, tokenizer::TextAnalyzer};

use crate::{
    analysis::{fold, is_ideograph},
    schema::Fields,
    words,
};

/// Most terms of one question that are looked up; the rarest stay.
pub const QUERY_TERMS_MAX: usize = 48;
/// Shortest unfinished word that is completed, in characters.
const COMPLETED_MIN_CHARS: usize = 2;
/// Shortest common word that may be the beginning of another, in characters.
const COMPLETED_COMMON_MIN_CHARS: usize = 4;
/// Questions up to this many Chinese characters are also looked up character by character.
const SINGLES_MAX_CHARS: usize = 16;

/// A term that every article has still counts a little.
const RARITY_MIN: f32 = 0.05;
/// A term that no article has counts less: a Chinese pair is often the end of one word and the start of the
/// next, and a Latin word is often misspelt or a name.
const UNKNOWN_WEIGHT: f32 = 0.5;

/// Characters that join and ask: a pair with one of them is no evidence of what a question is about.
const FUNCTION_CHARACTERS: &str =
    "的了吗呢吧啊呀哦嘛我你您他她它们是就都也很这那哪和与把被让给在还又个么请谁啥咋";

/// Pairs that are in every conversation.
const COMMON_PAIRS: &str = "怎样 如何 可以 能否 能不 不能 有没 没有 知道 麻烦 帮忙 现在 今天 昨天 明天 刚才 已经 但是 因为 \
    所以 如果 时候 多少 需要 想要 应该 一直 问题 一下 一点 谢谢 不好 好意 意思 为什 时间 东西 告诉 一张 一首 几点 什 \
    之后 以后 之前 以前 上面 下面 里面 外面 觉得 感觉 看看 看一 了解 喜欢 推荐 介绍 解释 最近 左右 非常 特别 真的 一些 \
    有点 有些 一样 这样 那样 还有 或者 以及 并且 而且 然后 直接 自己 别人 大家 开始 可能 会不 不会 要不 不要 是否 好不 对不 最多 最少 回事 几个";

/// English words that are in every conversation.
const COMMON_WORDS: &str = "a about after again all also am an and any anyone are as at be been before being best but by can cannot \
    cant could did do does doesnt doing dont for from get gets getting give go going good got had has have having he hello \
    help her here hers hi him his how i id if ill im in into is isnt it its ive just know let lets like made make many may me \
    might more most much must my need new no nor not now of off on one only or our out over please really say see she should \
    so some someone something soon still such take tell than thank thanks that thats the their them then there these they \
    thing things think this those to today tomorrow too two up us use used using very want was wasnt way we well were what \
    whats when where whether which while who why will with without wont would yes yesterday you your yours";

/// Words and pairs that say nothing about what is asked, in the form in which they are indexed.
#[derive(Debug)]
pub(crate) struct CommonTerms(HashSet<String>);

impl CommonTerms {
    pub(crate) fn new(mut pairs: TextAnalyzer) -> Self {
        let words = COMMON_WORDS.split_whitespace().map(str::to_owned);
        let stems = [COMMON_PAIRS, COMMON_WORDS].into_iter().flat_map(|text| tokens(&mut pairs, text));
        Self(words.chain(stems.map(|(text, _)| text)).collect())
    }

    fn is_common(&self, term: &str) -> bool {
        term.chars().any(|character| FUNCTION_CHARACTERS.contains(character)) || self.0.contains(term)
    }
}

/// How a term is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A Chinese pair, an English stem or a code.
    Whole,
    /// A Chinese character that stands alone.
    Lone,
    /// A Chinese character of a pair, to find words cut differently.
    Character,
    /// A Latin word, unfinished or misspelt; its texts are what it may stand for.
    Guess,
}

/// One thing to look for.
#[derive(Clone, Debug)]
pub(crate) struct QueryTerm {
    pub kind: Kind,
    pub texts: Vec<String>,
    /// How much it tells: the inverse document frequency.
    pub rarity: f32,
    /// Whether finding it is evidence that an article answers the question.
    pub is_evidence: bool,
}

/// The question as typed, cut at the limit.
pub(crate) fn capped(text: &str) -> &str {
    text.char_indices().nth(SEARCH_QUERY_MAX_CHARS).map_or(text, |(at, _)| &text[..at])
}

/// Analyzers for a question, cloned for each search because they need to be exclusive.
pub(crate) struct Analyzers {
    pub pairs: TextAnalyzer,
    pub singles: TextAnalyzer,
    pub surface: TextAnalyzer,
}

/// Takes a question apart.
pub(crate) struct Dissector<'a> {
    pub searcher: &'a Searcher,
    pub fields: &'a Fields,
    pub common: &'a CommonTerms,
}

impl Dissector<'_> {
    pub(crate) fn terms(
        &self,
        text: &str,
        typing: bool,
        analyzers: &mut Analyzers,
    ) -> tantivy::Result<Vec<QueryTerm>> {
        let mut terms = Vec::new();
        let mut seen = HashSet::new();
        for (text, _) in tokens(&mut analyzers.pairs, text).into_iter().chain(spoken_codes(text)) {
            if seen.insert(text.clone()) {
                terms.push(self.whole_or_lone(text)?);
            }
        }
        self.correct_spelling(text, &mut terms, analyzers)?;
        if typing {
            self.finish_typing(text, &mut terms, analyzers)?;
        }
        terms.sort_by(|a, b| {
            (b.is_evidence, b.rarity)
                .partial_cmp(&(a.is_evidence, a.rarity))
                .unwrap_or_else(|| b.is_evidence.cmp(&a.is_evidence))
        });
        terms.truncate(QUERY_TERMS_MAX);
        if text.chars().map(fold).filter(|&character| is_ideograph(character)).count() <= SINGLES_MAX_CHARS {
            for (text, _) in tokens(&mut analyzers.singles, text) {
                if !self.common.is_common(&text) && seen.insert(text.clone()) {
                    let rarity = self.rarity(self.fields.all_chars, &text)?;
                    terms.push(QueryTerm {
                        kind: Kind::Character,
                        texts: vec![text],
                        rarity,
                        is_evidence: false,
                    });
                }
            }
        }
        Ok(terms)
    }

    fn whole_or_lone(&self, text: String) -> tantivy::Result<QueryTerm> {
        let mut characters = text.chars();
        let is_lone = characters.next().is_some_and(is_ideograph) && characters.next().is_none();
        let (kind, field) =
            if is_lone { (Kind::Lone, self.fields.all_chars) } else { (Kind::Whole, self.fields.all) };
        let rarity = self.rarity(field, &text)?;
        // A number that no article has is an order, a telephone or a house, never what is asked about.
        let is_number = text.chars().all(|character| character.is_ascii_digit());
        let is_noise = self.common.is_common(&text) || (is_number && self.is_unknown(field, &text)?);
        Ok(QueryTerm { kind, texts: vec![text], rarity, is_evidence: !is_noise })
    }

    /// The last word may be unfinished: a Latin one is completed, and a Chinese pair that nothing contains is
    /// no sign that nothing fits.
    fn finish_typing(
        &self,
        text: &str,
        terms: &mut Vec<QueryTerm>,
        analyzers: &mut Analyzers,
    ) -> tantivy::Result<()> {
        let unfinished =
            match tokens(&mut analyzers.surface, text).into_iter().find(|(_, at)| at.end == text.len()) {
                Some((word, _)) if word.chars().count() < COMPLETED_MIN_CHARS => return Ok(()),
                Some(word) => Some(word),
                None => None,
            };
        let texts = match &unfinished {
            Some((word, _)) => self.completions(word)?,
            None => Vec::new(),
        };
        if unfinished.is_some() && texts.is_empty() {
            return Ok(());
        }
        let from = unfinished.as_ref().map_or(text.len(), |(_, at)| at.start);
        let pairs = tokens(&mut analyzers.pairs, text).into_iter();
        for (taken_for, _) in pairs.filter(|(_, at)| at.start >= from || at.end == text.len()) {
            let of_text =
                terms.iter_mut().filter(|term| term.kind == Kind::Whole && term.texts[0] == taken_for);
            for term in of_text {
                term.is_evidence &= !self.is_unknown(self.fields.all, &taken_for)?;
            }
        }
        self.push_guess(texts, terms)
    }

    /// Words that begin with what is typed. A short common word is taken as finished.
    fn completions(&self, word: &str) -> tantivy::Result<Vec<String>> {
        if self.common.is_common(word) && word.len() < COMPLETED_COMMON_MIN_CHARS {
            return Ok(Vec::new());
        }
        words::completions(self.searcher, self.fields.all_words, word, |word| self.common.is_common(word))
    }

    /// A word that nothing contains is read as the words it is one slip away from.
    fn correct_spelling(
        &self,
        text: &str,
        terms: &mut Vec<QueryTerm>,
        analyzers: &mut Analyzers,
    ) -> tantivy::Result<()> {
        for (word, at) in tokens(&mut analyzers.surface, text) {
            let stems = tokens(&mut analyzers.pairs, &text[at]);
            let [(stem, _)] = stems.as_slice() else { continue };
            if self.common.is_common(&word) || !self.is_unknown(self.fields.all, stem)? {
                continue;
            }
            let texts = words::neighbours(self.searcher, self.fields.all_words, &word)?;
            if !texts.is_empty() {
                terms.retain(|term| term.kind != Kind::Whole || term.texts[0] != *stem);
                self.push_guess(texts, terms)?;
            }
        }
        Ok(())
    }

    fn push_guess(&self, texts: Vec<String>, terms: &mut Vec<QueryTerm>) -> tantivy::Result<()> {
        let mut rarity = f32::MAX;
        for text in &texts {
            rarity = rarity.min(self.rarity(self.fields.all_words, text)?);
        }
        if !texts.is_empty() {
            terms.push(QueryTerm { kind: Kind::Guess, texts, rarity, is_evidence: true });
        }
        Ok(())
    }

    fn is_unknown(&self, field: Field, text: &str) -> tantivy::Result<bool> {
        Ok(self.searcher.doc_freq(&Term::from_field_text(field, text))? == 0)
    }

    fn rarity(&self, field: Field, text: &str) -> tantivy::Result<f32> {
        let with = self.searcher.doc_freq(&Term::from_field_text(field, text))? as f32;
        let all = self.searcher.num_docs() as f32;
        let rarity = (1.0 + (all - with).max(0.0) / (with + 0.5)).ln().max(RARITY_MIN);
        Ok(if with == 0.0 { rarity * UNKNOWN_WEIGHT } else { rarity })
    }
}

/// The terms of a text with their byte ranges.
pub(crate) fn tokens(analyzer: &mut TextAnalyzer, text: &str) -> Vec<(String, Range<usize>)> {
    let mut stream = analyzer.token_stream(text);
    let mut tokens = Vec::new();
    while stream.advance() {
        let token = stream.token();
        tokens.push((token.text.clone(), token.offset_from..token.offset_to));
    }
    tokens
}

/// Error codes as they are spoken or typed in pieces: `E 4`, `e四`.
fn spoken_codes(text: &str) -> Vec<(String, Range<usize>)> {
    const DIGITS: &str = "零一二三四五六七八九";
    let characters: Vec<(usize, char)> =
        text.char_indices().map(|(at, character)| (at, fold(character))).collect();
    let mut codes = Vec::new();
    for (index, &(start, letter)) in characters.iter().enumerate() {
        let is_alone =
            index.checked_sub(1).is_none_or(|before| !characters[before].1.is_ascii_alphanumeric());
        if !letter.is_ascii_lowercase() || matches!(letter, 'a' | 'i') || !is_alone {
            continue;
        }
        let rest = &characters[index + 1..];
        let gap = rest.iter().take_while(|(_, character)| *character == ' ').count();
        let mut code = String::from(letter);
        let mut end = start;
        for &(at, character) in &rest[gap..] {
            let spoken = DIGITS
                .chars()
                .position(|digit| digit == character)
                .and_then(|at| char::from_digit(at as u32, 10));
            let Some(digit) = Some(character).filter(char::is_ascii_digit).or(spoken) else { break };
            code.push(digit);
            end = at + text[at..].chars().next().map_or(0, char::len_utf8);
        }
        let follows = text[end..].chars().next().map(fold);
        if (2..=3).contains(&code.len()) && !follows.is_some_and(|next| next.is_ascii_alphanumeric()) {
            codes.push((code, start..end));
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_pieces_are_put_together() {
        for (text, expected) in [
            ("显示 E 4 打不着", "e4"),
            ("报E四", "e4"),
            ("error e 2 1", "e2"),
            ("F 零八", "f08"),
            ("a 4 year old", ""),
            ("the 4", ""),
            ("E 4000", ""),
            ("E", ""),
            ("", ""),
        ] {
            let codes: Vec<_> = spoken_codes(text).into_iter().map(|(code, _)| code).collect();
            assert_eq!(codes.join(" "), expected, "{text:?}");
        }
    }

    #[test]
    fn a_question_is_cut_at_a_character() {
        assert_eq!(capped("短"), "短");
        assert_eq!(capped(&"长".repeat(10_000)).chars().count(), SEARCH_QUERY_MAX_CHARS);
    }
}
