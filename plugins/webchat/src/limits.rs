//! Limits, each with its unit.

/// Longest text of one message, in characters.
pub(crate) const TEXT_MAX_CHARS: usize = 4000;
/// Most files of one message.
pub(crate) const FILES_MAX: usize = 5;
/// Largest file, in bytes.
pub(crate) const FILE_MAX_BYTES: u64 = 20 * 1024 * 1024;
/// Largest body of a request, in bytes: a text of four-byte characters, escaped, and some more.
pub(crate) const BODY_MAX_BYTES: usize = 64 * 1024;
/// Shortest and longest id that a widget may give a message, in bytes.
pub(crate) const CLIENT_ID_BYTES: std::ops::RangeInclusive<usize> = 8..=64;
/// Longest title or address of a page that is passed on, in characters.
pub(crate) const PAGE_MAX_CHARS: usize = 300;
/// Entries of one visitor's log that are kept; older ones are forgotten here, though not by the desk.
pub(crate) const ENTRIES_KEPT: u64 = 300;
/// Entries of one answer.
pub(crate) const ENTRIES_PER_ANSWER: u64 = 100;
/// How long a visitor is remembered, in seconds.
pub(crate) const KEPT_S: u32 = 60 * 24 * 3600;
/// Tries to append while the other instance appends as well.
pub(crate) const APPEND_TRIES: u32 = 64;
/// Receipts of one request; a browser that comes back after a long time tells of the newest only.
pub(crate) const RECEIPTS_MAX: u64 = 100;
/// Receipts told again when a browser repeats itself, in case the first telling was cut off.
pub(crate) const RECEIPTS_REPEATED: u64 = 5;
/// Messages a visitor may send at once, and a second after that.
pub(crate) const MESSAGES: (f64, f64) = (30.0, 2.0);
/// Everything else a visitor's browser may ask at once, and a second after that.
pub(crate) const REQUESTS: (f64, f64) = (120.0, 10.0);
/// Files a visitor may send at once, and a second after that.
pub(crate) const UPLOADS: (f64, f64) = (20.0, 0.1);
/// New visitors from one address at once, and a second after that. Offices share one address.
pub(crate) const NEW_VISITORS: (f64, f64) = (300.0, 5.0);
/// Buckets kept at once.
pub(crate) const BUCKETS_MAX: usize = 4096;
/// Pause before the desk tries again, in milliseconds.
pub(crate) const RETRY_AFTER_MS: u32 = 2000;
