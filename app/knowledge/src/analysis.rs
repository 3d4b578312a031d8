//! How text becomes terms, the same for articles and questions.
//!
//! - Full-width forms, capitals and traditional characters are folded away, character by character, so that
//!   every term keeps its place in the original text.
//! - A run of Chinese becomes its overlapping pairs (`热水器` → `热水` `水器`); a lone character stays alone.
//! - Latin words are lower-cased; the pairs analyzer also stems them as English.
//! - Model numbers and error codes stay whole and are split as well (`JSQ30-W5` → `jsq30-w5` `jsq30w5`
//!   `jsq30` `w5` `jsq`); a leading zero is optional (`F08` → `f08` `f8`).

use tantivy::tokenizer::{Language, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer};

use crate::simplified::simplify;

/// Longest word or code in characters; longer runs are noise and are left out.
pub const WORD_MAX_CHARS: usize = 48;
/// Shortest stem of letters in a code that is worth a term of its own, in characters.
const CODE_LETTERS_MIN: usize = 3;

/// Name of the analyzer with Chinese pairs and English stems.
pub(crate) const PAIRS: &str = "switchboard_pairs";
/// Name of the analyzer with single Chinese characters.
pub(crate) const SINGLES: &str = "switchboard_singles";
/// Name of the analyzer with Latin words as they are written.
pub(crate) const SURFACE: &str = "switchboard_surface";

/// Which terms an analyzer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Pairs,
    Singles,
    Surface,
}

/// Chinese pairs, English stems, codes whole and split.
pub(crate) fn pairs_analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(MixedTokenizer(Mode::Pairs)).filter(Stemmer::new(Language::English)).build()
}

/// Single Chinese characters.
pub(crate) fn singles_analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(MixedTokenizer(Mode::Singles)).build()
}

/// Latin words and codes as written, for completing what is being typed.
pub(crate) fn surface_analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(MixedTokenizer(Mode::Surface)).build()
}

/// One character in the form that is indexed.
pub(crate) fn fold(character: char) -> char {
    match character {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            let half = char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character);
            half.to_ascii_lowercase()
        }
        '’' | '‘' => '\'',
        '‐' | '‑' | '−' => '-',
        'A'..='Z' => character.to_ascii_lowercase(),
        '\0'..='\u{7f}' => character,
        '\u{4e00}'..='\u{9fff}' => simplify(character),
        other => other.to_lowercase().next().unwrap_or(other),
    }
}

/// Whether a folded character is written without spaces between words.
pub(crate) fn is_ideograph(character: char) -> bool {
    matches!(character,
        '\u{3005}' | '\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() && !is_ideograph(character)
}

fn is_joiner(character: char) -> bool {
    matches!(character, '-' | '/' | '.' | '_' | '\'')
}

/// How the text of a piece is written from its place in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Folded, as it stands.
    Whole,
    /// Folded, without what joins its parts.
    Joined,
    /// Folded, without the zeros between the letters and the number.
    Reduced,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    start: usize,
    end: usize,
    form: Form,
}

impl Piece {
    fn write(self, source: &str, into: &mut String) {
        let folded = source[self.start..self.end].chars().map(fold);
        match self.form {
            Form::Whole => into.extend(folded),
            Form::Joined => into.extend(folded.filter(|&character| !is_joiner(character))),
            Form::Reduced => {
                let mut in_number = false;
                into.extend(folded.filter(|&character| {
                    in_number |= character.is_ascii_digit() && character != '0';
                    in_number || character != '0'
                }));
            }
        }
    }
}

#[derive(Clone)]
struct MixedTokenizer(Mode);

impl Tokenizer for MixedTokenizer {
    type TokenStream<'a> = Pieces<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Pieces<'a> {
        Pieces { source: text, rest: cut(text, self.0).into_iter(), token: Token::default() }
    }
}

/// The terms of one text, one after the other.
struct Pieces<'a> {
    source: &'a str,
    rest: std::vec::IntoIter<Piece>,
    token: Token,
}

impl TokenStream for Pieces<'_> {
    fn advance(&mut self) -> bool {
        let Some(piece) = self.rest.next() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.offset_from = piece.start;
        self.token.offset_to = piece.end;
        self.token.text.clear();
        piece.write(self.source, &mut self.token.text);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// One character of the source: where it begins, and its folded form.
type Place = (usize, char);

fn cut(text: &str, mode: Mode) -> Vec<Piece> {
    let mut places: Vec<Place> = text.char_indices().map(|(at, character)| (at, fold(character))).collect();
    // A sentinel, so that the end of every run is the place after it.
    places.push((text.len(), ' '));
    let mut pieces = Vec::with_capacity(places.len());
    let mut at = 0;
    while at + 1 < places.len() {
        let character = places[at].1;
        let end = if is_ideograph(character) {
            let end = run_end(&places, at, is_ideograph);
            push_ideographs(&places, at, end, mode, &mut pieces);
            end
        } else if is_word_character(character) {
            let end = word_end(&places, at);
            if mode != Mode::Singles {
                push_word(&places, at, end, &mut pieces);
            }
            end
        } else {
            at + 1
        };
        at = end;
    }
    pieces
}

fn run_end(places: &[Place], from: usize, belongs: impl Fn(char) -> bool) -> usize {
    let rest = &places[from..places.len() - 1];
    from + rest.iter().position(|&(_, character)| !belongs(character)).unwrap_or(rest.len())
}

/// A word goes on over one joiner when a word character follows it.
fn word_end(places: &[Place], from: usize) -> usize {
    let mut end = run_end(places, from, is_word_character);
    while is_joiner(places[end].1) && places.get(end + 1).is_some_and(|&(_, next)| is_word_character(next)) {
        end = run_end(places, end + 1, is_word_character);
    }
    end
}

fn push_ideographs(places: &[Place], from: usize, end: usize, mode: Mode, pieces: &mut Vec<Piece>) {
    let width = match mode {
        Mode::Surface => return,
        Mode::Singles => 1,
        Mode::Pairs => 2.min(end - from),
    };
    for first in from..=end - width {
        pieces.push(Piece { start: places[first].0, end: places[first + width].0, form: Form::Whole });
    }
}

fn push_word(places: &[Place], from: usize, mut end: usize, pieces: &mut Vec<Piece>) {
    // "customer's" is the word "customer"; other apostrophes only join ("won't").
    if end - from > 2 && places[end - 2].1 == '\'' && places[end - 1].1 == 's' {
        end -= 2;
    }
    if end - from > WORD_MAX_CHARS {
        return;
    }
    let word = &places[from..end];
    let mut push = |first: usize, last: usize, form| {
        pieces.push(Piece { start: places[first].0, end: places[last].0, form });
    };
    let splits = |character: char| is_joiner(character) && character != '\'';
    if !word.iter().any(|&(_, character)| splits(character)) {
        push(from, end, Form::Joined);
        push_code_forms(places, from, end, pieces);
        return;
    }
    if word.iter().any(|&(_, character)| character.is_numeric()) {
        push(from, end, Form::Whole);
    }
    if word.iter().any(|&(_, character)| character.is_alphabetic()) {
        push(from, end, Form::Joined);
        for part in word.split(|&(_, character)| splits(character)).filter(|part| part.len() > 1) {
            let first = from + offset_in(word, part);
            pieces.push(Piece {
                start: places[first].0,
                end: places[first + part.len()].0,
                form: Form::Joined,
            });
            push_code_forms(places, first, first + part.len(), pieces);
        }
    }
}

/// Where a part of a slice begins in it.
fn offset_in(whole: &[Place], part: &[Place]) -> usize {
    let start = part.first().map_or(0, |first| first.0);
    whole.iter().position(|place| place.0 == start).unwrap_or(0)
}

/// `jsq30` is also found as `jsq`, and `f08` as `f8`.
fn push_code_forms(places: &[Place], from: usize, end: usize, pieces: &mut Vec<Piece>) {
    let letters =
        places[from..end].iter().take_while(|(_, character)| character.is_ascii_alphabetic()).count();
    let number = &places[from + letters..end];
    if letters == 0 || !number.first().is_some_and(|(_, character)| character.is_numeric()) {
        return;
    }
    if letters >= CODE_LETTERS_MIN {
        pieces.push(Piece { start: places[from].0, end: places[from + letters].0, form: Form::Whole });
    }
    let digits = number.iter().all(|(_, character)| character.is_ascii_digit());
    if digits && number[0].1 == '0' && number.iter().any(|&(_, character)| character != '0') {
        pieces.push(Piece { start: places[from].0, end: places[end].0, form: Form::Reduced });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(mut analyzer: TextAnalyzer, text: &str) -> Vec<String> {
        let mut stream = analyzer.token_stream(text);
        let mut terms = Vec::new();
        while stream.advance() {
            let token = stream.token();
            assert!(text.get(token.offset_from..token.offset_to).is_some(), "{text:?} {token:?}");
            terms.push(token.text.clone());
        }
        terms
    }

    #[test]
    fn text_becomes_pairs_stems_and_codes() {
        for (text, expected) in [
            ("", ""),
            ("热水器", "热水 水器"),
            ("水", "水"),
            ("热水器E4，打不着火", "热水 水器 e4 打不 不着 着火"),
            ("熱水器 Ｅ４", "热水 水器 e4"),
            ("JSQ30-W5", "jsq30-w5 jsq30w5 jsq30 jsq w5"),
            ("jsq30w5", "jsq30w5 jsq"),
            ("KFR-35GW/Q3", "kfr-35gw/q3 kfr35gwq3 kfr 35gw q3"),
            ("F08 E0 E00 E10", "f08 f8 e0 e00 e10"),
            ("won't drain, customer’s DRAINING", "wont drain custom drain"),
            ("1.5匹 0.02 MPa 65", "1.5 匹 0.02 mpa 65"),
            ("fan-flued", "fanflu fan flu"),
            ("9年 第3步", "9 年 第 3 步"),
            ("😀🔥 -- '' / .", ""),
            ("ünïcode Привет", "ünïcode привет"),
        ] {
            assert_eq!(terms(pairs_analyzer(), text).join(" "), expected, "{text:?}");
        }
    }

    #[test]
    fn the_other_analyzers_take_their_share() {
        assert_eq!(terms(singles_analyzer(), "热水器 E4 漏水").join(" "), "热 水 器 漏 水");
        assert_eq!(terms(surface_analyzer(), "热水器 E4 Installation").join(" "), "e4 installation");
    }

    #[test]
    fn endless_words_are_left_out() {
        assert!(terms(pairs_analyzer(), &"a".repeat(WORD_MAX_CHARS + 1)).is_empty());
        assert_eq!(terms(pairs_analyzer(), &"9".repeat(WORD_MAX_CHARS)).len(), 1);
    }
}
