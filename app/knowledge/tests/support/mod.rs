//! The demo articles, read from the tree.

use std::{fs, path::PathBuf};

use model::knowledge::Article;
use switchboard_knowledge::parse_article;

/// The folder with one folder for each language.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/knowledge")
}

/// Every article with its file's name and the folder's language.
pub fn files() -> Vec<(String, String, Article)> {
    let mut files = Vec::new();
    for language in ["zh-CN", "en"] {
        for entry in fs::read_dir(folder().join(language)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let article = parse_article(&fs::read_to_string(&path).unwrap())
                .unwrap_or_else(|error| panic!("{language}/{name}: {error}"));
            files.push((name, language.to_owned(), article));
        }
    }
    files.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    files
}

/// Every article.
#[allow(dead_code, reason = "not every test needs only the articles")]
pub fn articles() -> Vec<Article> {
    files().into_iter().map(|(_, _, article)| article).collect()
}
