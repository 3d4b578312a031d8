//! What a bench prints and leaves behind.
//!
//! Every bench collects its figures in a [`Report`]: plain measures, measures held against a fixed bar, and measures
//! held against a peer that ran in the same process (bare egui, plain SQLite). [`Report::finish`] prints one aligned
//! table, writes the same figures to `target/bench/NAME.json`, ends with `N of M bars hold` and turns that into
//! the exit code. A figure that is not a number never holds a bar.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

const HEADINGS: [&str; 7] = ["measure", "value", "unit", "peer's value", "ratio", "bar", "holds"];
const COLUMN_GAP: &str = "  ";

/// Which direction of a figure is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// The figure must be at least the bar: rates.
    Higher,
    /// The figure must be at most the bar: times, sizes.
    Lower,
}

/// The figures of one bench, in the order in which they were measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    name: String,
    machine: Machine,
    rows: Vec<Row>,
}

/// Where the figures were measured: absolute bars hold for a named machine only.
#[derive(Debug, Clone, Serialize)]
struct Machine {
    processor: String,
    cores: usize,
    memory_mib: u64,
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    measure: String,
    value: f64,
    unit: String,
    peer: Option<Peer>,
    ratio: Option<f64>,
    bar: Option<Bar>,
    holds: Option<bool>,
}

#[derive(Debug, Clone, Serialize)]
struct Peer {
    name: String,
    value: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Bar {
    limit: f64,
    better: Better,
}

impl Bar {
    fn holds(self, figure: f64) -> bool {
        figure.is_finite()
            && match self.better {
                Better::Higher => figure >= self.limit,
                Better::Lower => figure <= self.limit,
            }
    }

    fn shown(self, suffix: &str) -> String {
        let sign = match self.better {
            Better::Higher => ">=",
            Better::Lower => "<=",
        };
        format!("{sign} {}{suffix}", figure(self.limit))
    }
}

impl Report {
    /// An empty report for the bench of this name; the name becomes a file name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), machine: Machine::read(), rows: Vec::new() }
    }

    /// Records a figure that no bar is set for.
    pub fn measure(&mut self, measure: &str, value: f64, unit: &str) -> &mut Self {
        self.push(measure, value, unit, None, None)
    }

    /// Records a figure that is itself held against `limit`.
    pub fn bar(&mut self, measure: &str, value: f64, unit: &str, limit: f64, better: Better) -> &mut Self {
        self.push(measure, value, unit, None, Some(Bar { limit, better }))
    }

    /// Records a figure whose ratio to a peer's (`value / peer_value`) is held against `limit`.
    ///
    /// The peer must have been measured in the same run, on the same data.
    #[expect(clippy::too_many_arguments, reason = "the columns of one row of the table, in their order")]
    pub fn ratio(
        &mut self,
        measure: &str,
        value: f64,
        unit: &str,
        peer_name: &str,
        peer_value: f64,
        limit: f64,
        better: Better,
    ) -> &mut Self {
        let peer = Peer { name: peer_name.to_owned(), value: peer_value };
        self.push(measure, value, unit, Some(peer), Some(Bar { limit, better }))
    }

    /// How many bars hold, and how many were set.
    pub fn bars(&self) -> (usize, usize) {
        let answers = self.rows.iter().filter_map(|row| row.holds);
        (answers.clone().filter(|holds| *holds).count(), answers.count())
    }

    /// Prints the table, writes `target/bench/NAME.json` and fails unless every bar holds.
    pub fn finish(&self) -> ExitCode {
        print!("{}", self.table());
        if let Err(error) = self.write(&target_folder().join("bench")) {
            eprintln!("the figures could not be written: {error}");
            return ExitCode::FAILURE;
        }
        let (hold, all) = self.bars();
        println!("{hold} of {all} bars hold");
        if hold == all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// The aligned table, with the machine in its first line.
    pub fn table(&self) -> String {
        let lines: Vec<[String; 7]> =
            std::iter::once(HEADINGS.map(str::to_owned)).chain(self.rows.iter().map(Row::cells)).collect();
        let widths: [usize; 7] = std::array::from_fn(|column| {
            lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0)
        });
        let mut table = format!("bench {} on {}\n", self.name, self.machine.shown());
        for line in &lines {
            let mut text = String::new();
            for (column, cell) in line.iter().enumerate() {
                let padding = " ".repeat(widths[column] - cell.chars().count());
                // Figures line up at the right, words at the left.
                let (before, after) =
                    if matches!(column, 1 | 4) { (padding, String::new()) } else { (String::new(), padding) };
                let _ = write!(text, "{before}{cell}{after}{COLUMN_GAP}");
            }
            table.push_str(text.trim_end());
            table.push('\n');
        }
        table
    }

    fn push(
        &mut self,
        measure: &str,
        value: f64,
        unit: &str,
        peer: Option<Peer>,
        bar: Option<Bar>,
    ) -> &mut Self {
        let ratio = peer.as_ref().map(|peer| value / peer.value);
        let holds = bar.map(|bar| bar.holds(ratio.unwrap_or(value)));
        self.rows.push(Row {
            measure: measure.to_owned(),
            value,
            unit: unit.to_owned(),
            peer,
            ratio,
            bar,
            holds,
        });
        self
    }

    fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(folder.join(format!("{}.json", self.name)), text + "\n")
    }
}

impl Row {
    fn cells(&self) -> [String; 7] {
        let peer = self.peer.as_ref().map(|peer| format!("{} ({})", figure(peer.value), peer.name));
        let bar = self.bar.map(|bar| {
            if self.ratio.is_some() { bar.shown("x") } else { bar.shown(&format!(" {}", self.unit)) }
        });
        let holds = self.holds.map(|holds| if holds { "yes" } else { "NO" }.to_owned());
        [
            self.measure.clone(),
            figure(self.value),
            self.unit.clone(),
            peer.unwrap_or_default(),
            self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            bar.unwrap_or_default(),
            holds.unwrap_or_default(),
        ]
    }
}

impl Machine {
    fn read() -> Self {
        let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        Self {
            processor: field(&processors, "model name").unwrap_or("unknown processor").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_mib: field(&memory, "MemTotal")
                .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
                .map_or(0, |kib| kib / 1024),
        }
    }

    fn shown(&self) -> String {
        format!("{}, {} cores, {} MiB", self.processor, self.cores, self.memory_mib)
    }
}

/// The value of the first `key : value` line of a /proc file.
fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == key)
        .map(|(_, value)| value.trim())
}

/// The workspace's target folder, where benches leave their figures.
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from)
}

/// A figure with as many places as it needs to be compared: 48,211 and 3.07 and 0.0041.
fn figure(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "none".to_owned();
    }
    if size >= 1000.0 {
        return grouped(value);
    }
    let places = match size {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.1 => 2,
        _ => 4,
    };
    format!("{value:.places$}")
}

/// A large number with commas between its thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::from(if value < 0.0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_comparable() {
        for (value, shown) in [
            (0.0, "0"),
            (0.00412, "0.0041"),
            (3.068, "3.07"),
            (12.34, "12.3"),
            (512.4, "512"),
            (48_210.6, "48,211"),
            (-1_234_567.0, "-1,234,567"),
            (f64::NAN, "none"),
            (f64::INFINITY, "none"),
        ] {
            assert_eq!(figure(value), shown, "{value}");
        }
    }

    #[test]
    fn bars_hold_in_their_direction_only() {
        for (value, limit, better, holds) in [
            (5.9, 6.0, Better::Lower, true),
            (6.0, 6.0, Better::Lower, true),
            (6.1, 6.0, Better::Lower, false),
            (0.5, 0.5, Better::Higher, true),
            (0.49, 0.5, Better::Higher, false),
            (f64::NAN, 6.0, Better::Lower, false),
            (f64::INFINITY, 0.5, Better::Higher, false),
        ] {
            let mut report = Report::new("sample");
            report.bar("frame p99", value, "ms", limit, better);
            assert_eq!(report.bars(), (usize::from(holds), 1), "{value} against {limit}");
        }
    }

    #[test]
    fn a_ratio_is_held_against_the_peer_not_the_value() {
        let mut report = Report::new("sample");
        report.measure("rows", 10_000.0, "rows");
        report.ratio("inserts", 600.0, "1/s", "plain SQLite", 1000.0, 0.5, Better::Higher);
        report.ratio("inserts, empty peer", 600.0, "1/s", "plain SQLite", 0.0, 0.5, Better::Higher);
        assert_eq!(report.bars(), (1, 2));
        let table = report.table();
        let row = table.lines().find(|line| line.starts_with("inserts ")).unwrap();
        assert_eq!(
            row.split_whitespace().collect::<Vec<_>>().join(" "),
            "inserts 600 1/s 1,000 (plain SQLite) 0.60 >= 0.50x yes"
        );
    }

    #[test]
    fn columns_line_up() {
        let mut report = Report::new("sample");
        report.bar("first frame", 412.0, "ms", 500.0, Better::Lower).measure(
            "a much longer measure",
            3.0,
            "ms",
        );
        let table = report.table();
        let columns: Vec<Option<usize>> = table.lines().skip(1).map(|line| line.find("ms")).collect();
        assert_eq!(columns[1], columns[2], "{table}");
    }

    #[test]
    fn the_written_file_says_what_was_printed() {
        let folder = tempfile::tempdir().unwrap();
        let mut report = Report::new("sample");
        report.bar("first frame", 412.0, "ms", 500.0, Better::Lower);
        report.write(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join("sample.json")).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["rows"][0]["measure"], "first frame");
        assert_eq!(value["rows"][0]["bar"]["better"], "lower");
        assert_eq!(value["rows"][0]["holds"], true);
        assert!(value["machine"]["cores"].as_u64().unwrap() > 0);
    }
}
