//! Words that nobody knew when the test was written: from outside, or drawn when it runs.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hasher as _},
};

const CHINESE: &[&str] = &[
    "热水器",
    "洗衣机",
    "空调",
    "漏水",
    "不制冷",
    "报错",
    "昨天晚上",
    "今天上午",
    "师傅",
    "上门",
    "保修",
    "发票",
    "退货",
    "声音很大",
    "打不着火",
    "遥控器",
    "滤网",
    "水压",
    "插座",
    "说明书",
];
const ENGLISH: &[&str] = &[
    "heater",
    "washer",
    "leaks",
    "error",
    "yesterday",
    "visit",
    "warranty",
    "invoice",
    "noise",
    "remote",
    "filter",
    "pressure",
    "socket",
    "manual",
    "drum",
    "valve",
    "blinks",
    "cold",
    "again",
    "please",
];

/// Numbers from a seed: splitmix64 (Steele, Lea, Flood, 2014).
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed that nobody chose.
    pub fn by_chance() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }

    /// The next number below a bound that is not zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// Some words in both languages, and a number.
    pub fn sentence(&mut self) -> String {
        let number = self.below(1_000_000);
        format!("{} {number}", [self.pick(CHINESE), self.pick(ENGLISH), self.pick(CHINESE)].join(" "))
    }

    /// Some English words and a number: what any keyboard can type.
    pub fn plain_sentence(&mut self) -> String {
        let number = self.below(1_000_000);
        format!("{} {number}", [self.pick(ENGLISH), self.pick(ENGLISH), self.pick(ENGLISH)].join(" "))
    }

    /// Some Chinese words.
    pub fn chinese_sentence(&mut self) -> String {
        [self.pick(CHINESE), self.pick(CHINESE)].concat()
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len() as u64) as usize]
    }
}

/// What the visitor says: `SWITCHBOARD_SAYS` where it is set, else words drawn now.
pub fn from_outside() -> String {
    match std::env::var("SWITCHBOARD_SAYS") {
        Ok(words) if !words.trim().is_empty() => words.trim().to_owned(),
        _ => Seeded::by_chance().sentence(),
    }
}
