//! The demo articles keep the form that the rest of the desk relies on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod support;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::knowledge::Article;
use switchboard_knowledge::{ASKED_HEADINGS, Outline, REPLY_HEADINGS, reply};

fn in_language<'a>(files: &'a [(String, String, Article)], language: &str) -> BTreeMap<&'a str, &'a Article> {
    files.iter().filter(|file| file.1 == language).map(|file| (file.0.as_str(), &file.2)).collect()
}

#[test]
fn every_article_is_there_in_both_languages() {
    let files = support::files();
    let (chinese, english) = (in_language(&files, "zh-CN"), in_language(&files, "en"));
    assert!(chinese.len() >= 20, "{}", chinese.len());
    assert_eq!(chinese.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>());
    for (name, article) in &chinese {
        let other = english[name];
        assert_eq!(article.id, other.id, "{name}");
        assert_eq!(article.products, other.products, "{name}");
        assert_eq!(article.version, other.version, "{name}");
        let slug = name.strip_suffix(".md").unwrap();
        assert!(slug.starts_with(&format!("{}-", article.id.as_str().to_lowercase())), "{name}");
        let sections = |article: &Article| Outline::of(&article.markdown).headings.len();
        assert_eq!(sections(article), sections(other), "{name}");
    }
    for (name, language, article) in &files {
        assert_eq!(*language, article.language, "{name}");
    }
    let ids: HashSet<_> = files.iter().map(|file| (&file.2.id, &file.2.language)).collect();
    assert_eq!(ids.len(), files.len());
}

#[test]
fn every_article_says_what_to_say_and_how_customers_ask() {
    for (name, language, article) in support::files() {
        let outline = Outline::of(&article.markdown);
        let at = usize::from(language == "en");
        for heading in [REPLY_HEADINGS[at], ASKED_HEADINGS[at]] {
            assert!(outline.headings.iter().any(|one| one == heading), "{language}/{name}: no {heading}");
        }
        let reply = reply(&article).unwrap();
        let length = reply.chars().count();
        let fits = if language == "en" { 120..=520 } else { 50..=200 };
        assert!(fits.contains(&length), "{language}/{name}: a reply of {length} characters");
        assert!(!reply.contains(['{', '}', '[', ']', '<', '>']), "{language}/{name}: unfinished reply");
        assert!(outline.asked().count() >= 4, "{language}/{name}");
    }
}

#[test]
fn articles_have_a_readable_length() {
    for (name, language, article) in support::files() {
        let (length, fits) = if language == "en" {
            (article.markdown.split_whitespace().count(), 200..=450)
        } else {
            let is_chinese = |character: &char| ('\u{4e00}'..='\u{9fff}').contains(character);
            (article.markdown.chars().filter(is_chinese).count(), 250..=600)
        };
        assert!(fits.contains(&length), "{language}/{name}: {length}");
    }
}

#[test]
fn no_reference_is_dead() {
    let files = support::files();
    let ids: BTreeSet<_> = files.iter().map(|file| &file.2.id).collect();
    let mut links = 0;
    for (name, language, article) in &files {
        for link in Outline::of(&article.markdown).links {
            links += 1;
            assert!(ids.contains(&link), "{language}/{name}: {link}");
            assert_ne!(link, article.id, "{language}/{name} links to itself");
        }
    }
    assert!(links > 30, "{links}");
}

#[test]
fn models_and_codes_are_those_of_the_demo_company() {
    #[derive(serde::Deserialize)]
    struct Catalogue {
        product: Vec<Product>,
        code: Vec<Code>,
    }
    #[derive(serde::Deserialize)]
    struct Product {
        model: String,
    }
    #[derive(serde::Deserialize)]
    struct Code {
        code: String,
    }
    let text = std::fs::read_to_string(support::folder().join("../demo/products.toml")).unwrap();
    let catalogue: Catalogue = toml::from_str(&text).unwrap();
    let models: HashSet<_> = catalogue.product.iter().map(|product| product.model.as_str()).collect();
    let codes: HashSet<_> = catalogue.code.iter().map(|code| code.code.as_str()).collect();
    let is_code = |tag: &str| {
        let digits = tag.trim_start_matches(|c: char| c.is_ascii_uppercase());
        tag.len() <= 3
            && !digits.is_empty()
            && digits.len() < tag.len()
            && digits.chars().all(|c| c.is_ascii_digit())
    };
    for (name, language, article) in support::files() {
        for product in &article.products {
            assert!(models.contains(product.as_str()), "{language}/{name}: {product}");
        }
        for tag in article.tags.iter().filter(|tag| is_code(tag)) {
            assert!(codes.contains(tag.as_str()), "{language}/{name}: {tag}");
        }
    }
}
