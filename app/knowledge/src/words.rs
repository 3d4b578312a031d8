//! Words of the index that a typed one may stand for: those that begin with it, and those that it is one slip
//! away from.

use tantivy::{Searcher, schema::Field};

/// Most words that complete the one being typed.
pub const COMPLETIONS_MAX: usize = 24;
/// Most words of a segment that one misspelt word is compared with.
const COMPARED_MAX: usize = 20_000;
/// Shortest word in which a slip is looked for, in bytes; shorter ones have too many neighbours.
const MISSPELT_MIN_BYTES: usize = 5;

/// Words that begin with what is typed, without those that say nothing.
pub(crate) fn completions(
    searcher: &Searcher,
    field: Field,
    typed: &str,
    is_common: impl Fn(&str) -> bool,
) -> tantivy::Result<Vec<String>> {
    let mut found = Vec::new();
    from_each_segment(searcher, field, typed, COMPLETIONS_MAX, |word| {
        if !is_common(word) {
            found.push(word.to_owned());
        }
    })?;
    Ok(distinct(found))
}

/// Words that differ from a typed one by one letter more, less, other or exchanged with the next. The first
/// letter is taken to be right.
pub(crate) fn neighbours(searcher: &Searcher, field: Field, typed: &str) -> tantivy::Result<Vec<String>> {
    let mut found = Vec::new();
    if typed.len() < MISSPELT_MIN_BYTES || !typed.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Ok(found);
    }
    from_each_segment(searcher, field, &typed[..1], COMPARED_MAX, |word| {
        if differs_by_one(typed.as_bytes(), word.as_bytes()) {
            found.push(word.to_owned());
        }
    })?;
    Ok(distinct(found))
}

fn from_each_segment(
    searcher: &Searcher,
    field: Field,
    prefix: &str,
    most: usize,
    mut take: impl FnMut(&str),
) -> tantivy::Result<()> {
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut words = index.terms().range().ge(prefix.as_bytes()).into_stream()?;
        let mut taken = 0;
        while taken < most && words.advance() {
            match std::str::from_utf8(words.key()) {
                Ok(word) if word.starts_with(prefix) => take(word),
                _ => break,
            }
            taken += 1;
        }
    }
    Ok(())
}

fn distinct(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable();
    words.dedup();
    words.truncate(COMPLETIONS_MAX);
    words
}

fn differs_by_one(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same_start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same_start..], &b[same_start..]);
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&a[..a.len() - same_end], &b[..b.len() - same_end]) {
        ([], [_]) | ([_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_and_no_more() {
        for (typed, word, expected) in [
            ("warrenty", "warranty", true),
            ("refridgerant", "refrigerant", true),
            ("recieve", "receive", true),
            ("instalation", "installation", true),
            ("invoicee", "invoice", true),
            ("invoice", "invoice", false),
            ("drain", "drink", false),
            ("leak", "leaking", false),
            ("abcd", "badc", false),
            ("", "", false),
            ("", "a", true),
        ] {
            assert_eq!(differs_by_one(typed.as_bytes(), word.as_bytes()), expected, "{typed} {word}");
            assert_eq!(differs_by_one(word.as_bytes(), typed.as_bytes()), expected, "{word} {typed}");
        }
    }
}
