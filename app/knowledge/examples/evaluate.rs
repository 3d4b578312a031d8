//! Measures search on CMRC 2018: `SWITCHBOARD_DATA=FOLDER cargo run -p switchboard-knowledge --example evaluate`.

use std::{env, error::Error, fs, path::Path};

use switchboard_knowledge::{
    Knowledge, SearchOptions,
    evaluation::{evaluate, read_squad},
};

fn main() -> Result<(), Box<dyn Error>> {
    let Some(data) = env::var_os("SWITCHBOARD_DATA") else {
        println!("SWITCHBOARD_DATA does not name a folder with cmrc2018: nothing measured");
        return Ok(());
    };
    let path = Path::new(&data).join("cmrc2018").join("cmrc2018_dev.json");
    let Ok(json) = fs::read_to_string(&path) else {
        println!("{} cannot be read: nothing measured", path.display());
        return Ok(());
    };
    let questions = read_squad(&json, "zh-CN")?;
    let knowledge = Knowledge::in_memory(&questions.articles)?;
    println!("{} paragraphs, {} questions", questions.articles.len(), questions.questions.len());
    for (name, keep_weak) in [("as at the desk", false), ("weak results kept", true)] {
        let options = SearchOptions { keep_weak, ..SearchOptions::default() };
        let figures = evaluate(&knowledge, &questions.questions, options)?;
        println!(
            "{name}: Recall@1 {:.3}, MRR@10 {:.3}, without any result {:.3}, median {:.2} ms, p99 {:.2} ms",
            figures.recall_at_1,
            figures.mrr_at_10,
            figures.unanswered,
            figures.median.as_secs_f64() * 1e3,
            figures.p99.as_secs_f64() * 1e3,
        );
    }
    Ok(())
}
