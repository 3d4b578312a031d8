//! The index as a folder: built, kept, changed, damaged and built again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod support;

use std::{fs, path::Path, sync::Arc, thread};

use model::{
    ArticleId,
    knowledge::{Article, SearchQuery},
};
use switchboard_knowledge::{Changes, Knowledge, KnowledgeError, Opened};
use tempfile::tempdir;

fn open(folder: &Path) -> (Knowledge, Opened) {
    Knowledge::open(folder, support::articles).unwrap()
}

fn never() -> Vec<Article> {
    panic!("a whole index is not built again")
}

fn first(knowledge: &Knowledge, text: &str) -> Option<String> {
    let query = SearchQuery { text: text.to_owned(), limit: 5, ..SearchQuery::default() };
    knowledge.search(&query).unwrap().first().map(|hit| hit.id.to_string())
}

fn new_article() -> Article {
    Article {
        id: ArticleId::from("K-900"),
        language: "zh-CN".to_owned(),
        title: "洗碗机喷淋臂不转".to_owned(),
        tags: vec!["洗碗机".to_owned()],
        products: Vec::new(),
        version: 1,
        markdown: "检查喷淋臂有没有被碗筷卡住。".to_owned(),
    }
}

/// Files of the index, without the locks.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder.join("knowledge")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_none_or(|extension| extension != "lock"));
    files.sort();
    files
}

#[test]
fn an_index_is_built_once_and_kept() {
    let folder = tempdir().unwrap();
    let (knowledge, opened) = open(folder.path());
    assert_eq!(opened, Opened::New);
    assert_eq!(knowledge.len(), support::articles().len());
    drop(knowledge);
    let (knowledge, opened) = Knowledge::open(folder.path(), never).unwrap();
    assert_eq!(opened, Opened::Existing);
    assert_eq!(first(&knowledge, "热水器 E4").as_deref(), Some("K-118"));
}

#[test]
fn stored_articles_come_back_as_they_were() {
    let knowledge = Knowledge::in_memory(&support::articles()).unwrap();
    for article in support::articles() {
        assert_eq!(knowledge.article(&article.id, Some(&article.language)).unwrap().as_ref(), Some(&article));
    }
    let mut expected = support::articles();
    expected.sort_by(|a, b| (&a.id, &a.language).cmp(&(&b.id, &b.language)));
    assert_eq!(knowledge.articles().unwrap(), expected);
    assert!(knowledge.article(&ArticleId::from("K-999"), Some("en")).unwrap().is_none());
    let other = knowledge.article(&ArticleId::from("K-118"), Some("fr")).unwrap();
    assert!(other.is_some(), "any language is better than none");
}

#[test]
fn a_change_is_found_by_the_next_search() {
    let folder = tempdir().unwrap();
    let (knowledge, _) = open(folder.path());
    assert_eq!(first(&knowledge, "洗碗机喷淋臂"), None);
    let start = std::time::Instant::now();
    let mut article = new_article();
    knowledge.put(&article).unwrap();
    assert_eq!(first(&knowledge, "洗碗机喷淋臂").as_deref(), Some("K-900"));
    assert!(start.elapsed().as_millis() < 1_000, "{:?}", start.elapsed());

    article.title = "扫地机回充座找不到".to_owned();
    article.markdown = "红外窗口被遮挡。".to_owned();
    article.tags.clear();
    knowledge.put(&article).unwrap();
    assert_eq!(first(&knowledge, "扫地机回充座").as_deref(), Some("K-900"));
    assert_eq!(first(&knowledge, "洗碗机喷淋臂"), None);
    assert_eq!(knowledge.len(), support::articles().len() + 1);

    knowledge.remove(&article.id).unwrap();
    assert_eq!(first(&knowledge, "扫地机回充座找不到").as_deref(), None);
    knowledge.remove(&article.id).unwrap();
    assert_eq!(knowledge.len(), support::articles().len());
}

#[test]
fn a_change_survives_a_restart() {
    let folder = tempdir().unwrap();
    let (knowledge, _) = open(folder.path());
    knowledge.put(&new_article()).unwrap();
    drop(knowledge);
    let (knowledge, opened) = Knowledge::open(folder.path(), never).unwrap();
    assert_eq!(opened, Opened::Existing);
    assert_eq!(first(&knowledge, "洗碗机喷淋臂").as_deref(), Some("K-900"));
}

#[test]
fn sync_writes_only_what_is_different() {
    let mut articles = support::articles();
    let knowledge = Knowledge::in_memory(&articles).unwrap();
    assert_eq!(knowledge.sync(&articles).unwrap(), Changes::default());
    articles[0].version += 1;
    articles.push(new_article());
    articles.retain(|article| article.id.as_str() != "K-118");
    assert_eq!(knowledge.sync(&articles).unwrap(), Changes { written: 2, removed: 2 });
    assert_eq!(knowledge.len(), articles.len());
    assert_eq!(first(&knowledge, "洗碗机喷淋臂").as_deref(), Some("K-900"));
    assert_ne!(first(&knowledge, "风压开关 E4").as_deref(), Some("K-118"));
    assert_eq!(knowledge.sync(&articles).unwrap(), Changes::default());
}

#[test]
fn an_article_that_does_not_fit_changes_nothing() {
    let knowledge = Knowledge::in_memory(&support::articles()).unwrap();
    let unnamed = Article { title: " ".to_owned(), ..new_article() };
    assert!(matches!(knowledge.put(&unnamed), Err(KnowledgeError::Article(_))));
    let mut articles = support::articles();
    articles.push(unnamed);
    assert!(matches!(knowledge.sync(&articles), Err(KnowledgeError::Article(_))));
    assert_eq!(knowledge.len(), support::articles().len());
}

/// Spoils one file.
type Damage = fn(&Path);

#[test]
fn every_kind_of_damage_is_found_and_repaired() {
    let whole = tempdir().unwrap();
    drop(open(whole.path()));
    let names: Vec<_> = files(whole.path()).iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert!(names.len() > 4, "{names:?}");
    let kinds: [(&str, Damage); 4] = [
        ("removed", |path| fs::remove_file(path).unwrap()),
        ("emptied", |path| fs::write(path, "").unwrap()),
        ("cut", |path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("changed", |path| {
            let mut bytes = fs::read(path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0xff;
            fs::write(path, &bytes).unwrap();
        }),
    ];
    for name in &names {
        for (kind, damage) in kinds {
            let folder = tempdir().unwrap();
            fs::create_dir(folder.path().join("knowledge")).unwrap();
            for path in files(whole.path()) {
                fs::copy(&path, folder.path().join("knowledge").join(path.file_name().unwrap())).unwrap();
            }
            damage(&folder.path().join("knowledge").join(name));
            let (knowledge, opened) = open(folder.path());
            // The list of managed files only serves to collect garbage: without it nothing is lost.
            let harmless = name == ".managed.json";
            assert!(opened == Opened::Damaged || harmless, "{name:?} {kind}: {opened:?}");
            assert_eq!(knowledge.len(), support::articles().len(), "{name:?} {kind}");
            assert_eq!(first(&knowledge, "热水器 E4").as_deref(), Some("K-118"), "{name:?} {kind}");
            drop(knowledge);
            let (_, opened) = Knowledge::open(folder.path(), never).unwrap();
            assert_eq!(opened, Opened::Existing, "{name:?} {kind}");
        }
    }
}

#[test]
fn an_index_of_another_version_is_built_again() {
    let folder = tempdir().unwrap();
    drop(open(folder.path()));
    let meta = folder.path().join("knowledge/meta.json");
    let text = fs::read_to_string(&meta).unwrap();
    assert!(text.contains("switchboard-knowledge "), "{text}");
    fs::write(&meta, text.replace("switchboard-knowledge ", "switchboard-knowledge 0.")).unwrap();
    let (knowledge, opened) = open(folder.path());
    assert_eq!(opened, Opened::OtherVersion);
    assert_eq!(first(&knowledge, "热水器 E4").as_deref(), Some("K-118"));
}

#[test]
fn a_second_writer_is_told_so_and_harms_nothing() {
    let folder = tempdir().unwrap();
    let (knowledge, _) = open(folder.path());
    assert!(matches!(Knowledge::open(folder.path(), never), Err(KnowledgeError::InUse)));
    assert_eq!(first(&knowledge, "热水器 E4").as_deref(), Some("K-118"));
    knowledge.put(&new_article()).unwrap();
}

#[test]
fn a_folder_that_cannot_be_is_an_error() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    assert!(matches!(Knowledge::open(&file, support::articles), Err(KnowledgeError::Folder { .. })));
}

#[test]
fn many_threads_search_while_one_writes() {
    let knowledge = Arc::new(Knowledge::in_memory(&support::articles()).unwrap());
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let knowledge = Arc::clone(&knowledge);
            let search = move || {
                for _ in 0..50 {
                    assert_eq!(first(&knowledge, "热水器 E4").as_deref(), Some("K-118"));
                }
            };
            thread::Builder::new().name("reader".to_owned()).spawn(search).unwrap()
        })
        .collect();
    for version in 1..=10 {
        knowledge.put(&Article { version, ..new_article() }).unwrap();
    }
    for reader in readers {
        reader.join().unwrap();
    }
    assert_eq!(knowledge.article(&ArticleId::from("K-900"), None).unwrap().unwrap().version, 10);
}
