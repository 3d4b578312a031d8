//! Whatever is typed, and whatever an article holds, search stays total and its ranges stay inside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod support;

use std::sync::OnceLock;

use model::knowledge::{Article, Hit, SearchQuery};
use proptest::prelude::*;
use switchboard_knowledge::{Knowledge, Outline, SearchOptions, parse_article};

fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| Knowledge::in_memory(&support::articles()).unwrap())
}

fn check(hits: &[Hit], limit: usize) {
    assert!(hits.len() <= limit);
    for hit in hits {
        assert!(hit.score.is_finite() && hit.score >= 0.0, "{hit:?}");
        for (text, ranges) in [(&hit.title, &hit.title_highlights), (&hit.snippet, &hit.snippet_highlights)] {
            assert!(
                ranges.iter().all(|range| text.get(range.clone()).is_some_and(|part| !part.is_empty())),
                "{hit:?}"
            );
            assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start), "{hit:?}");
        }
    }
}

/// Text that looks like what people write, with all that is odd in between.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[热水器洗衣机空调漏排烟管不的了火E0-9]{0,12}",
        "[a-zA-Z]{0,12}",
        "[A-Z]{1,4}[0-9]{0,4}[-/. ][A-Z0-9]{0,4}",
        "[ \t\n，。！？、…—·’'\"()（）０-９Ａ-Ｚ]{0,6}",
        Just("👩‍👩‍👧‍👦".to_owned()),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_question_is_answered_or_not(text in text(), limit in 0_usize..30, typing: bool, every_language: bool,
        keep_weak: bool, language in prop_oneof![Just(None), Just(Some("en")), Just(Some("zh-CN")), Just(Some("x"))])
    {
        let query = SearchQuery { text, limit, typing, language: language.map(str::to_owned), ..SearchQuery::default() };
        let options = SearchOptions { every_language, keep_weak };
        let hits = knowledge().search_with(&query, options).unwrap();
        check(&hits, limit);
        prop_assert_eq!(knowledge().search_with(&query, options).unwrap(), hits, "the same question, the same answer");
    }

    #[test]
    fn any_markdown_has_an_outline(text in text()) {
        let outline = Outline::of(&text);
        prop_assert!(outline.passages.iter().all(|passage| !passage.text.trim().is_empty()));
        let _ = parse_article(&text);
        let _ = parse_article(&format!("+++\n{text}\n+++\n{text}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_article_can_be_kept_and_found(bodies in proptest::collection::vec((text(), text()), 1..4), question in text()) {
        let articles: Vec<Article> = bodies
            .iter()
            .enumerate()
            .map(|(number, (title, markdown))| Article {
                id: format!("P-{number}").as_str().into(),
                language: "zh-CN".to_owned(),
                title: format!("题{title}"),
                tags: vec![title.clone()],
                products: Vec::new(),
                version: 1,
                markdown: markdown.clone(),
            })
            .collect();
        let knowledge = Knowledge::in_memory(&articles).unwrap();
        prop_assert_eq!(knowledge.articles().unwrap(), articles);
        for text in [&question, &bodies[0].0, &bodies[0].1] {
            let query = SearchQuery { text: text.clone(), limit: 10, typing: true, ..SearchQuery::default() };
            check(&knowledge.search(&query).unwrap(), 10);
        }
    }
}
