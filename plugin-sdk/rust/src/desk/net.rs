//! Streams of bytes to the hosts that the manifest names, for mail and whatever else is no HTTP.
//!
//! A [`Stream`] reads and writes as anything in `std::io` does, so that crates which speak a protocol without a network of
//! their own can be driven with it. It may be kept from one call to the next, and is gone after a restart.
//!
//! ```
//! use std::io::{BufRead as _, BufReader, Write as _};
//! use switchboard_plugin::desk::net::{Security, Stream};
//! # use switchboard_plugin::testing::Desk;
//! # let desk = Desk::new();
//! # desk.answer_net("imap.example.com:993", |_| Some(b"* OK ready\r\n".to_vec()));
//! # fn run() -> std::io::Result<()> {
//! let mut imap = BufReader::new(Stream::connect("imap.example.com", 993, Security::Tls)?);
//! let mut greeting = String::new();
//! imap.read_line(&mut greeting)?;
//! assert!(greeting.starts_with("* OK"));
//! imap.get_mut().write_all(b"a1 CAPABILITY\r\n")?;
//! # Ok(()) }
//! # run().unwrap();
//! ```

use std::io;

use super::import;
use crate::Failure;
pub use crate::bindings::base::switchboard::plugin::net::{Sasl, Security, Trouble};

/// How long a read waits unless the stream is told otherwise, in milliseconds.
pub const WAIT_MS: u32 = 1_000;
/// Longest piece that is written at once, in bytes.
const WRITE_BYTES: usize = 256 * 1024;

/// An open stream. It ends when it is dropped.
#[derive(Debug)]
pub struct Stream {
    raw: import::net::Connection,
    wait_ms: u32,
}

impl Stream {
    /// Connects; with [`Security::Tls`] the certificate has been checked when this returns.
    pub fn connect(host: &str, port: u16, security: Security) -> Result<Self, Trouble> {
        Ok(Self { raw: import::net::connect(host, port, security)?, wait_ms: WAIT_MS })
    }

    /// The same with another time that reads wait.
    #[must_use]
    pub fn waiting_ms(mut self, wait_ms: u32) -> Self {
        self.wait_ms = wait_ms;
        self
    }

    /// Changes the time that reads wait.
    pub fn set_wait_ms(&mut self, wait_ms: u32) {
        self.wait_ms = wait_ms;
    }

    /// What has come, after waiting for it; none where the other side has ended the stream.
    pub fn receive(&self, max: u32) -> Result<Option<Vec<u8>>, Trouble> {
        self.raw.read(max, self.wait_ms)
    }

    /// Writes all of it.
    pub fn send(&self, data: &[u8]) -> Result<(), Trouble> {
        data.chunks(WRITE_BYTES).try_for_each(|piece| self.raw.write(piece))
    }

    /// Writes `prefix` and a login with the secret of a slot, which the plugin never sees. Over TLS, and only to the host
    /// and port that the manifest binds the slot to, with the header `sasl`.
    pub fn send_login(&self, mechanism: Sasl, user: &str, slot: &str, prefix: &str) -> Result<(), Trouble> {
        self.raw.write_sasl(mechanism, user, slot, prefix)
    }

    /// Speaks TLS from here on, once the other side has agreed. Whatever was read before and not looked at must be thrown
    /// away: anybody on the way may have written it.
    pub fn upgrade_tls(&self) -> Result<(), Trouble> {
        self.raw.upgrade_tls()
    }

    /// Says goodbye.
    pub fn close(self) {
        self.raw.close();
    }
}

impl io::Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let max = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let Some(piece) = self.receive(max)? else { return Ok(0) };
        let count = piece.len().min(buffer.len());
        buffer[..count].copy_from_slice(&piece[..count]);
        Ok(count)
    }
}

impl io::Write for Stream {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let piece = &data[..data.len().min(WRITE_BYTES)];
        self.raw.write(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The kind by which `std::io` knows a trouble.
fn kind(trouble: &Trouble) -> io::ErrorKind {
    match trouble {
        Trouble::Denied(_) => io::ErrorKind::PermissionDenied,
        Trouble::Invalid(_) => io::ErrorKind::InvalidInput,
        Trouble::Unreachable(_) => io::ErrorKind::ConnectionRefused,
        Trouble::Certificate(_) | Trouble::Handshake(_) => io::ErrorKind::InvalidData,
        Trouble::TimedOut => io::ErrorKind::TimedOut,
        Trouble::Closed => io::ErrorKind::ConnectionReset,
        Trouble::TooLarge(_) | Trouble::TooMany(_) => io::ErrorKind::QuotaExceeded,
        Trouble::RateLimited(_) => io::ErrorKind::WouldBlock,
        Trouble::Internal(_) => io::ErrorKind::Other,
    }
}

impl From<Trouble> for io::Error {
    fn from(trouble: Trouble) -> Self {
        Self::new(kind(&trouble), trouble)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Denied(line) => Self::Denied(line),
            Trouble::Invalid(what) | Trouble::Certificate(what) | Trouble::Handshake(what) => {
                Self::Invalid(what)
            }
            Trouble::Unreachable(_) | Trouble::Closed => Self::Unavailable(0),
            Trouble::TimedOut => Self::TimedOut,
            Trouble::TooLarge(what) | Trouble::TooMany(what) => Self::TooLarge(what),
            Trouble::RateLimited(wait_ms) => Self::RateLimited(wait_ms),
            Trouble::Internal(what) => Self::Internal(what),
        }
    }
}

/// For the `std::io` traits: the failure inside, or what there is to say about it.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Trouble>() {
            Ok(trouble) => trouble.into(),
            Err(error) => match error.kind() {
                io::ErrorKind::UnexpectedEof => Self::Unavailable(0),
                _ => Self::Invalid(error.to_string()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};

    use super::*;
    use crate::testing::Desk;

    const TARGET: &str = "smtp.example.com:587";

    /// Answers each line with itself, and ends at `QUIT`.
    fn echo(data: &[u8]) -> Option<Vec<u8>> {
        match data {
            b"" => Some(b"220 ready\r\n".to_vec()),
            b"QUIT\r\n" => None,
            data => Some(data.to_vec()),
        }
    }

    #[test]
    fn streams_are_driven_by_std_io() {
        let desk = Desk::new();
        desk.answer_net(TARGET, echo);
        let mut stream =
            BufReader::new(Stream::connect("smtp.example.com", 587, Security::Starttls).expect("open"));
        let mut line = String::new();
        stream.read_line(&mut line).expect("a greeting");
        assert_eq!(line, "220 ready\r\n");
        assert_eq!(stream.read_line(&mut line).expect_err("nothing more").kind(), io::ErrorKind::TimedOut);
        stream.get_mut().upgrade_tls().expect("upgraded");
        assert!(stream.get_ref().upgrade_tls().is_err(), "once only");
        assert!(desk.is_encrypted(TARGET));
        stream.get_mut().write_all(b"EHLO desk\r\nQUIT\r\n").expect("written");
        stream.get_mut().write_all(b"QUIT\r\n").expect("written");
        let mut rest = String::new();
        stream.read_to_string(&mut rest).expect("the end");
        assert_eq!(rest, "EHLO desk\r\nQUIT\r\n");
        let failure = Failure::from(stream.get_mut().write_all(b"x").expect_err("over"));
        assert_eq!(failure, Failure::Unavailable(0));
    }

    #[test]
    fn a_login_needs_its_secret() {
        let desk = Desk::new();
        desk.answer_net(TARGET, echo);
        let stream = Stream::connect("smtp.example.com", 587, Security::Tls).expect("open");
        assert!(stream.send_login(Sasl::Plain, "me", "password", "AUTH PLAIN ").is_err());
        desk.secret("password");
        stream.send_login(Sasl::Plain, "me", "password", "AUTH PLAIN ").expect("sent");
        let written = String::from_utf8(desk.written(TARGET)).expect("text");
        assert!(written.starts_with("AUTH PLAIN [Sasl::Plain me password]"), "{written}");
    }

    #[test]
    fn troubles_keep_their_words() {
        let desk = Desk::new();
        desk.fail_net(TARGET, Trouble::Certificate("the certificate has expired".to_owned()));
        let open = || Stream::connect("smtp.example.com", 587, Security::Tls);
        let error = io::Error::from(open().expect_err("refused"));
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(Failure::from(error), Failure::Invalid("the certificate has expired".to_owned()));
        assert!(matches!(Stream::connect("elsewhere", 1, Security::Plain), Err(Trouble::Denied(_))));
    }
}
