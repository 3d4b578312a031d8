//! Inputs for targets that must withstand anything: every file of a corpus as it is, then changed at random, from a fixed
//! seed. A short run takes about a second a target; with `SWITCHBOARD_LONG` set it takes ten minutes. An input that fails
//! is written to target/fuzz and belongs into the corpus once its fault is mended.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const SHORT_ROUNDS: u64 = 40_000;
const SHORT: Duration = Duration::from_secs(5);
const LONG: Duration = Duration::from_mins(10);
/// Longest input, in bytes.
const INPUT_MAX_BYTES: usize = 256 * 1024;
/// Most changes to one input.
const CHANGES_MAX: u64 = 8;
/// Numbers that limits are made of.
const EDGES: [u32; 8] = [0, 1, 0x7f, 0x80, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
/// Pieces of text that mean something to somebody.
const WORDS: [&str; 12] = [
    "../",
    "\u{202e}",
    "\u{0}",
    "javascript:",
    "https://a@b",
    "{}",
    "\r\n",
    "[[",
    "= \"",
    "1e999",
    "-1",
    "\u{feff}",
];

/// Numbers that are the same in every run.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.number() % end as u64) as usize }
    }
}

/// Runs a target over its corpus and what becomes of it. Answers how many inputs there were.
pub fn run(target: &str, seeds: Vec<Vec<u8>>, check: impl Fn(&[u8])) -> u64 {
    let mut corpus = read_corpus(target);
    corpus.extend(seeds);
    assert!(!corpus.is_empty(), "{target} has no corpus");
    for (index, input) in corpus.iter().enumerate() {
        try_one(target, input, &check, &format!("seed {index}"));
    }
    let long = std::env::var_os("SWITCHBOARD_LONG").is_some();
    let (until, rounds) =
        if long { (Instant::now() + LONG, u64::MAX) } else { (Instant::now() + SHORT, SHORT_ROUNDS) };
    let mut random = Random::new(7);
    let mut round = 0;
    while round < rounds && Instant::now() < until {
        let mut input = corpus[random.below(corpus.len())].clone();
        for _ in 0..=random.number() % CHANGES_MAX {
            let other = random.below(corpus.len());
            change(&mut input, &corpus[other], &mut random);
        }
        input.truncate(INPUT_MAX_BYTES);
        try_one(target, &input, &check, &format!("round {round}"));
        round += 1;
    }
    corpus.len() as u64 + round
}

fn try_one(target: &str, input: &[u8], check: &impl Fn(&[u8]), name: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(input))) {
        let folder = root().join("target/fuzz");
        let file = folder.join(format!("{target}-{}", name.replace(' ', "-")));
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, input));
        eprintln!("{target}, {name}: the input is in {} ({written:?})", file.display());
        std::panic::resume_unwind(panic);
    }
}

/// The workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read_corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = root().join("app/host/tests/corpus").join(target);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("a corpus").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}

fn change(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(input.len());
    match random.number() % 8 {
        0 if !input.is_empty() => input[at] ^= 1 << (random.number() % 8),
        1 if !input.is_empty() => input[at] = random.number() as u8,
        2 => input.insert(at, random.number() as u8),
        3 => input.truncate(at),
        4 => {
            let end = (at + random.below(64)).min(input.len());
            input.drain(at..end);
        }
        5 => {
            let edge = EDGES[random.below(EDGES.len())].to_le_bytes();
            let end = (at + edge.len()).min(input.len());
            input.splice(at..end, edge);
        }
        6 => {
            let word = WORDS[random.below(WORDS.len())];
            input.splice(at..at, word.bytes());
        }
        _ => {
            let from = random.below(other.len());
            let end = (from + random.below(256)).min(other.len());
            input.splice(at..at, other[from..end].iter().copied());
        }
    }
}
