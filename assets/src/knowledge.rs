//! The demo company's articles: Markdown with front matter, by path below `knowledge/`.

/// Every article as path and text, such as `zh-CN/k-118-water-heater-e4.md`.
pub const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/knowledge.rs"));
